"""Panels, limits and places: flags over environment over `bulkorders.toml`.

The file is looked for in the working folder, then in BULKORDERS_HOME. An API key is read from the
environment; the file names where it is (`key = "env:AGENCY_KEY"`) and never needs to hold it.
"""

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

from platformdirs import user_data_dir
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bulkorders.errors import SettingsError

FILE_NAME = "bulkorders.toml"
ENVIRONMENT_PANEL = "default"
"""The name of the panel that BULKORDERS_PANEL_URL and BULKORDERS_PANEL_KEY describe."""


class PanelSettings(BaseModel):
    """One panel, as `[panels.NAME]` describes it. Timeouts are in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    key: SecretStr
    account: str | None = None
    currency: str | None = None
    rate_basis: Literal[1, 1000] | None = None
    batch_size: int = Field(default=100, ge=1, le=1000)
    connect_timeout: float = Field(default=10, gt=0)
    read_timeout: float = Field(default=30, gt=0)
    add_timeout: float = Field(default=60, gt=0)
    verify_tls: bool = True

    @model_validator(mode="after")
    def _address(self) -> Self:
        if not self.url.lower().startswith(("http://", "https://")):
            raise ValueError("url must begin with http:// or https://")
        return self


class Settings(BaseSettings):
    """All settings, read once at the start."""

    model_config = SettingsConfigDict(env_prefix="BULKORDERS_", extra="ignore", frozen=True)

    panel_url: str | None = None
    panel_key: SecretStr | None = None
    home: Path = Field(default_factory=lambda: Path(user_data_dir("bulkorders", appauthor=False)))
    journal: str | None = None
    panels: dict[str, PanelSettings] = Field(default_factory=dict)
    concurrency: int = Field(default=8, ge=1, le=500)
    per_second: float | None = Field(default=None, gt=0)
    max_total: Decimal | None = Field(default=None, ge=0)
    max_order: Decimal | None = Field(default=None, ge=0)
    duplicate_days: int = Field(default=30, ge=0)
    decimal: Literal[",", "."] | None = None
    timezone: str | None = None

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
            code = "settings.which_panel" if known else "settings.no_panel"
            raise SettingsError(code, known=sorted(known))
        if name not in known:
            raise SettingsError("settings.unknown_panel", name=name, known=sorted(known))
        return name, known[name]

    def all_panels(self) -> dict[str, PanelSettings]:
        """Return every panel by name, the environment's as `default`."""
        if self.panel_url is None:
            return self.panels
        if self.panel_key is None or not self.panel_key.get_secret_value():
            raise SettingsError("settings.no_key", url=self.panel_url)
        try:
            named = PanelSettings(url=self.panel_url, key=self.panel_key)
        except ValidationError as error:
            raise _wrong(error) from None
        return {**self.panels, ENVIRONMENT_PANEL: named}


def _file() -> Path | None:
    home = os.environ.get("BULKORDERS_HOME")
    places = [Path.cwd(), *([Path(home)] if home else [Path(user_data_dir("bulkorders", appauthor=False))])]
    return next((found for place in places if (found := place / FILE_NAME).is_file()), None)


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
    """Return the API key: from the environment where the setting says `env:NAME`, else as written after `plain:`.

    A setting that came from the environment itself is the key. Raises SettingsError where it is not there.
    """
    told = panel.key.get_secret_value()
    scheme, mark, rest = told.partition(":")
    if mark and scheme == "env":
        found = os.environ.get(rest, "").strip()
        if not found:
            raise SettingsError("settings.key_not_in_environment", name=rest, url=panel.url)
        return found
    return rest if mark and scheme == "plain" else told.strip()


def _wrong(error: ValidationError) -> SettingsError:
    # A value that was refused may be a key in the wrong place: it is named, never shown.
    told = [
        {"setting": ".".join(map(str, each["loc"])) or "url", "reason": each["msg"]}
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return SettingsError("settings.wrong", wrong=told)
