"""From a row of the sheet to an order that may be sent: Row, Order, ValidatedOrder and their keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from unicodedata import normalize
from urllib.parse import urlsplit

from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.links import normalised_link
from bulkorders.model.problems import Problem

OWN_PARAMETER = "param:"
"""What the field of a column begins with whose name is a parameter of the panel's own."""


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell that shows an error of the spreadsheet program, such as `#N/A`. Never an empty one."""

    text: str


Cell = str | int | float | bool | Decimal | datetime | date | time | timedelta | ErrorCell | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the sheet as it was read. `number` is what the spreadsheet shows, and travels to the end.

    `cells` stand in the order of the sheet's header. `key` is the hidden key of a row from a results
    workbook.
    """

    number: int
    cells: tuple[Cell, ...]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read: its header, which column holds which field, and its rows.

    `columns` maps a field (`service`, `link`, `quantity`, …) to the index of its column; `param:NAME` is
    the panel's own parameter NAME. `campaign_id` and `journal_id` come from a results workbook that is
    given back, else None. `results` says whether the file is a results workbook of ours. `notes` are
    things to tell the user (hidden rows, …) as codes with facts.
    """

    path: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[Row, ...]
    worksheet: str | None = None
    header_row: int = 1
    campaign_id: str | None = None
    journal_id: str | None = None
    results: bool = False
    notes: tuple[tuple[str, Mapping[str, object]], ...] = ()

    def title(self, field_name: str) -> str | None:
        """Return the header of the column that holds this field, as the sheet has it."""
        index = self.columns.get(field_name)
        return None if index is None else self.header[index]


@dataclass(frozen=True, slots=True)
class Order:
    """What one row asks for, parsed but not yet held against the catalogue.

    `service_named` is the name beside the service's id, where it was chosen from a list; it is never sent.
    `extras` are the further API parameters by their documented names (`comments`, `list`, `suggest`,
    `search`, …), sorted by name; `own` those that the sheet names as the panel's own (`param:NAME`).
    `quantity` is in pieces, None where the row has none. `max_rate` is the highest rate the row accepts,
    in the service's own basis (per thousand on most). `problems` are those of cells that could not be
    read: the fields are then empty, and the order is never sent. `incidental` are such problems, with
    their fields, that matter only where the service's type takes the field. `client` is whom the order is
    for: never sent, and no part of what makes it the same order.
    """

    row: int
    service: str
    link: str
    quantity: int | None
    extras: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    campaign: str | None = None
    panel: str | None = None
    refill: str | None = None
    max_rate: Decimal | None = None
    allow_duplicate: bool = False
    held_key: str | None = None
    service_named: str | None = None
    problems: tuple[Problem, ...] = ()
    own: tuple[tuple[str, str], ...] = ()
    incidental: tuple[tuple[str, Problem], ...] = ()
    client: str = ""

    def parameters(self) -> dict[str, str]:
        """Return all that the row says under the parameters' names; of these a type may not take some.

        What is sent is `validation.sending.sent_parameters`. Empty ones are never sent.
        """
        sent = {"service": self.service}
        if self.link:
            sent["link"] = self.link
        if self.quantity is not None:
            sent["quantity"] = str(self.quantity)
        if self.extras:
            sent.update((name, value) for name, value in self.extras if value)
        if self.own:
            sent.update(self.own)
        return sent


@dataclass(frozen=True, slots=True)
class ValidatedOrder:
    """An order that keeps every rule of the catalogue it was held against. Only `validation` makes one.

    `key` and `fingerprint` are its identity, `parameters` what is sent. `estimate` is
    rate x quantity in the panel's currency, `rate` the price of `basis` pieces at the time of the check.
    """

    order: Order
    account: str
    campaign: str
    key: str
    fingerprint: str
    parameters: Mapping[str, str]
    service_name: str
    rate: Decimal
    basis: int
    estimate: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A refill or cancel that was asked for: its state, the panel's id for it, and what the panel said."""

    id: str
    key: str
    order_id: str
    kind: RequestKind
    state: RequestState
    asked_at: str
    request_id: str | None = None
    status: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One order's record in the journal: what is sent, its state, and what is known of it.

    `unknown` is what the panel said when it last told no status of the order, None once it tells one again.

    Times are ISO texts in UTC with offset. `order_ids` are texts as they came. `charge` is the last the
    panel told, None while unknown. `deadline` is set while IN_DOUBT or SENDING: before it plus the read
    timeout nobody may rule the attempt out.
    """

    key: str
    account: str
    campaign: str
    fingerprint: str
    service: str
    link: str
    quantity: int | None
    parameters: Mapping[str, str]
    state: State
    row: int
    reference: str | None = None
    service_name: str = ""
    rate: Decimal | None = None
    basis: int = 1000
    estimate: Decimal | None = None
    currency: str | None = None
    order_ids: tuple[str, ...] = ()
    message: str = ""
    answer: str = ""
    charge: Decimal | None = None
    status: str | None = None
    start_count: int | None = None
    remains: int | None = None
    refill: str | None = None
    placed_at: str | None = None
    checked_at: str | None = None
    sent_at: str | None = None
    requests: tuple[Request, ...] = field(default=())
    unknown: str | None = None
    client: str = ""

    @property
    def order_id(self) -> str | None:
        """The first order id, which is the only one on most panels."""
        return self.order_ids[0] if self.order_ids else None


def _as_line(value: str | int | Mapping[str, str]) -> str:
    """Return the value as compact JSON, names sorted: what a JSON encoder gives, in a third of its time."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return str(value)
    return "{" + ",".join([f"{_quoted(name)}:{_quoted(value[name])}" for name in sorted(value)]) + "}"


def digest(*parts: str | int | Mapping[str, str]) -> str:
    """Return the identity of these values: the same parts give the same text for ever, on every machine.

    Texts that differ only in how Unicode composes their letters (NFC, NFD) are the same: people can't see
    the difference, and keyboards and clipboards differ in it.
    """
    return _hashed(f"[{','.join([_as_line(part) for part in parts])}]")


def _hashed(line: str) -> str:
    """Return the hash of a line of JSON."""
    told = line.encode() if line.isascii() else normalize("NFC", line).encode("utf-8", "surrogatepass")
    return sha256(told).hexdigest()[:32]


def same_parameters(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether the same is sent, whatever way Unicode composes its letters."""
    return composed(one) == composed(other)


def composed(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the parameters by name with their letters composed (NFC), so that they can be compared."""
    return tuple(
        (name, value if value.isascii() else normalize("NFC", value))
        for name, value in sorted(parameters.items())
    )


def order_key(account: str, campaign: str, parameters: Mapping[str, str], occurrence: int) -> str:
    """Return the key of an order without a reference: what is sent, and which of its likes it is (from 1).

    Never notes, the highest rate or the row number: sorting or inserting rows changes no key.
    """
    return digest("order", account, campaign, parameters, occurrence)


def reference_key(account: str, campaign: str, reference: str) -> str:
    """Return the key of an order that carries a reference; what is sent is compared apart from it."""
    return _hashed(f'["reference",{_quoted(account)},{_quoted(campaign)},{_quoted(reference)}]')


def changed_key(key: str, parameters: Mapping[str, str]) -> str:
    """Return the key of an order that was allowed to be sent again with other parameters."""
    return digest("changed", key, parameters)


def fingerprint(account: str, parameters: Mapping[str, str]) -> str:
    """Return what makes two orders the same purchase, across campaigns and files.

    The link is normalised, so that a trailing slash or an upper-case host hides no duplicate.
    """
    return digest("fingerprint", account, {**parameters, "link": normalised_link(parameters.get("link", ""))})


def usual_fingerprint(
    account: str, service: str, link: str, quantity: int, *, normalised: str | None = None
) -> str:
    """Return the fingerprint of an order that is sent with these three and nothing beside, as most are.

    `normalised` is the link as panels compare it, where that is known already.
    """
    aim = _quoted(normalised_link(link) if normalised is None else normalised)
    return _hashed(
        f'["fingerprint",{_quoted(account)},{{"link":{aim},"quantity":"{quantity}","service":{_quoted(service)}}}]'
    )


def account_id(url: str, label: str | None = None) -> str:
    """Return the account an order is placed on: normalised host and path of the panel's URL, plus a label.

    Neither the API key nor the profile's name is part of it: rotating a key makes no row new.
    """
    parts = urlsplit(url.strip() if "//" in url else f"//{url.strip()}")
    host = (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    place = f"{host}{port}{parts.path.rstrip('/')}"
    return f"{place}#{label}" if label else place


def by_key(submissions: Sequence[Submission]) -> dict[str, Submission]:
    """Return the submissions by their key."""
    return {submission.key: submission for submission in submissions}
