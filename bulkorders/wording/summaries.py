"""What several facts come to in a sentence or two: consequences, progress, what to do next."""

from decimal import Decimal

from bulkorders.model import money
from bulkorders.model.catalogue import UNLIMITED
from bulkorders.model.money import PER_ONE
from bulkorders.model.orders import Submission
from bulkorders.model.progress import Progress, Review, ServiceCost
from bulkorders.model.report import Counts, MoneyPart, OrderPart, Report
from bulkorders.wording import amount, number, translated

MOST_SERVICES = 12
"""Services that a review names one by one; the others are counted."""
ROWS_NAMED = 12
"""Rows that an unexplained amount could be, named in a sentence; `--json` has all."""


def review(found: Review) -> list[str]:
    """Return the consequences of a submit in numbers, before anything is spent."""
    told = [
        translated("Campaign {campaign}: {orders} will be placed.").format(
            campaign=found.campaign, orders=orders(found.orders)
        )
    ]
    for each in found.money:
        if not each.estimated and each.balance_before is None:
            continue
        told += [_service(one) for one in found.services if one.account == each.account][:MOST_SERVICES]
        told += _further(found, each.account)
        after = None if each.balance_before is None else each.balance_before - each.estimated
        told.append(
            translated("{account}: about {cost}. Balance {before}, then about {after}.").format(
                account=each.account,
                cost=amount(each.estimated, each.currency),
                before=amount(each.balance_before, each.currency),
                after=amount(after, each.currency),
            )
        )
    told += found.notices
    told += [f"{heading} ({rows(count)})." for heading, count in found.warnings]
    kept = kept_back(found)
    if found.waiting:
        kept.append(translated("{n} waiting for their link").format(n=number(found.waiting)))
    if kept:
        told.append(translated("{kept}: none of these will be sent.").format(kept=", ".join(kept)))
    if found.results:
        told.append(translated("Results: {path}").format(path=found.results))
    return told


def _service(found: ServiceCost) -> str:
    """Return one service of a review: id, name, orders, rate and what they cost."""
    price = translated("{rate} a thousand") if found.basis != PER_ONE else translated("{rate} each")
    return translated("  {service} {name}: {orders} at {price}, {cost}").format(
        service=found.service,
        name=found.name,
        orders=orders(found.orders),
        price=price.format(rate=number(found.rate)),
        cost=amount(found.cost, found.currency),
    )


def _further(found: Review, account: str) -> list[str]:
    """Return what the services that are not named come to."""
    left = [each for each in found.services if each.account == account][MOST_SERVICES:]
    if not left:
        return []
    count, cost = sum(each.orders for each in left), money.total(each.cost for each in left)
    told = translated("  {n} further services: {orders}, {cost}")
    return [told.format(n=number(len(left)), orders=orders(count), cost=amount(cost, left[0].currency))]


def kept_back(found: Review | Counts) -> list[str]:
    """Return the counts of what is not sent, those that are none left out."""
    named = (
        (found.invalid, translated("{n} invalid")),
        (found.duplicate, translated("{n} duplicate")),
        (found.placed, translated("{n} already placed")),
        (found.rejected, translated("{n} rejected")),
        (found.in_doubt, translated("{n} in doubt")),
        (found.dropped, translated("{n} no longer in the sheet")),
    )
    return [text.format(n=number(count)) for count, text in named if count]


def orders(count: int) -> str:
    """Return how many orders, with the right word."""
    return translated("1 order") if count == 1 else translated("{n} orders").format(n=number(count))


def rows(count: int) -> str:
    """Return how many rows, with the right word."""
    return translated("1 row") if count == 1 else translated("{n} rows").format(n=number(count))


def consequences(report: Report, command: str) -> list[str]:
    """Return what a run came to: rows, states, money, where the results are."""
    told = [_states(report.counts, command)]
    told += [line for each in report.money for line in _money(each, command)]
    if report.results:
        told.append(translated("Results: {path}").format(path=report.results))
    return told


def _states(counts: Counts, command: str) -> str:
    ready = translated("{n} ready") if command == "check" else translated("{n} not sent yet")
    named = (
        (counts.ready, ready),
        (counts.placed, translated("{n} placed")),
        (counts.invalid, translated("{n} invalid")),
        (counts.duplicate, translated("{n} duplicate")),
        (counts.rejected, translated("{n} rejected")),
        (counts.in_doubt, translated("{n} in doubt")),
    )
    states = ", ".join(text.format(n=number(count)) for count, text in named if count)
    line = translated("{rows}: {states}.").format(
        rows=rows(counts.rows), states=states or translated("nothing")
    )
    if counts.placed:
        line += " " + translated("Of those placed, {completed} completed, {open} still open.").format(
            completed=number(counts.completed), open=number(counts.open)
        )
    return line


def _money(found: MoneyPart, command: str) -> list[str]:
    estimated, before = Decimal(found.estimated), _decimal(found.balance_before)
    if command == "check":
        after = None if before is None else before - estimated
        line = translated("{account}: about {cost}. Balance {before}, then about {after}.").format(
            account=found.account,
            cost=amount(estimated, found.currency),
            before=amount(before, found.currency),
            after=amount(after, found.currency),
        )
        short = after is not None and after < 0
        return [line, translated("The balance is not enough for all of them.")] if short else [line]
    told = [
        translated("{account}: charged {charged} (estimated {estimated}). Balance {after}.").format(
            account=found.account,
            charged=amount(Decimal(found.charged), found.currency),
            estimated=amount(estimated, found.currency),
            after=amount(_decimal(found.balance_after), found.currency),
        )
    ]
    if Decimal(found.in_doubt):
        risk = amount(Decimal(found.in_doubt), found.currency)
        told.append(translated("In doubt: up to {risk}.").format(risk=risk))
    return [*told, *_books(found)]


def _books(found: MoneyPart) -> list[str]:
    """Return how the books of the run closed; nothing where they could not be."""
    if found.unexplained is None or found.refunded is None:
        return []
    before, after = _decimal(found.balance_before), _decimal(found.balance_after)
    told = [
        translated(
            "Balance {before} before and {after} after; refunded {refunded}, unexplained {rest}."
        ).format(
            before=amount(before, found.currency),
            after=amount(after, found.currency),
            refunded=amount(Decimal(found.refunded), found.currency),
            rest=amount(Decimal(found.unexplained), found.currency),
        )
    ]
    if found.unexplained_rows:
        shown = ", ".join(map(str, found.unexplained_rows[:ROWS_NAMED]))
        told.append(translated("It could be rows {rows}.").format(rows=shown))
    return told


def _decimal(digits: str | None) -> Decimal | None:
    return None if digits is None else Decimal(digits)


def next_step(report: Report, command: str) -> str:
    """Return the next command, or nothing where there is none."""
    counts, sheet = report.counts, quoted(report.sheet)
    if report.stopped is not None or command == "demo":
        return ""
    command, _, queued = command.partition(" ")
    if queued and (counts.open or counts.ready):
        return translated("Next: bulkorders refresh {sheet} --queue").format(sheet=sheet)
    if command == "check" and counts.ready:
        return translated("Next: bulkorders submit {sheet}").format(sheet=sheet)
    if counts.open and command in ("submit", "refresh"):
        return translated("Next: bulkorders refresh {sheet}").format(sheet=sheet)
    if counts.invalid or counts.duplicate:
        return translated("Next: put the rows right, and run bulkorders {command} {sheet} again.").format(
            command=command, sheet=sheet
        )
    return ""


def quoted(path: str) -> str:
    """Return a path as it can be typed."""
    return f'"{path}"' if " " in path else path


def doubts_heading(count: int) -> str:
    """Return the heading above orders in doubt."""
    return translated(
        "{orders} in doubt: may have been placed, and will not be sent again by itself."
    ).format(orders=orders(count))


def doubts_next() -> str:
    """Return what settles orders in doubt."""
    return translated("Next: bulkorders resolve shows what is known of each, and what to type.")


def doubt(order: OrderPart) -> str:
    """Return one order in doubt in a line."""
    place = translated("Row {row}").format(row=order.row) if order.row else translated("No row")
    return f"{place}, {order.service}, {order.link}: {order.message}"


def doubt_heading(order: Submission) -> str:
    """Return which order is in doubt, and why."""
    return translated("{campaign}, row {row}: {quantity} of service {service} for {link}. {message}").format(
        campaign=order.campaign,
        row=order.row,
        quantity=number(order.quantity) or "1",
        service=order.service,
        link=order.link,
        message=order.message or translated("The run ended before the answer came."),
    )


def more(count: int) -> str:
    """Return how many more there are than those shown."""
    return translated("… and {n} more; --json lists all.").format(n=number(count))


def summary_line(report: Report) -> str:
    """Return one run in one line."""
    line = f"{report.campaign}: {_states(report.counts, 'refresh')}"
    return f"{line} {report.results}" if report.results else line


def found_services(shown: int, known: int) -> str:
    """Return how many services are shown, of how many."""
    return translated("{shown} of {known} services").format(shown=number(shown), known=number(known))


def rate(price: Decimal | None, basis: int) -> str:
    """Return a rate; one that is the price of a single piece says so."""
    return number(price) if basis != PER_ONE else translated("{price} each").format(price=number(price))


def most(maximum: int | None) -> str:
    """Return a maximum; the panels' word for none is said in words."""
    return translated("no limit") if maximum == UNLIMITED else number(maximum)


def written(path: str) -> str:
    """Return that a file was written."""
    return translated("Written: {path}").format(path=path)


def stage(name: str) -> str:
    """Return what a run is doing, in a word."""
    return {"placing": translated("Placing"), "asking": translated("Asking")}.get(name, name)


def progress(found: Progress, seconds: float) -> str:
    """Return counts, money and rate of a run that is under way; while it drains, what is awaited and how long."""
    if found.stage != "placing":
        return ""
    done = found.placed + found.rejected + found.in_doubt
    told = [amount(found.spent, found.currency)]
    if found.rejected:
        told.append(translated("{n} rejected").format(n=number(found.rejected)))
    if found.in_doubt:
        risk = amount(found.at_risk, found.currency)
        told.append(translated("{n} in doubt ({risk})").format(n=number(found.in_doubt), risk=risk))
    if found.stopping:
        awaited = number(found.awaited), number(int(found.longest))
        stopping = translated("stopping: {n} answers awaited, {seconds} s at most")
        return ", ".join([stopping.format(n=awaited[0], seconds=awaited[1]), *told])
    if seconds > 0:
        told.append(translated("{rate}/s").format(rate=f"{done / seconds:,.1f}"))
    return ", ".join(told)


def rehearsal(sold: int, seconds: float, *, as_expected: bool) -> list[str]:
    """Return what the demo showed, and where to go from there."""
    told = [
        translated(
            "The pretend panel sold {orders} in {seconds} s: each placed row once, nothing twice."
        ).format(orders=orders(sold), seconds=f"{seconds:.0f}")
        if as_expected
        else translated("The demo did not go as rehearsed.")
    ]
    told.append(
        translated("The wrong rows are the sample's own; open the worksheet To fix to see them explained.")
    )
    told.append(
        translated(
            "With your own panel: set BULKORDERS_PANEL_URL and BULKORDERS_PANEL_KEY, then bulkorders check SHEET"
        )
    )
    return told
