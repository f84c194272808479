"""Looks at a panel with calls that change nothing, and proposes what its profile should say."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from bulkorders import wording
from bulkorders.errors import BulkordersError, PanelRefused
from bulkorders.journal.opening import open_journal
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.panel.client import Panel
from bulkorders.panel.probing import Proposal, key_refusal, look_over
from bulkorders.panel.profiles import Profile, profile_of
from bulkorders.pipeline.panels.listing import key_place
from bulkorders.settings import PanelSettings, Settings

OTHER_KEY_NAMES = ("api_key", "api")
OWN_ORDERS = 2


@dataclass(frozen=True, slots=True)
class Probed:
    """What a panel showed: sentences, the proposed settings, and the same as lines for bulkorders.toml."""

    name: str
    url: str
    findings: tuple[tuple[str, str], ...]
    profile: Mapping[str, Any]
    toml: str

    def to_json(self) -> str:
        """Return it as one JSON object."""
        told = {
            "schema": 1,
            "panel": self.name,
            "url": self.url,
            "findings": [{"code": code, "message": message} for code, message in self.findings],
            "profile": self.profile,
            "toml": self.toml,
        }
        return json.dumps(told, ensure_ascii=False)


async def probe(name: str, panel: PanelSettings, settings: Settings, order_ids: Sequence[str] = ()) -> Probed:
    """Look at a panel; `order_ids` are orders of one's own, else those of the journal are taken.

    Raises SettingsError, PanelError.
    """
    profile = profile_of(name, panel, settings.kinds_of_errors())
    async with AsyncExitStack() as stack:
        client, found = await _client(stack, profile)
        own = await _own_orders(settings, profile.account)
        ids = list(order_ids) or [order.order_ids[0] for order in own if order.order_ids]
        proposal = await look_over(client, own, ids)
    return _probed(name, panel, proposal, found, client.mask)


async def _client(stack: AsyncExitStack, profile: Profile) -> tuple[Panel, dict[str, Any]]:
    """Return a client that reaches the panel, and the settings it needed for that."""
    client = await stack.enter_async_context(Panel(profile, at_once=1))
    said = await key_refusal(client)
    if said is None:
        return client, {}
    if said == "405":
        tried = replace(profile, method="GET")
        client = await stack.enter_async_context(Panel(tried, at_once=1))
        if (said := await key_refusal(client)) is None:
            return client, {"method": "GET"}
    for other in OTHER_KEY_NAMES:
        naming = replace(profile.naming, parameters={**profile.naming.parameters, "key": other})
        client = await stack.enter_async_context(Panel(replace(profile, naming=naming), at_once=1))
        if await key_refusal(client) is None:
            return client, {"parameters": {"key": other}}
    raise PanelRefused("panel.key", url=client.mask(profile.url), reason=said)


async def _own_orders(settings: Settings, account: str) -> list[Submission]:
    """Return the latest orders of this account that the journal knows, if there is a journal."""
    try:
        journal = await open_journal(settings.journal_url, read_only=True)
    except BulkordersError:
        return []
    try:
        placed = await journal.submissions(accounts=[account], states=[State.PLACED])
    finally:
        await journal.close()
    return placed[-OWN_ORDERS:]


def _probed(
    name: str, panel: PanelSettings, proposal: Proposal, reached: Mapping[str, Any], mask: Any
) -> Probed:
    profile = {**reached, **proposal.settings}
    findings = tuple(
        (finding.code, mask(wording.note(finding.code, dict(finding.facts)))) for finding in proposal.findings
    )
    return Probed(name, mask(panel.url), findings, profile, _toml(name, panel, profile, mask))


def _toml(name: str, panel: PanelSettings, profile: Mapping[str, Any], mask: Any) -> str:
    place = key_place(name, panel)
    place = place if ":" in place else "env:NAME"
    lines = [f"[panels.{name}]", f"url = {json.dumps(mask(panel.url))}", f"key = {json.dumps(place)}"]
    lines += [f"{setting} = {_value(value)}" for setting, value in profile.items()]
    return "\n".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}"
    return json.dumps(value, ensure_ascii=False)
