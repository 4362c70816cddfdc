"""One known token, every place that a token has ever turned up in, every fault: nothing to find."""

from __future__ import annotations

import copy
import dataclasses
import http.client
import io
import json
import pickle
import pprint
import reprlib

import pytest
import urllib3.connection
from rich import inspect
from rich.console import Console
from rich.traceback import Traceback

import actoolkit as ac
from actoolkit import errors
from actoolkit.api import session
from actoolkit.api.reader import Reader
from actoolkit.api.session import open_session
from actoolkit.sandbox.faults import KINDS, Faults


def _rich(one):
    out = io.StringIO()
    console = Console(file=out, width=300)
    console.print(one)
    inspect(one, console=console, all=True, methods=False)
    return out.getvalue()


SHOWN = {
    "repr": repr,
    "str": str,
    "format": lambda one: f"{one} {one!r} {one!s} {one:>40}" if isinstance(one, str) else f"{one}",
    "percent": lambda one: "%s %r" % (one, one),  # noqa: UP031
    "vars": lambda one: str(vars(one)),
    "dict": lambda one: [getattr(one, name, "") for name in dir(one) if name[:1] != "_"],
    "slots": lambda one: [getattr(one, name) for name in type(one).__slots__],
    "pickle": pickle.dumps,
    "pickle 0": lambda one: pickle.dumps(one, protocol=0),
    "copy": lambda one: repr(copy.copy(one)),
    "deepcopy": lambda one: repr(copy.deepcopy(one)),
    "asdict": dataclasses.asdict,
    "replace": dataclasses.replace,
    "json": lambda one: json.dumps(one, default=vars),
    "json as text": lambda one: json.dumps(one, default=str),
    "pprint": pprint.pformat,
    "reprlib": reprlib.repr,
    "bytes": lambda one: str(one).encode(),
    "rich": _rich,
    "hash": lambda one: str(hash(one)),
    "reduce": lambda one: repr(one.__reduce_ex__(4)),
    "getstate": lambda one: repr(one.__getstate__()),
}


@pytest.mark.parametrize("way", SHOWN)
def test_no_object_shows_it(guarded, hunt, way):
    with guarded() as account:
        session = open_session(account)
        reader = Reader(account, session)
        for one in (account, account.token, reader, session, session.auth, session.adapters):
            try:
                shown = SHOWN[way](one)
            except (
                TypeError,
                AttributeError,
                errors.ActoolkitError,
                pickle.PicklingError,
            ) as error:
                shown = hunt.error_text(error)
            assert not hunt.shows(shown), (way, type(one))
        session.close()


class Later(Faults):
    """Right answers at first, so that something is under way when it goes wrong."""

    def __init__(self, kind, after):
        super().__init__(rate=1.0, kinds=(kind,))
        self.after = after

    def draw(self):
        self.after -= 1
        return "" if self.after >= 0 else super().draw()


def loaded(account):
    """Load what has several pages; give the error, if any."""
    try:
        ac.load_contact_lists(account=account, progress=True)
        ac.load_contacts(account=account, progress=True)
        ac.load_lists(account=account, progress=True)
    except errors.ActoolkitError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("kind", "after"),
    [("", 0), ("slow", 4), *((kind, after) for kind in KINDS[:-1] for after in (0, 3))],
)
@pytest.mark.usefixtures("everything_said")
def test_no_fault_shows_it(guarded, hunt, kind, after):
    assert KINDS[-1] == "slow"
    with guarded(Later(kind, after) if kind else None) as account:
        error = loaded(account)
    assert (error is None) == (kind in ("", "slow"))
    if error is not None:
        assert not hunt.shows(hunt.error_text(error))
        assert error.hint


def test_the_search_finds_what_is_there(hunt, tmp_path):
    """The test of the tests: each hiding place is looked into."""
    import base64
    import sqlite3
    import zlib

    import polars as pl

    secret = hunt.CANARY
    for text in (
        f"x{secret}y",
        secret.encode().hex(),
        *(base64.b64encode(b"a" * shift + secret.encode() + b"zz").decode() for shift in range(3)),
        json.dumps({"a": "".join(f"\\u{ord(one):04x}" for one in secret)}).replace("\\\\", "\\"),
    ):
        assert hunt.shows(text)
    assert not hunt.shows("test-CANARY-")
    pl.DataFrame({"a": [secret]}).write_parquet(tmp_path / "a.parquet", compression="zstd")
    connection = sqlite3.connect(tmp_path / "b.sqlite")
    connection.execute("CREATE TABLE responses (key TEXT, value BLOB)")
    inner = base64.b64encode(zlib.compress(secret.encode())).decode()
    kept = zlib.compress(json.dumps({"_content": inner}).encode())
    connection.execute("INSERT INTO responses VALUES ('k', ?)", (kept,))
    connection.commit()
    connection.close()
    found = {path.name for path, content in hunt.contents(tmp_path) if hunt.shows(content)}
    assert found == {"a.parquet", "b.sqlite"}

    # Compiled as if it stood in the package: frames of tests are passed over.
    place = {"secret": secret}
    exec(compile("def f(token):\n    raise ValueError", "/actoolkit/x.py", "exec"), place)
    with pytest.raises(ValueError) as caught:
        place["f"](secret)
    assert hunt.shows(hunt.error_text(caught.value))


def test_a_pretty_traceback_with_locals_does_not_show_it(guarded, hunt):
    with guarded(Later("html", 0)) as account:
        error = loaded(account)
    out = io.StringIO()
    shown = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=None
    )
    Console(file=out, width=200).print(shown)
    text = out.getvalue()
    assert type(error).__name__ in text
    assert not hunt.shows(text)


PRINTING = [http.client.HTTPConnection, urllib3.connection.HTTPConnection, *session._CONNECTIONS]


@pytest.mark.parametrize("printing", PRINTING, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_it_is_not_sent_while_headers_are_printed(guarded, hunt, monkeypatch, capfd, printing):
    monkeypatch.setattr(printing, "debuglevel", 1, raising=False)
    with guarded() as account:
        error = loaded(account)
    assert isinstance(error, errors.InvalidToken)
    assert error.hint == f"Set {printing.__module__}.{printing.__name__}.debuglevel = 0."
    out = capfd.readouterr()
    assert not hunt.shows(out.out + out.err)
    assert "send:" not in out.out
