"""Pause and resume of a panel by a person, from any machine: no key is needed for it."""

import platform

from bulkorders.cluster import engine, panels
from bulkorders.cluster.bench import SWEEP_NOW
from bulkorders.errors import CallError
from bulkorders.pipeline.recording import who
from bulkorders.settings import Settings


async def pause(settings: Settings, name: str, reason: str) -> str:
    """Let nobody on any machine begin another order on this panel; return its account. Raises CallError."""
    async with engine.looked_at(settings) as found:
        account = await _account(found, name)
        await panels.pause(found, account, panels.BY_HAND, reason, by=_by())
    return account


async def resume(settings: Settings, name: str) -> tuple[str, bool]:
    """Let all machines go on with this panel; return its account, and whether it was paused. Raises CallError."""
    async with engine.looked_at(settings) as found:
        account = await _account(found, name)
        was = await panels.resume(found, account, by=_by())
        await found.all(SWEEP_NOW)
    return account, was


def _by() -> str:
    return f"{who()} on {platform.node()}"


async def _account(found: engine.Engine, name: str) -> str:
    states = await panels.states(found)
    accounts = [each.account for each in states if name in (each.name, each.account)]
    if len(accounts) != 1:
        known = sorted({each.name for each in states})
        raise CallError("cluster.panel_name", name=name, known=known, found=len(accounts))
    return accounts[0]
