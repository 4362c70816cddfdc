"""A write behind a proxy: what it kept back is not done, what it took is unknown."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import pytest
import trustme

from actoolkit import actions
from actoolkit.settings import Account

FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
THROUGH = b"HTTP/1.1 200 Connection established\r\n\r\n"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """The authority's file, and a context of a server that has its certificate."""
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("you.api-us1.com").configure_cert(context)
    return path, context


@pytest.fixture
def proxy(certificates):
    """Start a proxy: it answers CONNECT, and as the account what is asked within the tunnel."""
    listening = socket.create_server(("127.0.0.1", 0))

    def start(greeting, answer=b""):
        asked = []

        def serve():
            with contextlib.suppress(OSError):  # closed at the end
                while True:
                    client = listening.accept()[0]
                    with client:
                        client.recv(65536)
                        client.sendall(greeting)
                        if greeting is THROUGH:
                            with certificates[1].wrap_socket(client, server_side=True) as inner:
                                asked.append(inner.recv(65536))
                                inner.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}", asked

    with listening:
        yield start


def written(tmp_path, certificates, proxy):
    account = Account(
        url="https://you.api-us1.com",
        token="test-x",
        cache_dir=tmp_path,
        proxy=proxy,
        ca_bundle=certificates[0],
    )
    note = actions.add_note("A", related_to="Deal", related_id=1, account=account, apply=True)
    return note.select("verdict", "reason").row(0)


KEPT_BACK = ("not done", "no connection: the proxy does not let it through")


def test_a_proxy_that_is_not_there(tmp_path, certificates):
    assert written(tmp_path, certificates, "http://127.0.0.1:1") == KEPT_BACK


def test_a_proxy_that_forbids(tmp_path, certificates, proxy):
    assert written(tmp_path, certificates, proxy(FORBIDDEN)[0]) == KEPT_BACK


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 201 Crea"])
def test_what_went_through_and_was_not_answered_is_unknown(tmp_path, certificates, proxy, answer):
    url, asked = proxy(THROUGH, answer)
    verdict, reason = written(tmp_path, certificates, url)
    assert asked[0].startswith(b"POST /api/3/notes"), "it went out"
    assert verdict == "unknown", reason
