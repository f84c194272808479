"""What can be looked at where no key is: sheets checked, services and balances shown, as workers told of them."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bulkorders.cluster import cards, engine
from bulkorders.pipeline import story
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.looked import Looked
from bulkorders.pipeline.options import Front, Options, Quiet
from bulkorders.settings import Settings


@dataclass(frozen=True, slots=True)
class Told:
    """One panel that workers told of: its name, and its account."""

    name: str
    account: str


@asynccontextmanager
async def asked(
    settings: Settings, options: Options, names: Iterable[str | None], front: Front
) -> AsyncIterator[Mapping[str | None, Account]]:
    """Give the accounts by the panel names that rows use, as fresh as workers tell them. Raises SettingsError."""
    longest = settings.cluster.catalogue_age
    async with (
        engine.looked_at(settings) as found,
        cards.accounts(found, names, options.panel, front, longest) as opened,
    ):
        await cards.ask_all(opened.values())
        yield opened


async def look(
    options: Options, settings: Settings, front: Front, stage: Callable[[str], None] | None = None
) -> Looked:
    """Check a sheet against what workers told, and keep all that was found; nothing is recorded."""
    return await story.look(options, settings, front, stage, opening=asked)


async def ask_one(settings: Settings, panel: str | None, *, catalogue: bool) -> Account:  # noqa: ARG001 - told at once
    """Return one account with what a worker said of its panel. Raises SettingsError, GuardError."""
    async with asked(settings, Options(sheet=Path(), panel=panel), [None], Quiet(yes=False)) as found:
        return found[None]


async def panels(settings: Settings) -> list[Told]:
    """Return the panels that workers told of, by name."""
    async with engine.looked_at(settings) as found:
        return [Told(str(row["name"]), str(row["account"])) for row in await found.all(cards.READ)]
