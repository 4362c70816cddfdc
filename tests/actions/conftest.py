"""An account that can be written to, on a raw socket, whose answers get lost; waits cost nothing."""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import struct
import threading
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from actoolkit.api.retry import Limits
from actoolkit.api.writes import Writer
from actoolkit.settings import Account

AFTER = ("reset", "closed", "cut", "empty", "html", "500", "502")
"""Faults after the work: the answer is lost, or says nothing."""
BEFORE = ("429", "503", "reset", "500")
"""Faults before the work."""


class Books:
    """What is in the account. It accepts duplicates: preventing them is the client's task."""

    def __init__(self):
        self.lists = [{"id": "1", "name": "News", "stringid": "news"}]
        self.memberships = {}
        self.field_rels = []
        self.list_groups = []
        self.domains = ["old.example"]
        self.messages = [{"id": "5", "name": "", "subject": "Hello", "fromname": "Shop"}]
        self.notes = []
        self.next_id = 100

    def new(self, rows, row):
        self.next_id += 1
        rows.append({**row, "id": str(self.next_id)})
        return rows[-1]

    def serve(self, method, path, query, body):
        """Do what is asked; give status and body."""
        for verb, pattern, handler in ROUTES:
            if verb == method and (found := re.fullmatch(pattern, path)):
                return handler(self, query, body, *found.groups())
        return 404, {"message": "No Route found"}

    def get_lists(self, query, body):
        name = query.get("filters[name]")
        return page("lists", [r for r in self.lists if name in (None, r["name"])], query)

    def get_list(self, query, body, ident):
        return one("list", "_List", self.lists, ident)

    def add_list(self, query, body):
        return 201, {"list": self.new(self.lists, body["list"])}

    def drop_list(self, query, body, ident):
        return drop("_List", self.lists, ident, missing=403)

    def add_membership(self, query, body):
        sent = body["contactList"]
        key = (str(sent["contact"]), str(sent["list"]))
        ident = self.memberships.get(key, {}).get("id") or str(len(self.memberships) + 1)
        self.memberships[key] = {**sent, "id": ident}
        return 201, {"contacts": [], "contactList": self.memberships[key]}

    def get_memberships(self, query, body, contact):
        rows = [row for (who, _), row in self.memberships.items() if who == contact]
        return 200, {"contactLists": [] if int(query.get("offset", 0)) else rows}

    def get_fields(self, query, body):
        status, answer = page("fields", [{"id": "4", "title": "Size"}], query)
        return status, answer | {"fieldOptions": [], "fieldRels": self.field_rels}

    def add_field_rel(self, query, body):
        return 201, {"fieldRel": self.new(self.field_rels, body["fieldRel"])}

    def get_field_rel(self, query, body, ident):
        return one("fieldRel", "FieldRel", self.field_rels, ident)

    def drop_field_rel(self, query, body, ident):
        return drop("FieldRel", self.field_rels, ident)

    def get_list_groups(self, query, body):
        return page("listGroups", self.list_groups, query)

    def add_list_group(self, query, body):
        sent = body["listGroup"]
        row = self.new(self.list_groups, {"list": sent["listid"], "group": sent["groupid"]})
        return 201, {"listGroup": row}

    def get_domains(self, query, body):
        start, size = int(query.get("offset", 0)), int(query.get("limit", 20))
        rows = [{"name": name} for name in self.domains[start : start + size]]
        return 200, {"siteTrackingDomains": rows, "meta": {"total": len(self.domains)}}

    def add_domain(self, query, body):
        self.domains.append(body["siteTrackingDomain"]["name"])
        return 200, body

    def drop_domain(self, query, body, name):
        if unquote(name) not in self.domains:
            return 404, {"message": "No Result found"}
        self.domains.remove(unquote(name))
        return 204, None

    def get_message(self, query, body, ident):
        return one("message", "Message", self.messages, ident)

    def add_message(self, query, body):
        return 201, {"message": self.new(self.messages, body["message"])}

    def change_message(self, query, body, ident):
        status, answer = one("message", "Message", self.messages, ident)
        if status == 200:
            answer["message"].update(body["message"])
        return status, answer

    def drop_message(self, query, body, ident):
        return drop("Message", self.messages, ident)

    def add_note(self, query, body, relid=None):
        sent = {"relid": relid, "reltype": "CustomerAccount", **body["note"]}
        return 201, {"note": self.new(self.notes, sent)}

    def change_note(self, query, body, relid, ident):
        status, answer = one("note", "Note", self.notes, ident)
        if status == 200:
            answer["note"].update(body["note"])
        return status, answer

    def me(self, query, body):
        return 200, {"user": {"id": "1"}}


def page(envelope, rows, query):
    start, size = int(query.get("offset", 0)), int(query.get("limit", 20))
    return 200, {envelope: rows[start : start + size], "meta": {"total": str(len(rows))}}


def one(envelope, model, rows, ident):
    for row in rows:
        if row["id"] == ident:
            return 200, {envelope: row}
    return 404, {"message": f"No Result found for {model} with id {ident}"}


def drop(model, rows, ident, missing=404):
    for row in rows:
        if row["id"] == ident:
            rows.remove(row)
            return 200, {}
    return missing, {"message": f"No Result found for {model} with id {ident}"}


ROUTES = (
    ("GET", "/users/me", Books.me),
    ("GET", "/lists", Books.get_lists),
    ("POST", "/lists", Books.add_list),
    ("GET", r"/lists/(\d+)", Books.get_list),
    ("DELETE", r"/lists/(\d+)", Books.drop_list),
    ("POST", "/contactLists", Books.add_membership),
    ("GET", r"/contacts/(\d+)/contactLists", Books.get_memberships),
    ("GET", "/fields", Books.get_fields),
    ("POST", "/fieldRels", Books.add_field_rel),
    ("GET", r"/fieldRels/(\d+)", Books.get_field_rel),
    ("DELETE", r"/fieldRels/(\d+)", Books.drop_field_rel),
    ("GET", "/listGroups", Books.get_list_groups),
    ("POST", "/listGroups", Books.add_list_group),
    ("GET", "/siteTrackingDomains", Books.get_domains),
    ("POST", "/siteTrackingDomains", Books.add_domain),
    ("DELETE", r"/siteTrackingDomains/([^/]+)", Books.drop_domain),
    ("POST", "/messages", Books.add_message),
    ("GET", r"/messages/(\d+)", Books.get_message),
    ("PUT", r"/messages/(\d+)", Books.change_message),
    ("DELETE", r"/messages/(\d+)", Books.drop_message),
    ("POST", "/notes", Books.add_note),
    ("POST", r"/accounts/(\d+)/notes", Books.add_note),
    ("PUT", r"/accounts/(\d+)/notes/(\d+)", Books.change_note),
)


class Server:
    """Serves `Books` on a raw socket.

    Attributes:
        seen: (method, path, body) of every request, in order.
        faulty: Share of the writes that go wrong; three quarters of these after the work.
        script: Faults of the next writes: None, "before <kind>" or "after <kind>".
        lost: (method, path, body) of the writes whose answer said nothing.
    """

    def __init__(self):
        self.books = Books()
        self.seen = []
        self.lost = []
        self.script = []
        self.faulty = 0.0
        self.faulty_reads = 0.0
        self.random = random.Random(7)
        self.respond = None
        self._turn = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def writes(self):
        return [one for one in self.seen if one[0] != "GET"]

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as reading, contextlib.suppress(OSError):
            while line := reading.readline():
                method, target, _ = line.decode().split(" ")
                size = 0
                while (header := reading.readline().strip()) != b"":
                    name, _, value = header.partition(b":")
                    size = int(value) if name.lower() == b"content-length" else size
                if not self._answer(connection, method, target, reading.read(size)):
                    return

    def _answer(self, connection, method, target, payload):
        address = urlsplit(target)
        query = {k: v[-1] for k, v in parse_qs(address.query).items()}
        body = json.loads(payload) if payload else None
        with self._turn:
            self.seen.append((method, address.path, body))
            fault = self._fault(method)
            when, _, kind = fault.partition(" ")
            if when != "before":
                status, answer = self._do(method, address.path, query, body)
            else:
                status, answer = int(kind) if kind.isdigit() else 500, {"message": "busy"}
            if method != "GET" and kind not in ("", "429", "503"):
                self.lost.append((method, address.path, body))
        if kind in ("reset", "closed"):
            if kind == "reset":
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                connection.shutdown(socket.SHUT_RDWR)
            return False
        if when == "after":
            status, answer = {
                "empty": (200, None),
                "html": (200, b"<html>"),
                "500": (500, {"message": "oops"}),
                "502": (502, b"<html>Bad Gateway"),
            }.get(kind, (status, answer))
        raw = b"" if answer is None else answer
        raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\n\r\n".encode()
        if kind == "cut":
            connection.sendall(head + raw[:-1] if raw else head[:-4])
            return False
        connection.sendall(head + raw)
        return True

    def _do(self, method, path, query, body):
        if self.respond is not None and (answer := self.respond(method, path, body)):
            return answer
        return self.books.serve(method, path.removeprefix("/api/3"), query, body)

    def _fault(self, method):
        if method == "GET":
            return f"before {self.random.choice(BEFORE)}" if self._hit(self.faulty_reads) else ""
        if self.script:
            return self.script.pop(0) or ""
        if not self._hit(self.faulty):
            return ""
        if self._hit(0.75):
            return f"after {self.random.choice(AFTER)}"
        return f"before {self.random.choice(BEFORE)}"

    def _hit(self, share):
        return bool(share) and self.random.random() < share

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.close()


class FakePace:
    def wait(self):
        return 0.0

    def sent(self):
        pass

    def limit(self, rate):
        pass

    def block(self, seconds):
        pass


@pytest.fixture
def server():
    """A writable account."""
    running = Server()
    yield running
    running.close()


@pytest.fixture
def account(server, tmp_path):
    """How to reach it."""
    return Account(url=server.url, token="test-writes", rate=10000, cache_dir=tmp_path / "cache")


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Waits cost nothing, and are noted."""
    slept = []
    # No fault here is a late answer: on a busy machine half a second made some of good ones.
    made = partial(Writer, pace=FakePace(), sleep=slept.append, limits=Limits(body=30))
    monkeypatch.setattr("actoolkit.actions._run.Writer", made)
    return slept
