"""A pretend panel over real HTTP, to rehearse on: it sells, delivers and fails like a real one."""

from bulkorders.sandbox.damage import KINDS
from bulkorders.sandbox.errors import (
    BadSettingError,
    CannotListenError,
    PortTakenError,
    Refused,
    SandboxError,
    StateDamagedError,
)
from bulkorders.sandbox.faults import Fault, Faults
from bulkorders.sandbox.latency import Latency
from bulkorders.sandbox.server import Sandbox, run, running, serve
from bulkorders.sandbox.shop import DEFAULT_KEY, Shop
from bulkorders.sandbox.tls import BrokenTls, broken_tls

__all__ = [
    "DEFAULT_KEY",
    "KINDS",
    "BadSettingError",
    "BrokenTls",
    "CannotListenError",
    "Fault",
    "Faults",
    "Latency",
    "PortTakenError",
    "Refused",
    "Sandbox",
    "SandboxError",
    "Shop",
    "StateDamagedError",
    "broken_tls",
    "run",
    "running",
    "serve",
]
