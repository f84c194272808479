"""The dialect of Indonesian panels: everything within `data`, `api_id` beside `api_key`, one order at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from bulkorders.sandbox.api import Dialect, Params
from bulkorders.sandbox.errors import Refused
from bulkorders.sandbox.fate import CANCELED, COMPLETED, FAILED, IN_PROGRESS, PARTIAL, PENDING, PROCESSING
from bulkorders.sandbox.money import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.catalogue import Service
    from bulkorders.sandbox.fate import Delivery
    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.replies import Reply, Request
    from bulkorders.sandbox.shop import Shop

API_ID: Final = "7"
"""Who asks; every call needs it beside the key."""
_WORDS_BY_TURN: Final[Mapping[str, tuple[Any, ...]]] = {
    PENDING: ("Menunggu", "Pending"),
    PROCESSING: (1, "Diproses"),
    IN_PROGRESS: ("Berjalan", 2, "Proses"),
    COMPLETED: ("Success", "Selesai", "Sukses"),
    PARTIAL: ("Sebagian", "Partial"),
    CANCELED: ("Dibatalkan", "Batal"),
    FAILED: ("Gagal", "Error"),
}


class Indonesian(Dialect):
    """`{"status":true,"data":{...}}`; the link is called `target`, the order `id`; several are not known."""

    notes: ClassVar[tuple[str, ...]] = (
        f"It needs api_id={API_ID} in every call, takes the key as api_key, and calls the link target.",
    )
    renamed: ClassVar[Mapping[str, str]] = {"api_key": "key", "target": "link", "data": "link", "id": "order"}
    words: ClassVar[Mapping[str, str]] = {
        "key": "API Key salah",
        "suspended": "Akun anda telah diblokir",
        "request": "Permintaan tidak sesuai",
        "rate": "Terlalu banyak permintaan",
        "service": "Layanan tidak ditemukan",
        "link": "Target tidak boleh kosong",
        "field": "Kolom {name} wajib diisi",
        "wrong": "Kolom {name} tidak sesuai",
        "drip_feed": "Layanan ini tidak mendukung dripfeed",
        "quantity": "Jumlah tidak sesuai",
        "low": "Jumlah minimal pemesanan adalah {least}",
        "high": "Jumlah maksimal pemesanan adalah {most}",
        "funds": "Saldo tidak cukup",
        "active_link": "Mohon menunggu sampai pesanan sebelumnya selesai",
        "order": "Pesanan tidak ditemukan",
        "no_cancel": "Layanan ini tidak dapat dibatalkan",
        "not_cancelable": "Pesanan tidak dapat dibatalkan",
        "no_refill": "Layanan ini tidak memiliki refill",
        "not_completed": "Pesanan belum selesai",
        "refill_open": "Refill sudah diminta",
        "refill": "Refill tidak ditemukan",
    }

    def read(self, request: Request) -> Params:
        """Return the parameters; without its `api_id` a key is worth nothing."""
        params = super().read(request)
        if params.pop("api_id", "") != API_ID:
            params.pop("key", None)
        return params

    def error(self, _code: str, text: str) -> Any:
        """Return the value that says no."""
        return {"status": False, "data": {"msg": text}}

    def reply(self, value: Any, status: int = 200) -> Reply:
        """Return the answer that holds this value, within `data` unless it says no."""
        refused = isinstance(value, dict) and value.get("status") is False
        return super().reply(value if refused else {"status": True, "data": value}, status)

    def service(self, service: Service) -> dict[str, Any]:
        """Return one line of the catalogue."""
        line = super().service(service)
        return {
            "id": line["service"],
            "name": line["name"],
            "type": line["type"],
            "category": line["category"],
            "price": line["rate"],
            "min": service.least,
            "max": service.most,
            "refill": int(service.refill),
            "note": "",
        }

    def balance(self, shop: Shop, _params: Params) -> Any:
        """Return what is left to spend; the currency goes without saying."""
        return {"balance": plain(shop.balance)}

    def added(self, order_id: str) -> Any:
        """Return the value that says an order was sold."""
        return {"id": self.number(order_id)}

    def status(self, shop: Shop, params: Params) -> Any:
        """Return what is told of an order. Raises Refused for several."""
        _one_only(params)
        return super().status(shop, params)

    def told_alone(self, shop: Shop, order: Order, told: Delivery) -> dict[str, Any]:
        """Return what is told of an order; each has a word of its own for the same state, or a number."""
        words = _WORDS_BY_TURN[told.status]
        return super().told_alone(shop, order, told) | {"status": words[int(order.id) % len(words)]}

    def refill(self, shop: Shop, params: Params) -> Any:
        """Return the refill's id. Raises Refused for several."""
        _one_only(params)
        return {"refill": shop.refill(params.get("order", "")).id}

    def refill_status(self, shop: Shop, params: Params) -> Any:
        """Return the word for a refill. Raises Refused for several."""
        _one_only(params)
        return {"status": shop.refill_status(params.get("refill", params.get("order", "")))}

    def cancel(self, shop: Shop, params: Params) -> Any:
        """Return that it was taken. Raises Refused for several."""
        _one_only(params)
        shop.cancel(params.get("order", ""))
        return {"cancel": 1}


def _one_only(params: Params) -> None:
    if "orders" in params or "refills" in params:
        raise Refused("request")
