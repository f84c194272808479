"""Where secrets are kept: the environment, the system's keyring, or, insisted on, the setting itself."""

import os

from pydantic import SecretStr

from bulkorders.errors import SettingsError

KEY_SCHEMES = ("env", "keyring", "plain")


def secret(told: SecretStr, url: str, *, loose: bool = False) -> str:
    """Return what a setting refers to: `env:NAME`, `keyring:SERVICE/USER`, or after `plain:` the text itself.

    `loose` takes any other text as it stands; else it raises SettingsError: a file that holds a key by
    accident is soon in a backup, or in somebody's repository.
    """
    scheme, mark, rest = told.get_secret_value().strip().partition(":")
    if mark and scheme == "env":
        return _from_environment(rest, url)
    if mark and scheme == "keyring":
        return _from_keyring(rest, url)
    if mark and scheme == "plain":
        return rest
    if loose:
        return told.get_secret_value()
    raise SettingsError("settings.key_in_file", url=url)


def refers(told: SecretStr) -> bool:
    """Whether a setting names a place where the text is kept, rather than the text."""
    return told.get_secret_value().strip().partition(":")[0] in KEY_SCHEMES


def _from_environment(name: str, url: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found:
        raise SettingsError("settings.key_not_in_environment", name=name, url=url)
    return found


def _from_keyring(place: str, url: str) -> str:
    service, _, user = place.partition("/")
    if not service or not user:
        raise SettingsError("settings.keyring_place", url=url)
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to load
        import keyring.errors  # noqa: PLC0415 - as above
    except ImportError:
        raise SettingsError("settings.no_keyring", url=url) from None
    try:
        found = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        reason = str(error).split("\n")[0]
        raise SettingsError("settings.keyring_failed", url=url, reason=reason) from None
    if not found:
        raise SettingsError("settings.key_not_in_keyring", service=service, user=user, url=url)
    return found
