"""What workers tell of a panel to those who hold no key: its catalogue, its balance, how its orders are written.

A card holds no key and no address: the account's name is enough to write orders for it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bulkorders import wording
from bulkorders.cluster import queues
from bulkorders.cluster.engine import Engine
from bulkorders.errors import GuardError, PanelUnreachable, SettingsError
from bulkorders.model import money
from bulkorders.model.catalogue import Balance, Catalogue, Service
from bulkorders.panel.answers import Reply
from bulkorders.panel.client import Panel
from bulkorders.panel.pace import LocalPace
from bulkorders.panel.profiles import Naming, Profile
from bulkorders.panel.wire import Timeouts
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.options import Front

FRESH = 60.0
"""Seconds; a card that is older is asked for anew before orders are checked against it."""

PATIENCE = 20.0
"""Seconds that a worker is waited for who asks the panel anew; then the card is taken as it is, with its age."""

LOOK = 0.25

PUBLISH = """
UPDATE panels SET card = %(card)s, catalogue = %(catalogue)s, catalogue_at = clock_timestamp(),
    balance = %(balance)s, currency = %(currency)s, balance_at = clock_timestamp(), told_by = %(by)s
WHERE account = %(account)s RETURNING account
"""

SPENT = """
SELECT coalesce(sum(coalesce(o.charge, o.estimate)::numeric), 0)::text AS spent
FROM (SELECT DISTINCT key FROM (SELECT key FROM bulkorders.attempts ORDER BY number DESC LIMIT 50000) l) a
JOIN bulkorders.orders o ON o.key = a.key JOIN panels p ON p.account = o.account
WHERE o.account = %(account)s AND o.state = 'placed' AND o.placed_at::timestamptz > p.balance_at
"""

READ = """
SELECT account, name, card, catalogue, balance, currency, told_by,
    extract(epoch FROM clock_timestamp() - catalogue_at)::float8 AS age
FROM panels WHERE card IS NOT NULL ORDER BY name, account
"""

ASK = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
VALUES (%(queue)s, %(task)s, %(priority)s, %(once)s, jsonb_build_object('account', %(account)s::text))
ON CONFLICT DO NOTHING RETURNING id
"""


async def publish(engine: Engine, account: Account, by: str) -> None:
    """Keep what the panel just told, for those without a key."""
    held = account.balance
    await engine.do(
        PUBLISH,
        account=account.id,
        card=json.dumps(_card(account.panel.profile)),
        catalogue=_listed(account.catalogue),
        balance=money.text(held.amount) if held else None,
        currency=account.currency,
        by=by,
    )


def _card(profile: Profile) -> Mapping[str, Any]:
    """Return what must be known of a panel to write orders for it: the names that its calls give to something."""
    naming = profile.naming
    return {
        "name": profile.name,
        "account": profile.account,
        "currency": profile.currency,
        "parameters": dict(naming.parameters),
        "send": sorted(naming.send),
        "drip_feed": naming.drip_feed,
        "idempotency": profile.idempotency,
        "timeouts": asdict(profile.timeouts),
    }


def _listed(catalogue: Catalogue) -> str:
    listed = [
        {**asdict(service), "rate": money.text(service.rate)} for service in catalogue.services.values()
    ]
    return json.dumps({"currency": catalogue.currency, "services": listed})


def _profile(card: Mapping[str, Any]) -> Profile:
    naming = Naming(
        parameters=card["parameters"], send=dict.fromkeys(card["send"], ""), drip_feed=card["drip_feed"]
    )
    return Profile(
        name=card["name"],
        url=f"https://{card['account']}",
        key="",
        account=card["account"],
        currency=card["currency"],
        naming=naming,
        idempotency=card["idempotency"],
        timeouts=Timeouts(**card["timeouts"]),
    )


def _catalogue(told: str, age: float) -> Catalogue:
    found = json.loads(told)
    names = {each.name for each in fields(Service)}
    services = {
        each["id"]: Service(
            **{name: value for name, value in each.items() if name in names}
            | {"rate": None if each["rate"] is None else Decimal(each["rate"])}
        )
        for each in found["services"]
    }
    asked_at = datetime.now(UTC) - timedelta(seconds=age)
    return Catalogue(services, found["currency"], asked_at.isoformat(timespec="milliseconds"))


class CardPanel(Panel):
    """A panel as workers told of it: it answers for the catalogue and the balance, and can't be asked else."""

    def __init__(self, engine: Engine, card: Mapping[str, Any], front: Front, longest: float) -> None:
        super().__init__(_profile(card))
        self._engine = engine
        self._front = front
        self._longest = longest
        self._row: Mapping[str, Any] | None = None
        self._said = False

    async def balance(self) -> Balance:
        """Return what the account held when a worker asked last, less what was placed on it since."""
        self._row = row = await self._fresh()
        spent = await self._engine.one(SPENT, account=self.account)
        left = money.total((Decimal(row["balance"]), Decimal(spent["spent"] if spent else 0).copy_negate()))
        return Balance(left, row["currency"])

    async def catalogue(self, asked_at: str) -> Catalogue:  # noqa: ARG002 - it has its own time
        """Return the services as a worker listed them. Raises GuardError where that is too long ago."""
        row = self._row or await self._fresh()
        self._row = None
        return await asyncio.to_thread(_catalogue, row["catalogue"], float(row["age"]))

    async def read(self, action: str, parameters: Mapping[str, str]) -> Reply:  # noqa: ARG002 - nothing is sent
        """Raise PanelUnreachable: only workers hold the key."""
        raise PanelUnreachable("cluster.no_key", account=self.account, action=action)

    async def _fresh(self) -> Mapping[str, Any]:
        """Return the newest card, asking a worker for one where it is old. Raises GuardError."""
        row = await _row(self._engine, self.account)
        if float(row["age"]) > FRESH:
            await ask(self._engine, self.account)
            row = await self._waited(row)
        age = float(row["age"])
        if age > self._longest:
            raise GuardError(
                "cluster.card_old", account=self.account, age=round(age / 60), limit=round(self._longest / 60)
            )
        facts = {"account": self.account, "age": round(age), "machine": row["told_by"]}
        if age > FRESH:
            self._front.tell(wording.note("cluster.card_age", facts))
        elif not self._said:
            self._front.tell(wording.note("cluster.card_fresh", facts))
        self._said = True
        return row

    async def _waited(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        left = PATIENCE
        while float(row["age"]) > FRESH and left > 0:
            await asyncio.sleep(LOOK)
            left -= LOOK
            row = await _row(self._engine, self.account)
        return row


async def _row(engine: Engine, account: str) -> Mapping[str, Any]:
    return next(row for row in await engine.all(READ) if row["account"] == account)


async def catalogue_of(engine: Engine, account: str) -> tuple[Catalogue, float]:
    """Return the catalogue as a worker told it last, and how many seconds ago that was."""
    row = await _row(engine, account)
    age = float(row["age"])
    return await asyncio.to_thread(_catalogue, row["catalogue"], age), age


async def ask(engine: Engine, account: str) -> None:
    """Ask whichever worker holds the key for the catalogue and balance as they are now."""
    await engine.all(
        ASK,
        queue=queues.care_of(account),
        task=queues.LOOK,
        priority=queues.URGENT,
        once=f"look {account}",
        account=account,
    )


@asynccontextmanager
async def accounts(
    engine: Engine, names: Iterable[str | None], default: str | None, front: Front, longest: float
) -> AsyncIterator[dict[str | None, Account]]:
    """Give the accounts by the panel names that rows use, as workers told of them; None is the run's own.

    A name that no worker told of is left out. Raises SettingsError where the run's own panel is not told of, or
    several are and none is named.
    """
    rows = await engine.all(READ)
    by_name = {str(row["name"]): json.loads(row["card"]) for row in rows}
    opened: dict[str, Account] = {}
    found: dict[str | None, Account] = {}
    async with AsyncExitStack() as stack:
        for name in names:
            wanted = name if name is not None else _own(by_name, default)
            if wanted not in by_name:
                continue
            if wanted not in opened:
                panel = CardPanel(engine, by_name[wanted], front, longest)
                opened[wanted] = Account(await stack.enter_async_context(panel), LocalPace(1))
            found[name] = opened[wanted]
        yield found


async def ask_all(accounts: Iterable[Account]) -> None:
    """Take from each card the balance and services, as fresh as a worker tells them. Raises GuardError."""
    for account in {account.id: account for account in accounts}.values():
        account.balance = await account.panel.balance()
        account.catalogue = await account.panel.catalogue("")


async def names(engine: Engine, panel: str | None) -> list[str | None]:
    """Return the names of all panels that workers told of, or the one that is named."""
    if panel is not None:
        return [panel]
    return [str(row["name"]) for row in await engine.all(READ)] or [None]


def _own(known: Mapping[str, Any], default: str | None) -> str:
    if default is None and len(known) == 1:
        return next(iter(known))
    if default is None and "default" in known:
        return "default"
    if default is None:
        code = "cluster.which_panel" if known else "cluster.no_worker"
        raise SettingsError(code, known=sorted(known))
    if default not in known:
        raise SettingsError("cluster.unknown_panel", name=default, known=sorted(known))
    return default
