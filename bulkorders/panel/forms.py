"""From the documented parameters to a panel's own: exactly what one call carries."""

import json
from collections.abc import Mapping, Sequence

from bulkorders.panel.profiles import Naming, Profile

COUNTED = ("comments", "usernames")
"""Parameters whose lines are the quantity where none is sent (the canonical documents)."""


def form(profile: Profile, action: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Return what is sent for this action, under the panel's own names.

    `action` is a documented one, or `statuses` for the status of several where the panel has its own name
    for that.
    """
    naming = profile.naming
    documented = "status" if action == "statuses" else action
    told = naming.actions.get(action) or naming.actions.get(documented) or documented
    sent = {"key": profile.key, "action": told, **parameters}
    if action == "add":
        sent = _order(naming, sent)
    named = {_name(naming, documented, name): value for name, value in sent.items()}
    return {**naming.send, **named}


def names_taken(profile: Profile) -> frozenset[str]:
    """Return the parameters that the panel's settings give to something: no column of a sheet may set them."""
    naming = profile.naming
    renamed = [own for name, own in naming.parameters.items() if name != own]
    further = [name for name in (profile.idempotency, naming.drip_feed) if name]
    return frozenset((*renamed, *naming.send, *further))


def several(profile: Profile, ids: Sequence[str]) -> str:
    """Return a list of ids as the panel takes it."""
    return json.dumps(list(ids)) if profile.naming.several_as == "json" else ",".join(ids)


def _order(naming: Naming, sent: dict[str, str]) -> dict[str, str]:
    if naming.drip_feed and "runs" in sent:
        sent[naming.drip_feed] = "true"
    if naming.quantity == "always" and "quantity" not in sent and "link" in sent:
        counted = next((sent[name] for name in COUNTED if name in sent), "")
        sent["quantity"] = str(len(counted.splitlines()) or 1)
    return sent


def _name(naming: Naming, action: str, name: str) -> str:
    return naming.parameters.get(f"{action}.{name}") or naming.parameters.get(name) or name
