"""All that can stop the pretend panel, and the refusals it answers with."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, str]] = {
    "key": "Invalid API key",
    "suspended": "Your account has been suspended.",
    "blocked": "Too many failed attempts. Please retry later.",
    "request": "Incorrect request",
    "method": "Method Not Allowed",
    "rate": "Too many requests",
    "strange": "The stars do not favour this order",
    "service": "Incorrect service ID",
    "link": "Bad link",
    "field": "The {name} field is required",
    "wrong": "Incorrect {name}",
    "drip_feed": "This service does not support Dripfeed feature!",
    "quantity": "Incorrect quantity",
    "low": "Quantity less than minimal {least}",
    "high": "Quantity more than maximum {most}",
    "funds": "Not enough funds on balance",
    "active_link": "You have active order with this link. Please wait until order being completed.",
    "order": "Incorrect order ID",
    "orders": "Incorrect order IDs",
    "batch": "Maximum {most} orders",
    "no_cancel": "Service not support cancel!",
    "not_cancelable": "Order cannot be canceled",
    "no_refill": "Service not support refill!",
    "not_completed": "Order is not completed",
    "refill_open": "Refill already requested",
    "refill": "Refill not found",
}
"""Why the panel refuses, and how the documented API words it; other dialects have words of their own."""


class SandboxError(Exception):
    """The sandbox can't start or go on; its text says why."""


class BadSettingError(SandboxError, ValueError):
    """A setting or a control request that can't be understood."""


class CannotListenError(SandboxError):
    """The address can't be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        """Keep host and port beside the reason."""
        super().__init__(f"cannot listen on {host}:{port}: {reason}")
        self.host, self.port, self.reason = host, port, reason


class PortTakenError(CannotListenError):
    """Another program listens on the port already."""

    def __init__(self, host: str, port: int) -> None:
        """Name the port that is taken."""
        super().__init__(host, port, "another program listens there already")


class StateDamagedError(SandboxError):
    """The state file can't be read back; `line` is the first line that makes no sense."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        """Keep path and line beside the reason."""
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Refused(Exception):
    """The panel refuses what was asked: `code` is a key of WORDS, `facts` are what its words need."""

    def __init__(self, code: str, **facts: str | int) -> None:
        """Keep code and facts."""
        super().__init__(WORDS[code].format(**facts))
        self.code, self.facts = code, facts
