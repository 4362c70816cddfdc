"""What happens while a request is under way: a proxy without end, Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback
from contextlib import suppress

import pytest
import requests

from actoolkit.api.exchange import send
from actoolkit.api.retry import Limits
from actoolkit.api.session import open_session
from actoolkit.api.transmission import transmit
from actoolkit.settings import Account

TOKEN = "test-" + "opening" * 3


def endless(client):
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        client.sendall(b"X-More: yes\r\n" * 1000)


def dripping(client, status):
    for byte in b"HTTP/1.1 " + status + b"\r\n" + b"X-More: yes\r\n" * 1000:
        client.sendall(bytes([byte]))
        time.sleep(0.1)


PROXIES = {
    "headers without end": endless,
    "byte by byte": lambda client: dripping(client, b"200 OK"),
    "a refusal byte by byte": lambda client: dripping(client, b"403 no"),
}


@pytest.fixture
def served():
    """Starts a server of one answer; gives its port."""
    listeners = []

    def start(answer):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve():
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=answered, args=(client,), daemon=True).start()

        def answered(client):
            with client, suppress(OSError):
                client.recv(65_536)
                answer(client)

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.close()


def ended(work, within):
    """Whether a work ends in time, which a call that is held cannot tell itself."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(within)
    assert found, "the call is held"
    return found[0]


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_without_end_holds_no_call(served, tmp_path, proxy):
    account = Account(
        url="https://acme.api-us1.com",
        token=TOKEN,
        proxy=f"http://127.0.0.1:{served(PROXIES[proxy])}",
        cache_dir=tmp_path,
    )
    session, limits = open_session(account), Limits(connect=0.5, body=1, wait=2)
    url = "https://acme.api-us1.com/api/3/users/me"
    assert ended(lambda: send(session, url, None, limits), 20).kind == "timeout"
    prepared = session.prepare_request(requests.Request("POST", url, json={"a": 1}))
    outcome, _ = ended(lambda: transmit(session, prepared, limits), 20)
    assert outcome.kind == "timeout"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
@pytest.mark.parametrize("writes", [False, True])
def test_an_interrupt_takes_no_frame_with_the_token_along(served, tmp_path, head, writes):
    def interrupt(client):
        client.sendall(head)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)
        client.recv(1)

    port = served(interrupt)
    account = Account(url=f"http://127.0.0.1:{port}", token=TOKEN, cache_dir=tmp_path)
    session, url = open_session(account), f"http://127.0.0.1:{port}/api/3/users/me"
    prepared = session.prepare_request(requests.Request("POST", url, json={"a": 1}))
    given = (transmit, prepared) if writes else (send, url, None)
    with pytest.raises(KeyboardInterrupt) as caught:
        given[0](session, *given[1:], Limits())
    seen = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    said = [line for line in seen.format() if "tests/api" not in line]
    assert "interrupts.py" in "".join(said)
    assert TOKEN not in "".join(said)
    assert caught.value.__context__ is None
