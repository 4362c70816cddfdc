"""The sandbox as an account: a server on loopback for as long as it is needed."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from actoolkit.errors import SandboxError
from actoolkit.sandbox.faults import Faults
from actoolkit.sandbox.server import TOKEN, Application
from actoolkit.sandbox.world import Size, World
from actoolkit.settings import Account

if TYPE_CHECKING:
    import uvicorn

CLIENT_RATE = 10_000.0
"""Requests per second that the sandbox's own client may send: as many as it can."""
PATIENCE = 30.0


class SandboxSession(AbstractContextManager[Account]):
    """A synthetic account that is served while the context lasts.

    Attributes:
        world: The world behind it; it knows why things happened.
        account: The account to pass to loaders, once started.
        url: Its address, once started.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     ac.load_lists(account=account, progress=False).height
        7
    """

    def __init__(
        self,
        size: Size = "small",
        seed: int = 7,
        *,
        latency: float = 0.0,
        rate_limit: float | None = None,
        faults: Faults | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        world: World | None = None,
    ) -> None:
        self.world = world or World(size, seed)
        self.application = Application(
            self.world, rate_limit=rate_limit, latency=latency, faults=faults
        )
        self._rate_limit = rate_limit
        self._cache_dir = Path(cache_dir) if cache_dir is not None else None
        self._own_cache: tempfile.TemporaryDirectory[str] | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._account: Account | None = None

    @property
    def account(self) -> Account:
        """The account.

        Raises:
            SandboxError: It is not being served.
        """
        if self._account is None:
            raise SandboxError(
                "The sandbox is not running.", hint="Use it in a with statement, or call start()."
            )
        return self._account

    @property
    def url(self) -> str:
        """Address of the server."""
        return self.account.url

    def advance(self, days: float) -> None:
        """Let the world live on for some days; what is remembered of it ages with it."""
        self.world.advance(days)

    def start(self) -> Account:
        """Serve the account; `stop` ends it.

        Raises:
            SandboxError: The server did not come up, or there is no temporary folder.
        """
        if self._account is not None:
            return self._account
        if self._cache_dir is None:
            self._own_cache = _temporary_folder()
        listener = listen(0)
        self._server = server_for(self.application)
        self._thread = threading.Thread(target=_serve, args=(self._server, listener), daemon=True)
        self._thread.start()
        wait_for(self._server, self._thread)
        self._account = Account(
            url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            token=TOKEN,
            cache_dir=self._cache_dir or Path(self._own_cache.name if self._own_cache else "."),
            rate=self._rate_limit or CLIENT_RATE,
            identity=f"sandbox-{self.world.size}-{self.world.seed}",
            clock=lambda: self.world.now,
        )
        return self._account

    def stop(self) -> None:
        """End the server and forget what was remembered, unless a cache folder was given."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(PATIENCE)
        if self._own_cache is not None:
            self._own_cache.cleanup()
        self._server = self._thread = self._own_cache = self._account = None

    def __enter__(self) -> Account:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"SandboxSession(size={self.world.size!r}, seed={self.world.seed})"


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="actoolkit-sandbox-")
    except OSError as error:
        raise SandboxError(
            f"No temporary folder could be made for the sandbox: {error.strerror or error}.",
            hint="Set TMPDIR to a folder that you may write to and that has room.",
        ) from error


def sandbox_account(
    size: Size = "small",
    seed: int = 7,
    *,
    latency: float = 0.0,
    rate_limit: float | None = None,
    faults: Faults | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
) -> SandboxSession:
    """Serve a seeded synthetic account on loopback: no key, no network.

    Two years of a coffee roaster's mail and orders, ending at ``actoolkit.sandbox.NOW``. The same
    size and seed give the same account on every machine.

    Args:
        size: "tiny", "small", "medium" or "large": about 200, 5,000, 100,000, 1,000,000 contacts.
        seed: Seed of every draw.
        latency: Seconds that each answer takes.
        rate_limit: Requests per second before the server answers 429; None for no limit.
        faults: What goes wrong on purpose.
        cache_dir: Folder to remember loads in; default a temporary one, removed at the end.

    Returns:
        A context manager that gives the account; ``start()`` and ``stop()`` do without a context.

    Raises:
        InvalidArgument: There is no such size.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     ac.load_contacts(account=account, progress=False).height
        200
    """
    return SandboxSession(
        size, seed, latency=latency, rate_limit=rate_limit, faults=faults, cache_dir=cache_dir
    )


def serve(
    size: Size = "small",
    seed: int = 7,
    *,
    port: int = 8765,
    latency: float = 0.0,
    rate_limit: float | None = 5.0,
    faults: Faults | None = None,
    ready: Callable[[str, str], None] = lambda url, token: None,
) -> None:
    """Serve a synthetic account until interrupted.

    Args:
        size: As `sandbox_account`.
        seed: As `sandbox_account`.
        port: On 127.0.0.1; 0 takes a free one.
        latency: Seconds that each answer takes.
        rate_limit: Requests per second before it answers 429; None for no limit.
        faults: What goes wrong on purpose.
        ready: Called with address and token once it listens.

    Raises:
        SandboxError: The port is taken, or not for everybody.
    """
    application = Application(
        World(size, seed), rate_limit=rate_limit, latency=latency, faults=faults
    )
    listener = listen(port)
    ready(f"http://127.0.0.1:{listener.getsockname()[1]}", TOKEN)
    server_for(application).run([listener])


def listen(port: int) -> socket.socket:
    """Take a port of 127.0.0.1."""
    # Named IPPROTO_TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    refused: OSError | None = None
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        refused = error
    if refused is not None:
        listener.close()
        raise _no_port(port, refused)
    return listener


def _no_port(port: int, refused: OSError) -> SandboxError:
    hint = "Choose another one, or 0 for any free one."
    if refused.errno == errno.EADDRINUSE:
        return SandboxError(f"Port {port} of this machine is taken.", hint=hint)
    if refused.errno == errno.EACCES:
        return SandboxError(
            f"Port {port} of this machine is not yours to take.",
            hint="Choose one above 1023, or 0 for any free one.",
        )
    reason = refused.strerror or refused
    return SandboxError(f"Port {port} of this machine cannot be used: {reason}.", hint=hint)


def server_for(application: Application) -> uvicorn.Server:
    """Make the HTTP server of an application; it logs nothing."""
    import uvicorn

    config = uvicorn.Config(
        application,
        http="auto",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    asyncio.run(server.serve([listener]))


def wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    """Wait until a server answers."""
    waited = threading.Event()
    for _ in range(round(PATIENCE / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise SandboxError(
        "The sandbox's server did not start.", hint="Run it again; report it if it stays so."
    )
