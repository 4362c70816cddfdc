"""How long a sandbox takes to build, what it keeps in memory, and how fast it answers.

Run ``python benchmarks/sandbox.py [SIZE ...]``. Each size is built and served in a process of its
own; this one reads pages of 100 contacts over four connections and only counts bytes.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
import socket
import sys
import threading
import time
from multiprocessing.connection import Connection

SECONDS = 10.0
CONNECTIONS = 4
TOKEN = "test-sandbox"


def serve(size: str, pipe: Connection) -> None:
    """Build and serve one size; tell the address, the seconds and the peak memory."""
    from actoolkit.sandbox import SandboxSession

    began = time.perf_counter()
    session = SandboxSession(size)  # type: ignore[arg-type]
    built = time.perf_counter() - began
    account = session.start()
    first = int(session.world.people.ids[0])
    last = int(session.world.people.ids[session.world.contact_count - 1])
    pipe.send((account.url, built, first, last))
    pipe.recv()
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    session.stop()


def read(host: str, port: int, first: int, last: int, until: float, pages: list[int]) -> None:
    """Read keyset pages over one connection until the time is up."""
    with socket.create_connection((host, port)) as wire:
        after, buffer = first - 1, bytearray(1 << 20)
        while time.perf_counter() < until:
            wire.sendall(
                f"GET /api/3/contacts?limit=100&id_greater={after}&orders[id]=ASC HTTP/1.1\r\n"
                f"Host: {host}:{port}\r\nApi-Token: {TOKEN}\r\n\r\n".encode()
            )
            got = wire.recv_into(buffer)
            while (head := bytes(buffer[:got]).find(b"\r\n\r\n")) < 0:
                got += wire.recv_into(memoryview(buffer)[got:])
            size = int(re.search(rb"content-length: (\d+)", bytes(buffer[:head]).lower())[1])
            whole = head + 4 + size
            while got < whole:
                got += wire.recv_into(memoryview(buffer)[got:])
            if not buffer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(bytes(buffer[:head]).decode())
            ids = re.findall(
                rb'"id":"(\d+)","organization"', memoryview(buffer)[whole - 8000 : whole]
            )
            after = int(ids[-1]) if ids and int(ids[-1]) < last else first - 1
            pages.append(size)


def measure(size: str) -> str:
    """Give one line of the table."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=serve, args=(size, theirs))
    server.start()
    url, built, first, last = ours.recv()
    host, port = url.removeprefix("http://").split(":")
    pages: list[int] = []
    began = time.perf_counter()
    readers = [
        threading.Thread(target=read, args=(host, int(port), first, last, began + SECONDS, pages))
        for _ in range(CONNECTIONS)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    took = time.perf_counter() - began
    ours.send("done")
    memory = ours.recv()
    server.join()
    return (
        f"| {size} | {built:.1f} | {memory:,.0f} | {len(pages) / took:,.0f} "
        f"| {sum(pages) / took / 2**20:,.0f} |"
    )


if __name__ == "__main__":
    print("| size | build, s | peak memory, MiB | pages of 100 contacts a second | MiB a second |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for one in sys.argv[1:] or ("tiny", "small", "medium", "large"):
        print(measure(one), flush=True)
