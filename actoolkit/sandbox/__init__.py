"""A synthetic account over real HTTP: seeded, causal, with the vendor's shapes and quirks.

Importing this imports neither numpy nor a server: both come when the account is built.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actoolkit.sandbox.clock import NOW
    from actoolkit.sandbox.faults import Faults
    from actoolkit.sandbox.session import SandboxSession, sandbox_account, serve
    from actoolkit.sandbox.world import World

__all__ = ["NOW", "Faults", "SandboxSession", "World", "sandbox_account", "serve"]

_HOMES = {"NOW": "clock", "Faults": "faults", "World": "world"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'actoolkit.sandbox' has no attribute {name!r}")
    return getattr(import_module(f"actoolkit.sandbox.{_HOMES.get(name, 'session')}"), name)
