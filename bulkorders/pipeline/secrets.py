"""The secrets that settings lead to: addresses for notifications, and all that no log may hold."""

import os
from collections.abc import Sequence

from bulkorders.errors import SettingsError
from bulkorders.secret_places import KEY_SCHEMES
from bulkorders.settings import Settings


def addresses(settings: Settings, given: Sequence[str] = ()) -> list[str]:
    """Return where a person is told: what the command line gave, else what the settings do.

    `env:NAME` stands for the text of a variable. Raises SettingsError where that is not set.
    """
    named = [*given] or [each.get_secret_value() for each in settings.notify]
    found = []
    for each in named:
        scheme, _, name = each.strip().partition(":")
        text = os.environ.get(name, "").strip() if scheme == "env" else each.strip()
        if not text:
            raise SettingsError("notify.not_in_environment", name=name)
        found.append(text)
    return found


def secrets(settings: Settings) -> list[str]:
    """Return every secret that these settings can reach without asking anybody: what no log may hold."""
    found = []
    for panel in settings.all_panels().values():
        for told in (panel.key, *panel.send.values()):
            scheme, mark, rest = told.get_secret_value().strip().partition(":")
            text = os.environ.get(rest, "") if scheme == "env" else rest if scheme == "plain" else ""
            found.append(text.strip() if mark and scheme in KEY_SCHEMES else told.get_secret_value().strip())
    return [each for each in found if each]
