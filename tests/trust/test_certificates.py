"""Which certificates are trusted: the usual ones, or those of a file that was named for it."""

from __future__ import annotations

import ssl
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

from actoolkit import doctor, errors
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits
from actoolkit.settings import Account

TOKEN = "test-canary-5f3a9c"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """An authority that nobody else knows, and what it gave to this machine: certificate and key."""
    authority = trustme.CA()
    given = authority.issue_cert("127.0.0.1")
    place = tmp_path_factory.mktemp("tls")
    ours, shown = place / "ours.pem", place / "shown.pem"
    authority.cert_pem.write_to_path(str(ours))
    given.private_key_and_cert_chain_pem.write_to_path(str(shown))
    return ours, shown


@pytest.fixture
def server(certificate):
    """A server with that certificate; gives its address and the requests that it saw."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Api-Token"])
            body = b'{"user": {"id": "1"}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1])
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    made.handle_error = lambda *args: None
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{made.server_port}", seen
    made.shutdown()
    made.server_close()


def test_an_unknown_one_is_refused_and_the_way_out_named(
    server, certificate, tmp_path, monkeypatch
):
    url, seen = server
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate[0]))
    account = Account(url=url, token=TOKEN, cache_dir=tmp_path)
    with Reader(account, limits=Limits(attempts=1)) as reader:
        with pytest.raises(errors.ConnectionFailed, match=r"not trusted.*URL and.*clock") as caught:
            reader.get("/users/me")
    assert "ACTOOLKIT_CA_BUNDLE" in caught.value.hint
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    (*_, found) = doctor.examine(account)
    assert "ACTOOLKIT_CA_BUNDLE" in found.remedy
    assert seen == []


def test_one_of_the_file_that_is_named_is_trusted(server, certificate, tmp_path, monkeypatch):
    url, seen = server
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", url)
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", TOKEN)
    monkeypatch.setenv("ACTOOLKIT_CA_BUNDLE", str(certificate[0]))
    with Reader(Account.from_env(cache_dir=tmp_path)) as reader:
        assert reader.get("/users/me").json["user"] == {"id": "1"}
    assert seen == [TOKEN]


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----"])
def test_a_file_without_certificates_is_refused(tmp_path, content):
    path = tmp_path / "ours.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(errors.SettingsError, match=r"ours\.pem is no file of cert.*in PEM form"):
        Account(url="https://you.api-us1.com", token=TOKEN, ca_bundle=path)


def test_the_file_is_all_that_is_trusted(server, tmp_path):
    """A bundle that does not hold the server's: refused, although the file is sound."""
    import certifi

    url, seen = server
    account = Account(url=url, token=TOKEN, cache_dir=tmp_path, ca_bundle=certifi.where())
    with Reader(account, limits=Limits(attempts=1)) as reader:
        with pytest.raises(errors.ConnectionFailed, match="not trusted"):
            reader.get("/users/me")
    assert seen == []
