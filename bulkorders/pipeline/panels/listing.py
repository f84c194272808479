"""The panels of the settings as they are set: nothing is asked, and no key is looked up."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from bulkorders.model.orders import account_id
from bulkorders.panel.profiles import with_preset
from bulkorders.settings import ENVIRONMENT_PANEL, PanelSettings, Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """One panel: its name, its account (host and path, and the label), its settings with those of its family.

    `key_from` says where its key is: `env:NAME`, `keyring:SERVICE/USER`, or `the settings`; `key_there` is
    False where the environment has no such variable.
    """

    name: str
    account: str
    settings: PanelSettings
    key_from: str
    key_there: bool


def listed(settings: Settings) -> Sequence[Listed]:
    """Return the panels in the order of their names. Raises SettingsError."""
    return [_listed(name, panel) for name, panel in sorted(settings.all_panels().items())]


def _listed(name: str, panel: PanelSettings) -> Listed:
    place = key_place(name, panel)
    scheme, _, rest = place.partition(":")
    there = scheme != "env" or bool(os.environ.get(rest, "").strip())
    return Listed(name, account_id(panel.url, panel.account), with_preset(panel), place, there)


def key_place(name: str, panel: PanelSettings) -> str:
    """Return where a panel's key is kept; never the key."""
    told = panel.key.get_secret_value().strip()
    if told.partition(":")[0] in ("env", "keyring"):
        return told
    return "env:BULKORDERS_PANEL_KEY" if name == ENVIRONMENT_PANEL else "the settings"
