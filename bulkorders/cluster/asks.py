"""Refills and cancels by way of the queue: reviewed where no key is, asked for by a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from bulkorders import wording
from bulkorders.cluster import cards, engine, queues
from bulkorders.cluster.bench import Bench
from bulkorders.cluster.engine import Engine
from bulkorders.model.lifecycle import RequestKind
from bulkorders.model.requesting import Requested
from bulkorders.pipeline import recording
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.options import Front, Listening, Quiet
from bulkorders.pipeline.requests import requesting
from bulkorders.pipeline.requests.requesting import Asking, Choice
from bulkorders.settings import Settings

JOB = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
SELECT %(queue)s, '{queues.REQUEST}', {queues.USUAL}, 'ask-' || a.id, 'ask-' || a.id, jsonb_build_object('ask', a.id)
FROM asks a WHERE a.id = %(ask)s AND a.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j WHERE j.lock = 'ask-' || a.id AND j.status IN ('todo', 'doing'))
ON CONFLICT DO NOTHING RETURNING id
"""

ADD = """
INSERT INTO asks (account, kind, run, order_ids) VALUES (%(account)s, %(kind)s, %(run)s, %(order_ids)s::text[])
RETURNING id
"""

FIND = "SELECT account, kind, order_ids FROM asks WHERE id = %(ask)s AND state = 'open'"
DONE = "UPDATE asks SET state = 'done', closed_at = clock_timestamp() WHERE id = %(ask)s RETURNING id"

WITHOUT_JOB = """
SELECT a.id, a.account FROM asks a JOIN panels p ON p.account = a.account
WHERE a.state = 'open' AND p.paused IS NULL AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs j WHERE j.lock = 'ask-' || a.id AND j.status IN ('todo', 'doing'))
"""


async def queue(kind: RequestKind, choice: Choice, settings: Settings, front: Front) -> Requested:
    """Review refills or cancels of the chosen orders, and leave them to the workers. Raises CallError, Declined."""
    heard = Listening(front)
    return heard.noted(await _queue(kind, choice, settings, heard))


async def _queue(kind: RequestKind, choice: Choice, settings: Settings, front: Front) -> Requested:
    engine.address_for(settings)
    run, command = uuid4().hex[:12], f"{kind.value} --queue"
    longest = settings.cluster.catalogue_age
    # on a page the review is approved line by line, and how old a card is differs by then
    heard = Quiet(yes=False) if choice.reviewed else front
    async with (
        recording.recording(settings, command, run, front) as record,
        engine.opened(settings) as found,
        cards.accounts(found, await cards.names(found, choice.panel), choice.panel, heard, longest) as opened,
    ):
        by_id = {account.id: account for account in opened.values()}
        await cards.ask_all(by_id.values())
        asking = Asking(kind, settings, front, record.journal, run, by_id, choice)
        told = await requesting.planned(asking)
        wanted = [(each.order.account, each.order_id) for each in asking.wanted]
        campaigns = ", ".join(dict.fromkeys(each.order.campaign for each in asking.wanted))
        begun = await recording.begin_over_all(record.journal, run, command, {}, campaign=campaigns or None)
        await _add(found, kind, run, wanted)
        counts = {"queued": len(wanted), "left_out": len(asking.left)}
        await record.journal.end_run(replace(begun, finished_at=now(), exit_code=0, counts=counts))
        front.tell(wording.note("cluster.asks_queued", {"count": len(wanted), "kind": kind.value}))
        return told


async def _add(found: Engine, kind: RequestKind, run: str, wanted: Sequence[tuple[str, str]]) -> None:
    for account in dict.fromkeys(account for account, _ in wanted):
        ids = [order_id for of, order_id in wanted if of == account]
        row = await found.one(ADD, account=account, kind=kind.value, run=run, order_ids=ids)
        assert row is not None  # noqa: S101 - it returns what it made
        await found.all(JOB, ask=row["id"], queue=queues.care_of(account))


async def defer_again(found: Engine) -> None:
    """Give each of them without a live job a new one, unless its panel is paused."""
    for row in await found.all(WITHOUT_JOB):
        await found.all(JOB, ask=row["id"], queue=queues.care_of(row["account"]))


async def answer(bench: Bench, number: int) -> None:
    """Ask the panel for what was reviewed, as far as it may still have it; what was asked already is left alone."""
    row: Mapping[str, object] | None = await bench.engine.one(FIND, ask=number)
    if row is None or bench.stopping or bench.paces[str(row["account"])].paused is not None:
        return
    account = bench.accounts[str(row["account"])]
    ids = row["order_ids"]
    assert isinstance(ids, list)  # noqa: S101 - a list of texts, by its column
    choice = Choice(order_ids=tuple(map(str, ids)))
    asking = Asking(
        RequestKind(str(row["kind"])),
        bench.settings,
        bench.front,
        bench.record.journal,
        bench.run,
        {account.id: account},
        choice,
    )
    asking.go_on = lambda: not bench.stopping
    told = await requesting.ask_for(asking)
    if told.stopped is None and not bench.stopping:
        await bench.engine.do(DONE, ask=number)
