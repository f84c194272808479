"""What the accounts of a run held, asked and kept: at its start, at its pauses, at its end."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace

from bulkorders import wording
from bulkorders.errors import JournalError, PanelError
from bulkorders.journal.protocol import Journal
from bulkorders.model.books import BalanceReading
from bulkorders.model.catalogue import Balance
from bulkorders.model.lifecycle import State
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front

APART = 1.0
"""Seconds between two readings that are to be equal."""

MOST = 4
"""Readings after which a balance that keeps moving is kept as it is, and not as a quiet one."""


async def keep(
    journal: Journal,
    account: Account,
    held: Balance,
    run: str,
    moment: str,
    *,
    quiet: bool,
    at: str | None = None,
) -> None:
    """Keep one reading. It is evidence, and no more: a journal that can't take it stops nothing here.

    None is quiet while an order of the account is on its way, whichever machine sends it.
    """
    found = BalanceReading(account.id, held.amount, held.currency, at or now(), run, moment, quiet=quiet)
    with contextlib.suppress(JournalError):
        if quiet and await journal.submissions(accounts=[account.id], states=[State.SENDING]):
            found = replace(found, quiet=False)
        await journal.keep_balance(found)


async def keep_start(journal: Journal, accounts: Iterable[Account], run: str) -> None:
    """Keep what each account held when the run began: nothing of ours was under way."""
    for account in accounts:
        if account.balance is not None:
            await keep(journal, account, account.balance, run, "start", quiet=True, at=account.asked_at)


async def ask_end(
    journal: Journal, accounts: Iterable[Account], front: Front, run: str, doubtful: Iterable[str] = ()
) -> None:
    """Ask each account what it holds now, and keep it; an answer that can't be had leaves it unknown, and said.

    Of the accounts in `doubtful`, with orders in doubt, two equal readings are asked for.
    """
    doubtful = set(doubtful)
    for account in accounts:
        try:
            if account.id in doubtful:
                account.balance_after, quiet = await twice(account)
            else:
                account.balance_after, quiet = await account.panel.balance(), True
        except PanelError as error:
            told = wording.explain(error)
            front.tell(wording.note("balance.unknown", {"account": account.id, "reason": told.message}))
            continue
        await keep(journal, account, account.balance_after, run, "end", quiet=quiet)


async def twice(account: Account) -> tuple[Balance, bool]:
    """Return what the account holds, and whether two readings after one another were equal. Raises PanelError."""
    held = await account.panel.balance()
    for _ in range(MOST - 1):
        await asyncio.sleep(APART)
        before, held = held, await account.panel.balance()
        if held.amount == before.amount:
            return held, True
    return held, False
