"""Panels, limits and places: flags over environment over `bulkorders.toml`.

The file is looked for in the working folder, then in BULKORDERS_HOME. An API key is read from the
environment; the file names where it is (`key = "env:AGENCY_KEY"`) and never needs to hold it.
"""

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_data_dir
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bulkorders.cluster_settings import ClusterSettings
from bulkorders.errors import SettingsError
from bulkorders.export_settings import ExportSettings
from bulkorders.secret_places import refers, secret

FILE_NAME = "bulkorders.toml"
ENVIRONMENT_PANEL = "default"
"""The name of the panel that BULKORDERS_PANEL_URL and BULKORDERS_PANEL_KEY describe."""

LIMIT = r"^\s*[1-9][0-9]{0,5}\s*/\s*(s|sec|second|min|minute|h|hour|d|day)\s*$"
"""How often a panel may be asked: a number, and the time in which."""


Action = Literal["services", "add", "status", "balance", "refill", "refill_status", "cancel"]
Basis = Literal[1, 1000]
Cap = Annotated[Decimal, Field(ge=0)]
BatchSize = Annotated[int, Field(ge=1, le=1000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.\[\]-]{0,63}$")]
Status = Literal[
    "Pending",
    "Processing",
    "In progress",
    "Completed",
    "Partial",
    "Canceled",
    "Refunded",
    "Failed",
]
"""The words of `model.outcomes.Delivery`, which the settings may not import."""


class ErrorKind(BaseModel):
    """Texts of one's own panel: regular expressions, as `panel/error_kinds.toml` has them, and what they mean.

    `verdict` may be left out for a kind that is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: tuple[str, ...] = Field(min_length=1)
    verdict: Literal["rejected", "wait", "stop", "in_doubt"] | None = None


ErrorKinds = dict[str, ErrorKind]


def _parted(told: Any) -> Any:
    """Return addresses that stand in one text, parted by spaces, as a list."""
    return told.split() if isinstance(told, str) else told


Addresses = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_parted)]


class PanelSettings(BaseModel):
    """One panel, as `[panels.NAME]` describes it: where it is, and how it differs from the documented API.

    Timeouts are in seconds, limits texts like `"60/min"` by action (or `all`). `rate_basis` is 1000 or 1,
    or one of them by type of service. `parameters` and `actions` give the panel's own names for the
    documented ones (`link = "target"`, or for one action alone `"refill.order" = "refill"`), `send` what
    every call carries besides. `not_placed` are the HTTP statuses that prove an order was not placed.
    `max_per_day` is what may be spent on it in a day, in its currency; `at_once` how many orders may be in
    flight from all machines together. A refill is asked for where the status
    is one of `refill_statuses`, and `refill_hours` after the last one at the earliest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    key: SecretStr
    preset: str | None = None
    account: str | None = None
    currency: str | None = None
    rate_basis: Basis | dict[str, Basis] | None = None
    method: Literal["POST", "GET"] = "POST"
    parameters: dict[str, Name] = Field(default_factory=dict)
    actions: dict[Action | Literal["statuses"], Name] = Field(default_factory=dict)
    send: dict[Name, SecretStr] = Field(default_factory=dict)
    ids: Literal["commas", "json"] = "commas"
    quantity: Literal["needed", "always"] = "needed"
    drip_feed: Name | None = None
    batch_size: int = Field(default=100, ge=1, le=1000)
    batch_sizes: dict[Literal["status", "refill", "refill_status", "cancel"], BatchSize] = Field(
        default_factory=dict
    )
    limits: dict[Action | Literal["all"], Annotated[str, Field(pattern=LIMIT)]] = Field(default_factory=dict)
    idempotency: Name | None = None
    status_words: dict[str, Status] = Field(default_factory=dict)
    error_kinds: ErrorKinds = Field(default_factory=dict)
    not_placed: frozenset[Literal[403, 429, 503, 521, 522, 523, 525, 526, 530]] = frozenset({429})
    connect_timeout: float = Field(default=10, gt=0)
    read_timeout: float = Field(default=30, gt=0)
    add_timeout: float = Field(default=60, gt=0)
    verify_tls: bool = True
    max_per_day: Cap | None = None
    at_once: int | None = Field(default=None, ge=1, le=1000)
    refill_statuses: frozenset[Status] = Field(default=frozenset({"Completed"}), min_length=1)
    refill_hours: float = Field(default=24, ge=0)

    @model_validator(mode="after")
    def _address(self) -> Self:
        if not self.url.lower().startswith(("http://", "https://")):
            raise ValueError("url must begin with http:// or https://")
        if "@" in self.url.partition("//")[2].partition("/")[0]:
            # It would stand in messages and in the account's name.
            raise ValueError("url must hold no name and password; the API key is a setting of its own")
        return self


class Settings(BaseSettings):
    """All settings, read once at the start.

    `max_per_day` is what each account may spend in a day, in its own currency; or a table of amounts by currency.
    `low_balance`, as an amount or a table likewise, is what an account should hold; below it `daily` tells a
    person, as when `many_rejected` (a share of what was sent) is refused. `notify` are the addresses it tells
    them at, or `env:NAME`: they hold passwords.
    `max_sheet_megabytes` is how large a worksheet may be once it is unpacked; other limits of reading go along.
    `refill_days` after it was placed an order's automatic refill ends. An order that has been open for
    `slow_after` hours is pointed out, where nothing tells how long its service usually takes.
    """

    model_config = SettingsConfigDict(env_prefix="BULKORDERS_", extra="ignore", frozen=True)

    panel_url: str | None = None
    panel_key: SecretStr | None = None
    home: Path = Field(default_factory=lambda: Path(user_data_dir("bulkorders", appauthor=False)))
    journal: str | None = None
    panels: dict[str, PanelSettings] = Field(default_factory=dict)
    error_kinds: ErrorKinds = Field(default_factory=dict)
    concurrency: int = Field(default=8, ge=1, le=500)
    per_second: float | None = Field(default=None, gt=0)
    max_total: Decimal | None = Field(default=None, ge=0)
    max_order: Decimal | None = Field(default=None, ge=0)
    max_per_day: Cap | dict[str, Cap] | None = None
    low_balance: Cap | dict[str, Cap] | None = None
    many_rejected: float = Field(default=0.2, gt=0, le=1)
    notify: Addresses = ()
    max_sheet_megabytes: int = Field(default=200, ge=1, le=20_000)
    duplicate_days: int = Field(default=30, ge=0)
    decimal: Literal[",", "."] | None = None
    timezone: str | None = None
    refill_days: float = Field(default=30, ge=0)
    slow_after: float = Field(default=72, gt=0)
    export: ExportSettings = Field(default_factory=ExportSettings)
    cluster: ClusterSettings = Field(default_factory=ClusterSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by the base class
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by the base class
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take flags, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file())

    @property
    def journal_url(self) -> str:
        """Where the journal is: BULKORDERS_JOURNAL, or a file in the home folder."""
        return self.journal or str(self.home / "journal.sqlite")

    @property
    def shared(self) -> bool:
        """Whether the journal is a database that others work on too."""
        return re.match(r"postgres(ql)?(\+\w+)?://", self.journal_url, re.IGNORECASE) is not None

    def kinds_of_errors(self) -> dict[str, Any]:
        """Return the texts that the settings name for all panels, by kind, as plain values."""
        return {
            name: kind.model_dump(mode="json", exclude_none=True) for name, kind in self.error_kinds.items()
        }

    def panel(self, name: str | None = None) -> tuple[str, PanelSettings]:
        """Return the panel of this name, or the one that is meant when none is named.

        Raises SettingsError where there is none, or several and none is named.
        """
        known = self.all_panels()
        if name is None and ENVIRONMENT_PANEL in known:
            name = ENVIRONMENT_PANEL
        if name is None and len(known) == 1:
            name = next(iter(known))
        if name is None:
            nothing = "settings.no_panel_here" if self.shared else "settings.no_panel"
            code = "settings.which_panel" if known else nothing
            raise SettingsError(code, known=sorted(known))
        if name not in known:
            raise SettingsError("settings.unknown_panel", name=name, known=sorted(known))
        return name, known[name]

    def all_panels(self) -> dict[str, PanelSettings]:
        """Return every panel by name, the environment's as `default`."""
        if self.panel_url is None:
            return self.panels
        if self.panel_key is None or not self.panel_key.get_secret_value():
            found = panel_settings(self.panel_url, "env:BULKORDERS_PANEL_KEY")
            raise SettingsError("settings.no_key", url=found.url)
        key = self.panel_key.get_secret_value()
        place = key if refers(self.panel_key) else f"plain:{key}"
        return {**self.panels, ENVIRONMENT_PANEL: panel_settings(self.panel_url, place)}


def panel_settings(url: str, key: str) -> PanelSettings:
    """Return the settings of a panel of which nothing but address and key place is known. Raises SettingsError."""
    try:
        return PanelSettings(url=url, key=SecretStr(key))
    except ValidationError as error:
        raise _wrong(error) from None


def _file() -> Path | None:
    home = os.environ.get("BULKORDERS_HOME")
    places = [Path.cwd(), *([Path(home)] if home else [Path(user_data_dir("bulkorders", appauthor=False))])]
    return next((found for place in places if (found := place / FILE_NAME).is_file()), None)


def beside(path: Path) -> Path:
    """Return where a path of the settings leads: from the folder of the file they were read from."""
    found = _file()
    return path if found is None else found.parent / path


def load_settings(**flags: Any) -> Settings:
    """Read the settings; flags that are None count as not given.

    Raises SettingsError, which names the setting and never its value where it is a key.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _wrong(error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings.not_toml", path=str(_file()), reason=str(error)) from None


def key_of(panel: PanelSettings) -> str:
    """Return the API key of a panel. Raises SettingsError where it is not there, or not said in a way that is safe."""
    return secret(panel.key, panel.url)


def _wrong(error: ValidationError) -> SettingsError:
    # A value that was refused may be a key in the wrong place: it is named, never shown.
    told = [
        {
            "setting": ".".join(map(str, each["loc"])) or "url",
            "reason": each["msg"].removeprefix("Value error, "),
        }
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return SettingsError("settings.wrong", wrong=told)
