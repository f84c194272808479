"""Names and passwords of those who may use the page from other machines, kept as scrypt makes them."""

import base64
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from bulkorders.errors import SettingsError

SCHEME = "scrypt"
_LINE = re.compile(
    rf"(?P<name>[^:]+):{SCHEME}:(?P<salt>[A-Za-z0-9+/]{{22}}==):(?P<made>[A-Za-z0-9+/]{{43}}=)"
)
COST = 2**15
BLOCK = 8
MEMORY = 128 * COST * BLOCK * 2
LEAST = 10
"""Characters a password needs: it stands between a network and money."""


class Passwords:
    """What a password file holds: a line `NAME:scrypt:SALT:HASH` for each person."""

    def __init__(self, known: Mapping[str, tuple[bytes, bytes]]) -> None:
        self._known = dict(known)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a password file. Raises SettingsError where it can't be read, or holds nobody."""
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError("page.passwords_unread", path=str(path), reason=_reason(error)) from None
        known = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None:
                raise SettingsError("page.passwords_line", path=str(path), number=number)
            known[found["name"]] = (base64.b64decode(found["salt"]), base64.b64decode(found["made"]))
        if not known:
            raise SettingsError("page.passwords_none", path=str(path))
        return cls(known)

    def right(self, name: str, password: str) -> bool:
        """Whether this is the person's password; an unknown name takes as long as a known one."""
        salt, made = self._known.get(name, (b"nobody", b""))
        return hmac.compare_digest(_made(password, salt), made)

    def __len__(self) -> int:
        return len(self._known)


def keep(path: Path, name: str, password: str) -> None:
    """Put a person's password into the file, in the place of the one before. Raises SettingsError."""
    if not name or ":" in name or not name.isprintable():
        raise SettingsError("page.name_unfit", found=name)
    if len(password) < LEAST:
        raise SettingsError("page.password_short", expected=LEAST)
    salt = secrets.token_bytes(16)
    coded = (base64.b64encode(part).decode() for part in (salt, _made(password, salt)))
    try:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.partition(":")[0] != name]
        _write(path, [*kept, f"{name}:{SCHEME}:{':'.join(coded)}"])
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("page.passwords_unread", path=str(path), reason=_reason(error)) from None


def _write(path: Path, lines: list[str]) -> None:
    """Write the file anew, readable by its owner alone (where the system knows owners)."""
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    Path(written).replace(path)


def _made(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=BLOCK, p=1, maxmem=MEMORY, dklen=32)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
