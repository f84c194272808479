"""One order beside its service: what the row has, and how a problem of it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bulkorders import wording
from bulkorders.model.catalogue import Service
from bulkorders.model.making import maker_of
from bulkorders.model.orders import Order, Sheet
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.service_types import ServiceType
from bulkorders.validation.sending import further


@dataclass(frozen=True, slots=True)
class Case:
    """One order with its service, and the sheet it stands in (for the names of its columns).

    `extras` are the further parameters that are sent; a field that is mere information for this type is
    not among them. `capped` says whether this run may spend so much and no more.
    """

    order: Order
    service: Service
    sheet: Sheet
    kind: ServiceType
    extras: Mapping[str, str]
    capped: bool = False

    def has(self, field: str) -> bool:
        """Whether the row has something for a field, or a cell there that could not be read."""
        if field == "link":
            there = bool(self.order.link)
        elif field == "quantity":
            there = self.order.quantity is not None
        else:
            there = field in self.extras
        return there or self.unread(field)

    def unread(self, field: str) -> bool:
        """Whether the row's cell for a field could not be read: that is said already."""
        problems = self.order.problems
        return bool(problems) and any(problem.column == self.column(field) for problem in problems)

    def whole(self, field: str) -> int | None:
        """Return the whole number that is sent for a field, None where there is none."""
        told = self.extras.get(field)
        return None if told is None else int(told)

    @property
    def bare(self) -> bool:
        """Whether the row has nothing beside service, link and quantity, as most have."""
        return not self.extras and not self.order.problems

    def column(self, field: str) -> str:
        """Return the header of a field's column."""
        return self.sheet.title(field) or wording.field_title(field)

    def problem(self, code: str, field: str, severity: Severity = Severity.ERROR, **facts: Any) -> Problem:
        """Return a problem of this row in the column of a field."""
        told = {"service": self.service.id, "type": self.kind.name, **facts}
        return _problem(self.order.row, code, self.column(field), told, severity)


_case, _problem = maker_of(Case), maker_of(Problem)


def case_of(order: Order, service: Service, sheet: Sheet, *, capped: bool = False) -> Case:
    """Return the case of an order whose service is in the catalogue."""
    kind = service.type
    return _case(order, service, sheet, kind, further(order, kind), capped)
