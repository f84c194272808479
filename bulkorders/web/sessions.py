"""Who may use the page: a token for each launch, or names with passwords; each becomes a session of a cookie."""

import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from bulkorders.web.passwords import Passwords

MOST = 200
"""Sessions that are kept; the one longest unused gives way."""

IDLE = 14 * 3600.0
"""Seconds after which an unused session ends, where others than this machine are served."""

TRIES, WINDOW = 10, 300.0
"""Wrong passwords that are taken in so many seconds, of everybody together: guessing takes for ever."""


@dataclass(slots=True)
class Session:
    """One browser that was let in. `csrf` must come with every change."""

    id: str
    who: str
    csrf: str
    used: float


@dataclass(slots=True)
class Sessions:
    """The sessions of one launch. With `passwords` a person logs in; without, whoever has the token is let in."""

    who: str = ""
    passwords: Passwords | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _open: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _wrong: list[float] = field(default_factory=list)

    def enter(self, token: str) -> Session | None:
        """Return a new session for whoever has the token of this launch; None for anybody else."""
        if self.passwords is not None or not hmac.compare_digest(token.encode(), self.token.encode()):
            return None
        return self._begin(self.who)

    @property
    def closed_for_now(self) -> bool:
        """Whether too many wrong passwords were given of late."""
        since = time.monotonic() - WINDOW
        self._wrong = [at for at in self._wrong if at > since]
        return len(self._wrong) >= TRIES

    def log_in(self, name: str, password: str) -> Session | None:
        """Return a new session for a person with the right password; None otherwise. Takes its time, by design."""
        if self.passwords is None or self.closed_for_now:
            return None
        if not self.passwords.right(name, password):
            self._wrong.append(time.monotonic())
            return None
        return self._begin(name)

    def find(self, wanted: str | None) -> Session | None:
        """Return the session of a cookie, or None."""
        found = self._open.get(wanted or "")
        if found is None:
            return None
        now = time.monotonic()
        if self.passwords is not None and now - found.used > IDLE:
            del self._open[found.id]
            return None
        found.used = now
        self._open.move_to_end(found.id)
        return found

    def end(self, session: Session) -> None:
        """End a session."""
        self._open.pop(session.id, None)

    def _begin(self, who: str) -> Session:
        session = Session(secrets.token_urlsafe(32), who, secrets.token_urlsafe(32), time.monotonic())
        self._open[session.id] = session
        while len(self._open) > MOST:
            self._open.popitem(last=False)
        return session
