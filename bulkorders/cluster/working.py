"""A worker: it holds the keys, gives signs of life, and does the jobs of its panels until it is told to stop."""

import asyncio
import logging
import os
import platform
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from procrastinate.worker import Worker

from bulkorders import wording
from bulkorders.cluster import cards, engine, jobs, panels, queues, sweep
from bulkorders.cluster.bench import Bench
from bulkorders.cluster.pace import SharedPace
from bulkorders.errors import JournalError, PanelError, SettingsError
from bulkorders.panel.profiles import Profile
from bulkorders.pipeline import accounts, recording
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.recording import who
from bulkorders.settings import Settings
from bulkorders.submission.asking_again import WINDOW
from bulkorders.submission.attempt import DEADLINE, sleep_counting_clock
from bulkorders.submission.draining import draining

COMMAND = "worker"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
SWEEP_EVERY = 10.0
LONGEST_GOODBYE = 20.0
CLOCK_OFF = 5.0
"""Seconds by which a machine's clock may differ from the database's before it is told of."""

JOIN = """
INSERT INTO workers (machine, pid, who, version, run, panels, lanes)
VALUES (%(machine)s, %(pid)s, %(who)s, %(version)s, %(run)s, %(panels)s::text[], %(lanes)s) RETURNING id
"""

LEAVE = """
UPDATE workers SET closed_at = clock_timestamp(), seen_at = clock_timestamp(), in_flight = 0
WHERE id = %(worker)s RETURNING id
"""

Beside = Callable[[Bench], AbstractAsyncContextManager[None]]

log = logging.getLogger(__name__)


async def work(
    settings: Settings,
    front: Front,
    *,
    names: Sequence[str] = (),
    lanes: int = 2,
    beside: Beside | None = None,
) -> None:
    """Work until a signal says stop; what is in flight is then waited for, or with a second one given up.

    `names` are the panels (all of the settings), `lanes` how many chunks are placed side by side on each.
    `beside` is open meanwhile: the metrics. A database that is away is waited for. Raises SettingsError, PanelError,
    GuardError, JournalError at the start.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            await _work(settings, front, names, lanes, beside)
        except JournalError as error:
            if error.code != "journal.unreachable":
                raise
            front.tell(wording.explain(error).message or error.code)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return


async def _work(
    settings: Settings,
    front: Front,
    names: Sequence[str],
    lanes: int,
    beside: Beside | None,
) -> None:
    wanted: list[str | None] = list(names) or [*sorted(settings.all_panels())]
    if not wanted:
        raise SettingsError("settings.no_panel", known=[])
    for name in names:
        settings.panel(name)
    engine.address_for(settings)
    check_waits(settings)
    run = uuid4().hex[:12]
    async with (
        recording.recording(settings, COMMAND, run, front) as record,
        engine.opened(settings, size=4 + 2 * len(wanted)) as found,
    ):
        paces: dict[str, SharedPace] = {}

        def paced(profile: Profile) -> SharedPace:
            pace = SharedPace(
                found,
                profile.account,
                profile.limits,
                at_once=settings.concurrency * lanes,
                per_second=settings.per_second,
            )
            return paces.setdefault(profile.account, pace)

        async with accounts.opened(settings, Options(sheet=Path()), wanted, paced) as opened:
            by_id = {account.id: account for account in opened.values()}
            bench = Bench(settings, found, record, front, run, by_id, paces)
            async with _joined(bench, lanes):
                await _ready(bench)
                async with beside(bench) if beside else nullcontext():
                    await _until_stopped(bench, lanes)


def check_waits(settings: Settings) -> None:
    """Raise SettingsError where a sending would be given up before its answer can no longer come."""
    for name, panel in settings.all_panels().items():
        longest = panel.connect_timeout + 30 + 2 * panel.add_timeout
        needed = max(DEADLINE, WINDOW if panel.idempotency else 0) + longest
        if settings.cluster.lost_after < needed:
            raise SettingsError(
                "cluster.lost_after", found=settings.cluster.lost_after, needed=needed, panel=name
            )


@asynccontextmanager
async def _joined(bench: Bench, lanes: int) -> AsyncIterator[None]:
    """Be known to the others, and to history, as long as it lasts."""
    begun = await recording.begin_over_all(bench.record.journal, bench.run, COMMAND, {})
    row = await bench.engine.one(
        JOIN,
        machine=platform.node(),
        pid=os.getpid(),
        who=who(),
        version=version("bulkorders"),
        run=bench.run,
        panels=sorted(bench.accounts),
        lanes=lanes,
    )
    assert row is not None  # noqa: S101 - it is one row
    bench.worker, bench.beat_at = int(row["id"]), sleep_counting_clock()
    try:
        yield
    finally:
        # a database that is away keeps nobody from leaving
        with suppress(TimeoutError, JournalError):
            async with asyncio.timeout(LONGEST_GOODBYE):
                await bench.engine.do(LEAVE, worker=bench.worker)
                ended = replace(begun, finished_at=now(), exit_code=0, counts=dict(bench.counts))
                await bench.record.journal.end_run(ended)


async def _ready(bench: Bench) -> None:
    """Ask each panel once, tell the others what it sells, and look whether the journal was restored."""
    held = await sweep.hold_restored(bench.engine, wording.note("cluster.restored", {}))
    if held:
        bench.front.tell(wording.note("cluster.chunks_held", {"count": held}))
    for account in bench.accounts.values():
        await panels.know(bench.engine, account.id, account.panel.profile.name)
        await _asked(bench, account)
    await bench.beat()
    if abs(bench.clock_off) > CLOCK_OFF:
        bench.front.tell(wording.note("cluster.clock_off", {"seconds": round(bench.clock_off)}))


async def _asked(bench: Bench, account: Account) -> None:
    try:
        await accounts.ask_all([account])
        await accounts.confirm_key(bench.record.journal, account, bench.front)
        bench.asked(account.id)
        await cards.publish(bench.engine, account, bench.name)
    except PanelError as error:
        if len(bench.accounts) == 1:
            raise
        bench.front.tell(wording.explain(error).message or error.code)


async def _until_stopped(bench: Bench, lanes: int) -> None:
    asyncio.get_running_loop().set_exception_handler(_heard_of)
    jobs.register(bench.engine.app, bench)
    plan: Mapping[str, tuple[list[str], int]] = {
        "sweep": ([queues.SWEEPING], 1),
        "care": ([queues.PAPERS, *(queues.care_of(account) for account in bench.accounts)], 2),
        **{f"orders of {account}": ([queues.of_account(account)], lanes) for account in bench.accounts},
    }
    hands = [_Hand(bench, name, told, count) for name, (told, count) in plan.items()]
    tasks = [asyncio.create_task(each) for each in (_beating(bench), _sweeping(bench), _listening(bench))]

    def stop() -> None:
        bench.front.tell(wording.note("cluster.stopping", {"count": bench.in_flight}))
        bench.stop()
        for hand in hands:
            hand.stop()

    try:
        with draining(stop, bench.abandon):
            bench.front.tell(
                wording.note("cluster.working", {"number": bench.worker, "panels": sorted(bench.accounts)})
            )
            await asyncio.gather(*(hand.run() for hand in hands))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _heard_of(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what went wrong in a job that was taken back meanwhile: what is left of it, the journal says."""
    log.info("%s: %s", context.get("message"), context.get("exception"))


class _Hand:
    """One of the queue's own workers within this process, started again whenever it ends by itself."""

    def __init__(self, bench: Bench, name: str, told: list[str], count: int) -> None:
        self._bench = bench
        self._name = name
        self._queues = told
        self._count = count
        self._worker: Worker | None = None

    async def run(self) -> None:
        """Fetch and do jobs until it is stopped; a database that is away is waited for."""
        pause = FIRST_PAUSE
        while not self._bench.stopping:
            began = asyncio.get_running_loop().time()
            try:
                self._worker = self._made()
                await self._worker.run()  # type: ignore[no-untyped-call]  # Procrastinate annotates no result of it
            except Exception as error:  # noqa: BLE001 - whatever it was, there is more to do
                log.warning("%s: %s; it goes on in %.1f s", self._name, type(error).__name__, pause)
            if not self._bench.stopping:
                await asyncio.sleep(pause)
            lasted = asyncio.get_running_loop().time() - began
            pause = FIRST_PAUSE if lasted > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)

    def _made(self) -> Worker:
        silent = self._bench.settings.cluster.silent_after
        return Worker(
            self._bench.engine.app,
            queues=self._queues,
            name=self._name,
            concurrency=self._count,
            fetch_job_polling_interval=2.0,
            abort_job_polling_interval=3600.0,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=min(10.0, silent / 4),
            stalled_worker_timeout=silent,
        )

    def stop(self) -> None:
        """Fetch no more jobs."""
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]  # Procrastinate annotates no result of it


async def _beating(bench: Bench) -> None:
    every = min(5.0, bench.settings.cluster.silent_after / 4)
    while True:
        await asyncio.sleep(every)
        await bench.beat()


async def _sweeping(bench: Bench) -> None:
    while True:
        await bench.sweep_soon()
        await asyncio.sleep(min(SWEEP_EVERY, bench.settings.cluster.silent_after / 3))


async def _listening(bench: Bench) -> None:
    """Hear at once what another machine says of a panel."""

    async def told(*, channel: str, payload: str) -> None:  # noqa: ARG001 - the queue's own signature
        if payload in bench.accounts:
            await bench.hear()

    while True:
        with suppress(Exception):
            await bench.engine.app.connector.listen_notify(told, [panels.CHANNEL])
        await asyncio.sleep(1.0)
