"""The answer for one row of a sheet, and the only place where a validated order is made."""

from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.problems import Problem
from bulkorders.validation.identity import Identified


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer for one row: an order that may be sent, a known submission, or what keeps it from being sent."""

    identified: Identified
    known: Submission | None = None
    sendable: bool = False
    problems: tuple[Problem, ...] = ()
    duplicate: bool = False
    estimate: Decimal | None = None

    @property
    def validated(self) -> ValidatedOrder | None:
        """The order as it may be sent, if it may: made when it is asked for, since a million of them are heavy."""
        return _validated(self.identified, self.estimate or Decimal(0)) if self.sendable else None


def _validated(each: Identified, cost: Decimal) -> ValidatedOrder:
    service = each.service
    if service is None or service.rate is None:
        raise ValueError("an order without a service in the catalogue is never valid")
    return ValidatedOrder(
        order=each.order,
        account=each.target.account,
        campaign=each.target.campaign,
        key=each.key,
        fingerprint=each.fingerprint,
        parameters=each.parameters,
        service_name=service.name,
        rate=service.rate,
        basis=service.basis,
        estimate=cost,
        currency=service.currency or each.target.currency,
    )
