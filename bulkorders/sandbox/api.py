"""The seven actions of the panel API, answered in exactly the documented shapes; a dialect changes parts of this.

A request is read into the documented parameters, the shop acts on them, and what it did is written as the
dialect writes it.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import parse_qsl

from bulkorders.sandbox.errors import WORDS, Refused
from bulkorders.sandbox.money import plain
from bulkorders.sandbox.replies import JSON, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import AddRequest, Order
    from bulkorders.sandbox.replies import Request
    from bulkorders.sandbox.shop import Shop

LARGEST_BATCH: Final = 100
ORDER_PLACED: Final = "Đã tạo đơn hàng thành công"
ACTIONS: Final = ("services", "add", "status", "balance", "refill", "refill_status", "cancel")
_FORM: Final = "application/x-www-form-urlencoded"

Params = dict[str, str]


class Dialect:
    """How one family of panels speaks; as it stands, the documented API. One is made for each served panel.

    `paths` are where it listens, the first is the one announced. `renamed` gives the documented parameter for
    this dialect's own. `words` and `statuses` are its texts and HTTP statuses for refusals, by the code of
    `Refused`; `states` its words for the state of an order. `missing` are the actions it does not know;
    `notes` is what a person must know to ask it at all.
    """

    paths: ClassVar[tuple[str, ...]] = ("/api/v2",)
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    content_type: ClassVar[str] = JSON
    renamed: ClassVar[Mapping[str, str]] = {}
    words: ClassVar[Mapping[str, str]] = {}
    statuses: ClassVar[Mapping[str, int]] = {"method": 405, "rate": 429}
    states: ClassVar[Mapping[str, str]] = {}
    missing: ClassVar[frozenset[str]] = frozenset()
    added_status: ClassVar[int] = 200
    notes: ClassVar[tuple[str, ...]] = ()

    # Reading and writing.

    def read(self, request: Request) -> Params:
        """Return the parameters of a request under their documented names; the last of a repeated one."""
        told = _form(request)
        if "GET" in self.methods:
            query = request.path.partition("?")[2]
            told = dict(parse_qsl(query, keep_blank_values=True)) | told
        return {self.renamed.get(name, name): value for name, value in told.items()}

    def written(self, value: Any) -> bytes:
        """Return a value as the bytes of an answer."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def reply(self, value: Any, status: int = 200) -> Reply:
        """Return the answer that holds this value."""
        return Reply(status, self.written(value), self.content_type)

    def text(self, refusal: Refused) -> str:
        """Return a refusal in this dialect's words."""
        return self.words.get(refusal.code, WORDS[refusal.code]).format(**refusal.facts)

    def says(self, code: str, text: str = "", status: int = 0) -> Reply:
        """Return a refusal of this kind, in other words or under another status than its own where given."""
        told = text or self.text(Refused(code))
        return self.reply(self.error(code, told), status or self.statuses.get(code, 200))

    def error(self, _code: str, text: str) -> Any:
        """Return the value that says no."""
        return {"error": text}

    def sold(self, order_id: str) -> Reply:
        """Return the answer to an order that was sold."""
        return self.reply(self.added(order_id), self.added_status)

    def number(self, id_: str) -> int | str:
        """Ids of the family are numbers in some places; what was no number is given back as it came."""
        return int(id_) if id_.isascii() and id_.isdigit() else id_

    # One request.

    def answer(self, shop: Shop, params: Params, request: AddRequest | None = None) -> Reply:
        """Return what the panel answers to these parameters.

        `request` is the record of an `add` already received; what came of it is noted there.
        """
        try:
            self.admit(shop, params)
            return self.act(shop, params, request)
        except Refused as refusal:
            return self._refused(refusal, request)

    def again(self, shop: Shop, params: Params, request: AddRequest | None) -> None:
        """Act on an admitted request once more, as a panel with a fault may."""
        try:
            self.act(shop, params, request)
        except Refused as refusal:
            self._refused(refusal, request)

    def _refused(self, refusal: Refused, request: AddRequest | None) -> Reply:
        text = self.text(refusal)
        if request is not None:
            request.error = text
        return self.says(refusal.code, text)

    def admit(self, shop: Shop, params: Params) -> None:
        """Let a request in, or not. Raises Refused."""
        if not hmac.compare_digest(params.get("key", "").encode(), shop.key.encode()):
            shop.stats.bad_keys += 1
            raise Refused("key")

    def act(self, shop: Shop, params: Params, request: AddRequest | None) -> Reply:
        """Do what was asked and answer it. Raises Refused."""
        action = params.get("action", "")
        if action not in ACTIONS or action in self.missing:
            return self.unknown(action)
        if action == "add":
            return self.sold(shop.add(params, request).id)
        asked: dict[str, Callable[[Shop, Params], Any]] = {
            "services": self.services,
            "balance": self.balance,
            "status": self.status,
            "refill": self.refill,
            "refill_status": self.refill_status,
            "cancel": self.cancel,
        }
        return self.reply(asked[action](shop, params))

    def unknown(self, _action: str) -> Reply:
        """Answer what is none of its actions. Raises Refused."""
        raise Refused("request")

    def batch(self, shop: Shop, text: str) -> list[str]:
        """Return the ids of a list, each once. Raises Refused for none, or more than the documented limit."""
        ids = [one.strip() for one in text.split(",") if one.strip()]
        if len(ids) > LARGEST_BATCH:
            shop.stats.oversized_batches += 1
            raise Refused("batch", most=LARGEST_BATCH)
        if not ids:
            raise Refused("order")
        return list(dict.fromkeys(ids))

    # What is answered to each action.

    def services(self, shop: Shop, _params: Params) -> Any:
        """Return the catalogue."""
        return [self.service(one) for one in shop.services()]

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue."""
        return {
            "service": self.number(service.id),
            "name": service.name,
            "type": service.type,
            "category": service.category or None,
            "rate": service.spelled or plain(service.rate),
            "min": str(service.least),
            "max": str(service.most),
            "refill": service.refill,
        }

    def balance(self, shop: Shop, _params: Params) -> Any:
        """Return what is left to spend."""
        return {"balance": plain(shop.balance), "currency": shop.currency}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"status": "success", "order": self.number(order_id), "message": ORDER_PLACED}

    def status(self, shop: Shop, params: Params) -> Any:
        """Return what is told of an order, or of several."""
        if "orders" not in params:
            return self.told_alone(shop, *shop.status(params.get("order", "")))
        ids = self.batch(shop, params["orders"])
        shop.stats.largest_status_batch = max(shop.stats.largest_status_batch, len(ids))
        return self.told_together(shop, ids)

    def told_alone(self, _shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order asked for by itself."""
        return {
            "charge": charge_of(order),
            "start_count": str(told.start_count),
            "status": self.state(told),
            "remains": str(told.remains),
        }

    def told_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return what is told of several orders."""
        return {id_: self.told_within(shop, id_) for id_ in ids}

    def told_within(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is told of several."""
        try:
            fields = self.told_alone(shop, *shop.status(order_id))
        except Refused as refusal:
            return {"error": self.text(refusal)}
        order = ("charge", "start_count", "currency", "status", "remains")
        return {name: (fields | {"currency": shop.currency})[name] for name in order}

    def state(self, told: Delivery) -> str:
        """Return this dialect's word for the state of an order."""
        return self.states.get(told.status, told.status)

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return what is said to the wish for a refill, or several."""
        if "orders" not in params:
            return {"refill": shop.refill(params.get("order", "")).id}
        ids = self.batch(shop, params["orders"])
        return [{"order": self.number(id_), "refill": self.refilled(shop, id_)} for id_ in ids]

    def refilled(self, shop: Shop, order_id: str) -> Any:
        """Return one order's part of what is said to several refills."""
        try:
            return self.number(shop.refill(order_id).id)
        except Refused as refusal:
            return {"error": self.text(refusal)}

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill, or for several."""
        if "refills" not in params:
            return {"status": shop.refill_status(params.get("refill", ""))}
        return {id_: self.refill_word(shop, id_) for id_ in self.batch(shop, params["refills"])}

    def refill_word(self, shop: Shop, refill_id: str) -> Any:
        """Return one refill's part of what is told of several."""
        try:
            return shop.refill_status(refill_id)
        except Refused as refusal:
            return {"error": self.text(refusal)}

    def cancel(self, shop: Shop, params: Params) -> Any:
        """Return what is said to the wish to cancel orders."""
        ids = self.batch(shop, params.get("orders", params.get("order", "")))
        shop.stats.largest_cancel_batch = max(shop.stats.largest_cancel_batch, len(ids))
        return self.canceled_together(shop, ids)

    def canceled_together(self, shop: Shop, ids: Sequence[str]) -> Any:
        """Return what is said to the wish to cancel these."""
        return {id_: {"cancel": 1} if (no := self.not_canceled(shop, id_)) is None else no for id_ in ids}

    def not_canceled(self, shop: Shop, order_id: str) -> dict[str, str] | None:
        """Cancel one order of several; return what is said where it can't be."""
        try:
            shop.cancel(order_id)
        except Refused as refusal:
            return {"error": self.text(refusal)}
        return None


def charge_of(order: Order) -> str:
    """After a refund the charge is what is left to pay: nothing for a canceled order."""
    return plain(order.told_charge)


def _form(request: Request) -> Params:
    """Return the form's fields; nothing for another kind of body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        return {}
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
