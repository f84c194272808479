"""The command that shows and settles what is in doubt: resolve."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulkorders.cli.options import shared
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from bulkorders.model.reconciliation import Verdict
    from bulkorders.pipeline.requests.request_doubts import RequestDoubt
    from bulkorders.pipeline.settling.resolving import Resolved
    from bulkorders.submission.reconciling import Doubt


@click.command()
@click.option("--placed", multiple=True, metavar="KEY=ID", help="This order was placed, with this order id.")
@click.option(
    "--not-placed", multiple=True, metavar="KEY", help="This order was not placed; it is ready again."
)
@click.option(
    "--taken", multiple=True, metavar="ID[=REFILL_ID]", help="This refill or cancel was taken by the panel."
)
@click.option(
    "--not-taken",
    multiple=True,
    metavar="ID",
    help="This refill or cancel was not; it may be asked for again.",
)
@click.option("--reason", default="", metavar="TEXT", help="How you know; stays in the journal.")
@click.option(
    "--auto", is_flag=True, help="Settle what the balance proves: those not placed are ready again."
)
@click.argument("sheet", required=False, type=click.Path())
@shared
def resolve(
    *,
    placed: tuple[str, ...],
    not_placed: tuple[str, ...],
    taken: tuple[str, ...],
    not_taken: tuple[str, ...],
    reason: str,
    auto: bool,
    sheet: str | None,
    as_json: bool,
) -> int:
    """Show each order in doubt with its evidence, and settle it by your word or by the balance.

    Refills and cancels in doubt too. An id given with --placed or --taken is checked with the panel first.
    KEY and ID may be cut to their first characters.
    """
    import asyncio

    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.settling import resolving
    from bulkorders.settings import load_settings

    told = {id_.strip(): refill_id.strip() for id_, _, refill_id in (each.partition("=") for each in taken)}
    verdicts = resolving.Verdicts(_pairs(placed), not_placed, reason, told, not_taken)
    _check([*verdicts.placed, *told], [*not_placed, *not_taken], reason)
    campaign = Path(sheet).stem.removesuffix(".results") if sheet else None
    if auto and verdicts:
        raise CallError("resolve.auto_alone")
    with TerminalFront(yes=False, quiet=as_json) as front:
        if auto:
            found = asyncio.run(resolving.settle_by_evidence(load_settings(), front, campaign=campaign))
        elif verdicts:
            found = asyncio.run(resolving.settle(load_settings(), verdicts, front, campaign=campaign))
        else:
            found = asyncio.run(resolving.show(load_settings(), campaign=campaign))
    _show(found, as_json=as_json)
    return found.exit_code


def _pairs(placed: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for told in placed:
        key, mark, order_id = told.partition("=")
        if not mark or not key.strip() or not order_id.strip():
            raise CallError("resolve.pair", found=told)
        pairs[key.strip()] = order_id.strip()
    return pairs


def _check(placed: Sequence[str], not_placed: Sequence[str], reason: str) -> None:
    both = sorted(set(placed) & set(not_placed))
    if both:
        raise CallError("resolve.both", keys=both)
    if not_placed and not reason.strip():
        raise CallError("resolve.reason")


def _show(found: "Resolved", *, as_json: bool) -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console, print_json

    if as_json:
        told = {
            "schema": 1,
            "in_doubt": [_as_json(each) | _verdict(found, each.order.key) for each in found.doubts],
            "settled": [
                {"key": each.key, "state": each.state.value} | _verdict(found, each.key)
                for each in found.settled
            ],
            "requests": [_request_as_json(each) for each in found.requests],
            "answered": [
                {"id": each.id, "order_id": each.order_id, "kind": each.kind.value, "state": each.state.value}
                for each in found.answered
            ],
        }
        print_json(json.dumps(told, ensure_ascii=False))
        return
    screen = console()
    for order in found.settled:
        code = "doubt.settled_placed" if order.order_ids else "doubt.settled_ready"
        screen.print(wording.note(code, {"row": str(order.row), "id": order.order_id}), markup=False)
    for each in found.doubts:
        for line in _lines(each):
            screen.print(line, markup=False)
        verdict = found.verdicts.get(each.order.key)
        if verdict is not None:
            screen.print(f"      {_told(verdict)}", markup=False)
        screen.print()
    _show_requests(found)
    if not found.doubts and not found.requests:
        screen.print(wording.note("doubt.none", {}))


def _show_requests(found: "Resolved") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented

    screen = console()
    for each in found.answered:
        facts = {"order_id": each.order_id, "kind": each.kind.value}
        code = "doubt.request_taken" if each.state.value == "accepted" else "doubt.request_not_taken"
        screen.print(wording.note(code, facts), markup=False)
    for unsure in found.requests:
        request, order = unsure.request, unsure.order
        facts = {
            "campaign": order.campaign,
            "row": str(order.row),
            "kind": request.kind.value,
            "order_id": request.order_id,
            "asked_at": wording.moment(request.asked_at),
            "said": request.message,
            "id": request.id[:8],
            "when": wording.moment(unsure.settled_from.isoformat()),
        }
        screen.print(wording.note("doubt.request", facts), markup=False)
        early = datetime.now(UTC) < unsure.settled_from
        for code in (
            *(["doubt.request_said"] if request.message else []),
            f"doubt.request_how.{request.kind.value}",
            "doubt.request_how_not_from" if early else "doubt.request_how_not",
        ):
            indented(screen, wording.note(code, facts))
        screen.print()


def _request_as_json(found: "RequestDoubt") -> dict[str, Any]:
    request, order = found.request, found.order
    return {
        "id": request.id,
        "kind": request.kind.value,
        "order_id": request.order_id,
        "key": order.key,
        "account": order.account,
        "campaign": order.campaign,
        "row": order.row,
        "reference": order.reference,
        "service": order.service,
        "status": order.status,
        "asked_at": request.asked_at,
        "message": request.message,
        "settled_from": found.settled_from.isoformat(timespec="seconds"),
    }


def _verdict(found: "Resolved", key: str) -> dict[str, Any]:
    """Return what the balance says of one order, where it was asked."""
    verdict = found.verdicts.get(key)
    if verdict is None:
        return {}
    told: dict[str, Any] = {"said": verdict.said.value, "why": verdict.why}
    if verdict.among:
        told |= {"placed": verdict.placed, "among": verdict.among}
    if verdict.until is not None:
        told["until"] = verdict.until.isoformat(timespec="seconds")
    return {"verdict": told}


def _told(verdict: "Verdict") -> str:
    from bulkorders import wording

    code = "doubt.cannot_tell" if verdict.said.value == "cannot_tell" else f"doubt.{verdict.said.value}"
    until = "" if verdict.until is None else wording.moment(verdict.until.isoformat())
    why = wording.note(f"doubt.why.{verdict.why}", {"until": until})
    return wording.note(code, {"placed": verdict.placed, "among": verdict.among, "why": why})


def _lines(found: "Doubt") -> list[str]:
    """Return what is known of one order in doubt, and what to type, a line each."""
    from bulkorders import wording
    from bulkorders.wording import summaries

    order, attempt = found.order, found.attempt
    facts = {
        "sent_at": wording.moment(order.sent_at),
        "risk": wording.amount(order.estimate, order.currency),
        "answer": (attempt.answer if attempt else "") or order.answer,
        "orders": [other.order_id or other.state.value for other in found.same_link],
        "key": order.key[:8],
        "when": wording.moment(found.settled_from.isoformat()),
    }
    still_open = datetime.now(UTC) < found.settled_from
    notes = [
        "doubt.evidence",
        "doubt.said" if facts["answer"] else "doubt.no_answer",
        *(["doubt.same_link"] if found.same_link else []),
        *(["doubt.link_open"] if found.link_open else []),
        "doubt.how",
        "doubt.how_not_from" if still_open else "doubt.how_not",
    ]
    return [summaries.doubt_heading(order), *(f"      {wording.note(code, facts)}" for code in notes)]


def _as_json(found: "Doubt") -> dict[str, Any]:
    order, attempt = found.order, found.attempt
    return {
        "key": order.key,
        "account": order.account,
        "campaign": order.campaign,
        "row": order.row,
        "reference": order.reference,
        "service": order.service,
        "link": order.link,
        "quantity": order.quantity,
        "estimate": None if order.estimate is None else format(order.estimate, "f"),
        "currency": order.currency,
        "sent_at": order.sent_at,
        "message": order.message,
        "answer": (attempt.answer if attempt else "") or order.answer,
        "http_status": attempt.http_status if attempt else None,
        "order_ids": list(attempt.order_ids) if attempt else [],
        "same_link": [
            {"key": each.key, "order_id": each.order_id, "state": each.state.value}
            for each in found.same_link
        ],
        "link_open": found.link_open,
        "settled_from": found.settled_from.isoformat(timespec="seconds"),
    }
