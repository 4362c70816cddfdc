"""Worlds and a plain HTTP client that knows nothing of the toolkit."""

import http.client
import json
from urllib.parse import urlencode, urlsplit

import pytest

from actoolkit.sandbox import SandboxSession, World

TOKEN = "test-sandbox"


class Answer:
    """Status, headers with lower-case names, body."""

    def __init__(self, got):
        self.status = got.status
        self.headers = {name.lower(): value for name, value in got.getheaders()}
        self.body = got.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Asks over a connection of its own each time."""

    def __init__(self, url):
        at = urlsplit(url)
        self.address = at.hostname, at.port

    def ask(self, path, query=(), *, token=TOKEN, method="GET"):
        wire = http.client.HTTPConnection(*self.address, timeout=30)
        text = urlencode(list(dict(query).items() if isinstance(query, dict) else query))
        try:
            wire.request(method, f"/api/3{path}?{text}", headers={"Api-Token": token})
            return Answer(wire.getresponse())
        finally:
            wire.close()

    def rows(self, path, envelope, query=()):
        """All rows, page after page, by offset."""
        query, found = dict(query), []
        while True:
            page = self.ask(path, {**query, "limit": 100, "offset": len(found)}).json[envelope]
            found += page
            if len(page) < 100:
                return found


@pytest.fixture(scope="module")
def session():
    """A tiny account that stays at its first present."""
    running = SandboxSession("tiny", 7)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(session):
    """A client of it."""
    return Client(session.url)


@pytest.fixture
def moving():
    """A tiny account to advance, and its client."""
    running = SandboxSession("tiny", 7)
    running.start()
    yield running, Client(running.url)
    running.stop()


@pytest.fixture(scope="session")
def small():
    """A world with enough people for rates to be believed."""
    return World("small", 7)
