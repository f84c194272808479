"""Where a journal on PostgreSQL is: its URL taken apart, so that its password is shown to nobody."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from pydantic import SecretStr

from bulkorders.errors import JournalError
from bulkorders.secret_places import secret

_URL = re.compile(
    r"postgres(?:ql)?://(?:(?P<login>.*)@)?(?P<place>[^/?]*)(?:/(?P<name>[^?]*))?(?:\?(?P<more>.*))?",
    re.DOTALL,
)
_ASKED = re.compile(r"(?<=[?&])password=([^&]*)&?")
_SHOWN = ("host", "port")
"""What of a URL's query tells where the database is."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database: `url` is what libpq takes, without the password; `shown` is what people are told."""

    url: str
    shown: str
    password: str | None

    def __repr__(self) -> str:
        return f"Address({self.shown!r})"

    @property
    def stem(self) -> str:
        """A file name for what this machine keeps beside the journal, the same for every user of the database."""
        place = re.sub(r"^(postgresql://)[^@/]*@", r"\1", self.shown)
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", place.partition("://")[2]).strip("-") or "local"
        return f"postgresql-{name[:60]}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"

    def masked(self, text: object) -> str:
        """Return a text of the driver without the password, in one line."""
        told = " ".join(str(text).split())
        return told.replace(self.password, "***") if self.password else told


def is_postgres(url: object) -> bool:
    """Whether this names a database on PostgreSQL, and not a file."""
    return re.match(r"postgres(ql)?(\+\w+)?://", str(url), re.IGNORECASE) is not None


def address_of(url: str) -> Address:
    """Return the address that a URL names: `postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?…]`.

    The password may be `env:NAME` or `keyring:SERVICE/USER`; without one, libpq looks for PGPASSWORD and its
    password file. Raises SettingsError where such a place holds none, JournalError where it can't be understood.
    """
    url = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url, flags=re.IGNORECASE)
    asked = _ASKED.search(url)
    url = _ASKED.sub("", url)
    found = _URL.fullmatch(url)
    if found is None:  # not reached: every text after the scheme is taken apart
        raise ValueError("no address of a database")
    user, _, password = (found["login"] or "").partition(":")
    place, name = found["place"], found["name"] or ""
    more = parse_qsl(found["more"] or "", keep_blank_values=True)
    told = unquote(asked[1] if asked is not None else password)
    query = "&".join(part for part in (found["more"] or "").split("&") if part)
    login = f"{user}@" if user else ""
    where = [f"{word}={value}" for word, value in more if word in _SHOWN]
    # what stands where a port belongs may be a password in the wrong place
    told_place = place if "[" in place else re.sub(r":(?!\d+(?:,|$))[^,]*", ":***", place)
    shown = f"postgresql://{login}{told_place}/{name}" + (f"?{'&'.join(where)}" if where else "")
    if told_place != place:
        raise JournalError("journal.address_wrong", path=shown)
    found_password = secret(SecretStr(told), shown, loose=True) if told else None
    return Address(
        f"postgresql://{login}{place}/{name}" + (f"?{query}" if query else ""), shown, found_password
    )
