"""Walks into errors of settings, of the wire and of what is in the account, as a user walks."""

from __future__ import annotations

import os
import runpy
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

import actoolkit as ac
from actoolkit import doctor
from actoolkit.api import reader
from actoolkit.api.retry import Limits
from actoolkit.reports.blocks import Note
from actoolkit.sandbox import routes
from actoolkit.sandbox.collection import Refused
from actoolkit.settings import Account

said = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("said.py"))))
told, diagnosed, at = said.told, said.diagnosed, said.at

MET, met = said.collection()


# Settings


def settings(patch, place, profile=None, **variables):
    patch.chdir(place)
    for name, value in variables.items():
        patch.setenv(f"ACTIVECAMPAIGN_{name}", value)
    return told(lambda: Account.from_env(profile=profile))


GIVEN = [
    {},
    {"URL": "https://you.api-us1.com"},
    {"URL": "https://you.api-us1.com", "API_TOKEN": "x", "profile": "acme"},
    {"URL": "you.api-us1.com", "API_TOKEN": "x"},
    {"URL": "0f3c9a7755aa51e2", "API_TOKEN": "x"},
    {"URL": "https://you.api-us1.com?api_key=x", "API_TOKEN": "x"},
    {"URL": "https://you.activehosted.com/app", "API_TOKEN": "x"},
    {"URL": "http://you.api-us1.com", "API_TOKEN": "x"},
    {"URL": '"https://you.api-us1.com"', "API_TOKEN": "x"},
    {"URL": "https://you.api-us1.com,", "API_TOKEN": "x"},
    {"URL": "https://you.api us1.com", "API_TOKEN": "x"},
    {"URL": "http://127.0.0.1:1", "API_TOKEN": "real"},
    {"URL": "https://you.api-us1.com", "API_TOKEN": "a b"},
]
MET += [
    lambda place, patch, given=given: settings(patch, place, **given) for given in GIVEN
]  # fmt: skip


def env_file(place, content, mode=0o600):
    (place / ".env").write_bytes(content)
    (place / ".env").chmod(mode)


FILLED = b"ACTIVECAMPAIGN_URL=https://you.api-us1.com\nACTIVECAMPAIGN_API_TOKEN=x\n"


@met
def file_open_to_others(place, patch):
    env_file(place, FILLED, 0o644)
    return settings(patch, place)


@met
def file_of_another_user(place, patch):
    env_file(place, FILLED)
    patch.setattr(os, "getuid", lambda: 12345)
    return settings(patch, place)


@met
def file_that_is_no_text(place, patch):
    env_file(place, b"\xff\xfe\x00")
    return settings(patch, place)


@met
def locked_keyring(place, patch):
    keyring = pytest.importorskip("keyring")

    def locked(*_):
        raise keyring.errors.KeyringLocked

    patch.setattr(keyring, "get_password", locked)
    return settings(patch, place)


@met
def bundle_that_is_none(place, patch):
    (place / "ours.pem").touch()
    patch.setenv("ACTOOLKIT_CA_BUNDLE", str(place / "ours.pem"))
    return settings(patch, place, URL="https://you.api-us1.com", API_TOKEN="x")


def proxied(proxy):
    def meet(place, patch):
        patch.setenv("ACTOOLKIT_PROXY", proxy)
        return settings(patch, place, URL="https://you.api-us1.com", API_TOKEN="x")

    return meet


MET += [proxied("proxy.example:3128"), proxied("http://ada:secret@proxy.example:3128")]


@met
def no_home(place, patch):
    patch.setattr(Path, "expanduser", lambda _: (_ for _ in ()).throw(RuntimeError))
    return told(lambda: Account(url="https://you.api-us1.com", token="x", cache_dir="~/cache"))


# The wire


@contextmanager
def answering(status, body=b"{}", headers=(), *, context=None):
    """A server on this machine that gives everybody the same answer; None for none at all."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if status is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **dict(headers)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_CONNECT = do_GET

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def answered(status, body=b"{}", headers=(), *, ask=diagnosed):
    def meet(place, patch):
        with answering(status, body, headers) as url:
            return ask(at(place, url))

    return meet


def loaded(account):
    return told(lambda: ac.load_campaigns(account=account, progress=False))


MET += [
    answered(404, b"not found"),
    answered(404, b"not found", ask=loaded),
    answered(403, b'{"message":"Forbidden"}'),
    answered(402, b'{"message":"Payment required"}'),
    answered(302, b"", {"Location": "https://other.api-us1.com/"}),
    answered(200, b"<html>"),
    answered(200, b""),
    answered(503, b"{}"),
    answered(500, b"{}"),
    answered(429, b"{}"),
    answered(200, b"{", {"Content-Length": "2"}, ask=loaded),
    answered(None),
    lambda place, patch: diagnosed(at(place, "https://no-such-account.invalid")),
    lambda place, patch: diagnosed(at(place, "http://127.0.0.1:1")),
]


@met
def answer_that_takes_too_long(place, patch):
    patch.setattr(reader, "Limits", partial(Limits, attempts=1, body=0.1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        return loaded(at(place, f"http://127.0.0.1:{silent.getsockname()[1]}"))


@met
def clock_that_is_wrong(place, patch):
    patch.setattr(Account, "loopback", False)
    late = datetime.now(UTC) + timedelta(days=3)
    with answering(200, b'{"user": {}}') as url:
        found = {one.subject: one for one in doctor.examine(at(place, url, clock=lambda: late))}
    return f"{found['clock'].message} {found['clock'].remedy}"


@met
def proxy_that_refuses(place, patch):
    with answering(403) as proxy:
        return diagnosed(at(place, "https://you.api-us1.com", proxy=proxy))


@met
def certificate_of_nobody(place, patch):
    trustme = pytest.importorskip("trustme", reason="trustme is not installed")
    shown = place / "shown.pem"
    given = trustme.CA().issue_cert("127.0.0.1")
    given.private_key_and_cert_chain_pem.write_to_path(str(shown))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown)
    with answering(200, context=context) as url:
        return diagnosed(at(place, url))


# What is in the account


@contextmanager
def sandbox(place, patch, change=None, paths=None):
    """A tiny account whose collections are other than usual."""
    if change is not None:
        usual = routes.COLLECTIONS
        changed = {one: replace(usual[one], select=change(usual[one])) for one in paths or usual}
        patch.setattr(routes, "COLLECTIONS", {**usual, **changed})
    with ac.sandbox_account("tiny", cache_dir=place) as account:
        yield account


def emptied(one):
    return lambda world, query: one.select(world, query)[:0]


def forbidden(one):
    def select(world, query):
        raise Refused(403, {"message": "You do not have permission to perform this action."})

    return select


@met
def plan_without_e_commerce(place, patch):
    with sandbox(place, patch, forbidden, ["/ecomOrders"]) as account:
        return told(lambda: ac.load_ecom_orders(account=account, progress=False))


@met
def collection_that_was_withdrawn(place, patch):
    def gone(one):
        def select(world, query):
            raise Refused(404, {"message": "No Result found"})

        return select

    with sandbox(place, patch, gone, ["/campaignLists"]) as account:
        return told(lambda: ac.load_campaign_lists(account=account, progress=False))


@met
def empty_account(place, patch):
    with sandbox(place, patch, emptied) as account:
        return diagnosed(account)


def noted(title):
    """What stands in the place of a section of the report of an empty account."""

    def meet(place, patch):
        with sandbox(place, patch, emptied) as account:
            report = ac.report("all", account=account, progress=False)
        (section,) = [one for one in report.sections if one.title == title]
        return " ".join(block.text for block in section.blocks if isinstance(block, Note))

    return meet


MET += [noted(title) for title in ("Campaigns", "Audience", "Revenue")]
