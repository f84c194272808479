"""How one panel differs from another: its settings over the preset of its family, as the client needs them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from bulkorders.errors import SettingsError
from bulkorders.model.catalogue import basis_of
from bulkorders.model.orders import account_id
from bulkorders.model.outcomes import Delivery
from bulkorders.model.pace import Limit
from bulkorders.model.service_types import normalised_type
from bulkorders.panel.deliveries import normalised_status
from bulkorders.panel.kinds import Kinds, kinds_from
from bulkorders.panel.wire import Timeouts
from bulkorders.secret_places import refers, secret
from bulkorders.settings import PanelSettings, key_of

SECONDS = {
    **dict.fromkeys(("s", "sec", "second"), 1),
    **dict.fromkeys(("min", "minute"), 60),
    **dict.fromkeys(("h", "hour"), 3_600),
    **dict.fromkeys(("d", "day"), 86_400),
}
MERGED = ("parameters", "actions", "send", "batch_sizes", "limits", "status_words", "error_kinds")
"""Settings that are tables: a panel's own entries stand beside those of its preset."""
EVERY_TYPE = "default"
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Naming:
    """The panel's own names for the documented parameters and actions, and what every call carries besides.

    `several_as` says how ids are listed: `commas`, or a `json` array. `quantity` "always" sends one where
    the documented API needs none; `drip_feed` names the parameter that says "true" beside `runs`.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, str] = field(default_factory=dict, repr=False)
    several_as: str = "commas"
    quantity: str = "needed"
    drip_feed: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One panel. The key never shows in a representation, nor does the address, which holds it on some panels.

    `rates` is the rate basis (1000 or 1) by normalised type of service, `default` for all others; where it
    is silent each type has its own. `batch` is how many ids one call may carry (100 as documented),
    `batches` the same by action. `limits` say how often an action (or `all` together) may be asked.
    `idempotency` names the parameter under whose value the panel never sells twice. `not_placed` are the
    HTTP statuses that prove an order was not placed. `status_words` and `error_kinds` are the panel's own.
    `refill_statuses` are those of orders that it refills, `refill_hours` the least time between two refills.
    """

    name: str
    url: str = field(repr=False)
    key: str = field(repr=False)
    account: str
    currency: str | None = None
    method: str = "POST"
    rates: Mapping[str, int] = field(default_factory=dict)
    batch: int = 100
    batches: Mapping[str, int] = field(default_factory=dict)
    naming: Naming = field(default_factory=Naming)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    idempotency: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    verify: bool = True
    status_words: Mapping[str, str] = field(default_factory=dict)
    error_kinds: Kinds = ()
    not_placed: frozenset[int] = frozenset({429})
    hidden: tuple[str, ...] = field(default=(), repr=False)
    refill_statuses: frozenset[str] = frozenset({Delivery.COMPLETED.value})
    refill_hours: float = 24

    def basis(self, type_name: str) -> int:
        """Return of how many pieces the listed rate of this type of service is the price: 1000 or 1."""
        told = self.rates.get(normalised_type(type_name)) or self.rates.get(EVERY_TYPE)
        return told or basis_of(type_name)

    def batch_of(self, action: str) -> int:
        """Return how many ids one call of this action may carry."""
        return self.batches.get(action, self.batch)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may never show: the key, and what the settings took from a safe place for every call."""
        return (self.key, *self.hidden)


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Return what sets each family apart, by the family's name, as settings of a panel."""
    told = files("bulkorders.panel").joinpath("presets.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(told))


def with_preset(panel: PanelSettings) -> PanelSettings:
    """Return the settings over those of the panel's family. Raises SettingsError for a family nobody knows."""
    if panel.preset is None:
        return panel
    if panel.preset not in presets():
        raise SettingsError("settings.preset", found=panel.preset, known=sorted(presets()))
    family = PanelSettings.model_validate({"url": panel.url, "key": panel.key, **presets()[panel.preset]})
    said = {name: getattr(panel, name) for name in panel.model_fields_set}
    for name in MERGED:
        said[name] = {**getattr(family, name), **getattr(panel, name)}
    if isinstance(panel.rate_basis, dict) and isinstance(family.rate_basis, dict):
        said["rate_basis"] = {**family.rate_basis, **panel.rate_basis}
    return family.model_copy(update=said)


def profile_of(name: str, panel: PanelSettings, error_kinds: Mapping[str, Any] = NOTHING) -> Profile:
    """Return the profile of a panel; `error_kinds` are the texts that the settings name for all panels.

    Raises SettingsError where the key is not to be found, or a setting makes no sense.
    """
    told = with_preset(panel)
    tables = {
        kind: entry.model_dump(mode="json", exclude_none=True) for kind, entry in told.error_kinds.items()
    }
    profile = Profile(
        name=name,
        url=told.url,
        key=key_of(told),
        account=account_id(told.url, told.account),
        currency=told.currency,
        method=told.method,
        rates=_rates(told.rate_basis),
        batch=told.batch_size,
        batches=dict(told.batch_sizes.items()),
        naming=_naming(told),
        limits={action: limit_of(limit) for action, limit in told.limits.items()},
        idempotency=told.idempotency,
        timeouts=timeouts_of(told),
        verify=told.verify_tls,
        status_words={normalised_status(word): status for word, status in told.status_words.items()},
        error_kinds=(*kinds_from(tables), *kinds_from(error_kinds)),
        not_placed=frozenset(told.not_placed),
        hidden=tuple(_sent(told, value) for value in told.send.values() if refers(value)),
        refill_statuses=frozenset(told.refill_statuses),
        refill_hours=told.refill_hours,
    )
    _check_names(profile)
    return profile


def timeouts_of(panel: PanelSettings) -> Timeouts:
    """Return how long this panel is waited for."""
    return Timeouts(connect=panel.connect_timeout, read=panel.read_timeout, add=panel.add_timeout)


def limit_of(told: str) -> Limit:
    """Return a limit from its text: `60/min`, `1/s`, `10/hour`."""
    count, _, unit = told.partition("/")
    return Limit(int(count), float(SECONDS[unit.strip()]))


def _rates(told: int | Mapping[str, int] | None) -> Mapping[str, int]:
    if told is None:
        return {}
    if isinstance(told, int):
        return {EVERY_TYPE: told}
    return {normalised_type(name): basis for name, basis in told.items()}


def _naming(told: PanelSettings) -> Naming:
    return Naming(
        parameters=dict(told.parameters),
        actions=dict(told.actions.items()),
        send={name: _sent(told, value) for name, value in told.send.items()},
        several_as=told.ids,
        quantity=told.quantity,
        drip_feed=told.drip_feed,
    )


def _sent(told: PanelSettings, value: SecretStr) -> str:
    return secret(value, told.url, loose=True)


def _check_names(profile: Profile) -> None:
    """Raise SettingsError where one name would stand for two things: one of them would be lost on the way."""
    naming = profile.naming
    ordinary = {name: own for name, own in naming.parameters.items() if "." not in name}
    sent = {name: ordinary.get(name, name) for name in ("key", "action", "service", "link", "quantity")}
    own = [*sent.values(), *(value for name, value in ordinary.items() if name not in sent), *naming.send]
    own += [name for name in (profile.idempotency, naming.drip_feed) if name]
    twice = sorted({name for name in own if own.count(name) > 1})
    if twice:
        raise SettingsError("settings.name_twice", panel=profile.name, names=twice)
