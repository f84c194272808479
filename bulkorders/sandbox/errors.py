"""All that can stop the pretend panel, and the refusals it answers with."""

from __future__ import annotations


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
    """The panel refuses what was asked; the text is what its `error` says."""

    def __init__(self, text: str) -> None:
        """Keep the text that is answered."""
        super().__init__(text)
        self.text = text
