"""A pickle planted in any file that is kept is never opened: what it would do never happens."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pickle
import shutil
import sqlite3
import zlib
from contextlib import closing, suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from filelock import FileLock
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

import actoolkit as ac
from actoolkit import errors
from actoolkit.actions._journal import ActionJournal
from actoolkit.api.pacing import pace_of
from actoolkit.cli import app
from actoolkit.home import CACHE_VARIABLE, KEY_VARIABLE
from actoolkit.loaders._mask_key import mask_key
from actoolkit.reports.assets import vega_bundle
from actoolkit.sandbox.faults import Faults
from actoolkit.settings import Account
from actoolkit.store import Snapshots, holding
from actoolkit.store.manifest import seal

TABLES = ("campaigns", "contacts", "score_values", "lists")


class Bomb:
    """Unpickled, it makes a folder."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (self.marker,)


PROTOCOLS = (0, pickle.DEFAULT_PROTOCOL, pickle.HIGHEST_PROTOCOL)


class Later(Faults):
    """Right answers at first: a load breaks off and leaves its journal."""

    def __init__(self, after):
        super().__init__(rate=1.0, kinds=("html",))
        self.after = after

    def draw(self):
        self.after -= 1
        return "" if self.after >= 0 else super().draw()


@pytest.fixture
def cache(guarded, tmp_path, monkeypatch):
    """A cache with every kind of file in it, a load that broke off among them."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "keys"))
    vega_bundle.cache_clear()
    with guarded() as account:
        loaded = {
            name: getattr(ac, f"load_{name}")(account=account, progress=False) for name in TABLES
        }
        ac.pin("contacts", account=account)
        vega_bundle()
    with guarded(Later(2)) as account, pytest.raises(errors.ActoolkitError):
        ac.load_contact_lists(account=account, progress=False)
    account.folder.joinpath("actions").mkdir(mode=0o700)
    account.folder.joinpath("actions", "create_list-x.jsonl").write_text("")
    account.folder.joinpath("locks", "x.owner.json").write_text("")
    mask_key(real())
    pace_of(real()).wait()
    yield SimpleNamespace(root=tmp_path, folder=account.folder, loaded=loaded)
    vega_bundle.cache_clear()


def real():
    return Account(url="https://you.api-us1.com", token="a-real-looking-token")


KINDS = {
    "rows": "cache/*/snapshots/*/*/*.parquet",
    "manifests": "cache/*/snapshots/*/*/*.json",
    "pins": "cache/*/snapshots/*/*/*.pin",
    "history": "cache/*/history/*/*.parquet",
    "pages of a load that broke off": "cache/*/journals/*/*/*.sqlite",
    "locks": "cache/*/locks/*.lock",
    "who holds a lock": "cache/*/locks/*.owner.json",
    "locks of journals": "cache/*/journals/*/*/*.lock",
    "pace": "cache/pace/*.json",
    "lock of the pace": "cache/pace/*.lock",
    "what was sent": "cache/*/actions/*.jsonl",
    "scripts": "cache/assets/*",
    "keys": "keys/*.key",
}
AT_ONCE = {
    "all but manifests": [kind for kind in KINDS if kind != "manifests"],
    "manifests": ["manifests"],  # without them no other file is looked at
}
COMMANDS = (
    "doctor",
    "plan",
    "sync campaigns",
    "cache info",
    "report -o {out}/r.html",
    "cache purge nobody@example.org --yes",
    "cache clear --yes",
)


def use_everything(cache, guarded, monkeypatch):
    """Every loader of what is there, and every command; nothing ends in an error that is not ours."""
    with guarded() as account:
        for name, before in cache.loaded.items():
            load = getattr(ac, f"load_{name}")
            for more in ({}, {"lazy": True}, {"mask": True}, {"refresh": True}):
                found = load(account=account, progress=False, **more)
                rows = found.collect() if "lazy" in more else found
                assert rows.height == before.height
                if "mask" not in more:
                    assert_frame_equal(rows, before)
            ac.provenance(name, account=account)
        ac.load_contact_lists(account=account, progress=False)
        for name in ("campaigns", "score_values"):
            ac.history(name, account=account)
        sent = account.folder / "actions" / "create_list-x.jsonl"
        assert ActionJournal(account.folder, sent.stem).earlier("r", account.now()) is None
        with FileLock(account.folder / "locks" / "x.lock"):  # it says not who it is
            with pytest.raises(errors.StoreLocked), holding(account.folder, "x", patience=0.0):
                pass
        pace_of(real(), sleep=lambda seconds: None).wait()
        with suppress(errors.StoreError):
            mask_key(real())
        vega_bundle.cache_clear()
        # By its address alone it would be another account, with a folder of its own.
        monkeypatch.setattr(Account, "from_env", classmethod(lambda cls, **settings: account))
        for line in COMMANDS:
            words = line.replace("{out}", str(cache.root)).split()
            run = CliRunner().invoke(app, words)
            assert run.exit_code == 0, (line, run.output, run.exception)
        assert not account.folder.exists(), "the commands were about this account"


def plant(paths, marker):
    """Write a pickle over each file."""
    assert paths
    for number, path in enumerate(paths):
        path.write_bytes(pickle.dumps(Bomb(str(marker)), PROTOCOLS[number % len(PROTOCOLS)]))


@pytest.mark.parametrize(
    "kinds",
    [
        *AT_ONCE.values(),
        *(pytest.param([kind], marks=pytest.mark.slow) for kind in KINDS if kind != "manifests"),
    ],
    ids=[*AT_ONCE, *(kind for kind in KINDS if kind != "manifests")],
)
def test_a_file_that_is_a_pickle_does_nothing(cache, guarded, monkeypatch, kinds):
    marker = cache.root / "marker"
    for kind in kinds:
        plant(sorted(cache.root.glob(KINDS[kind])), marker)
    use_everything(cache, guarded, monkeypatch)
    assert not marker.exists()


@pytest.mark.parametrize("lazy", [False, True])
def test_rows_that_are_a_pickle_under_a_digest_that_fits(cache, guarded, lazy):
    """Somebody who writes the digest anew too gets no further."""
    marker = cache.root / "marker"
    with guarded() as account:
        for manifest in Snapshots(account).all():
            side, path = Snapshots.paths(account, manifest)
            plant([path], marker)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            side.write_bytes(seal(replace(manifest, sha256=digest)))
        for name, before in cache.loaded.items():
            rows = getattr(ac, f"load_{name}")(account=account, progress=False, lazy=lazy)
            assert_frame_equal(rows.collect() if lazy else rows, before)
    assert not marker.exists()


ENVELOPES = {
    "as it is": lambda raw, kept: raw,
    "packed": lambda raw, kept: zlib.compress(raw),
    "in base 64": lambda raw, kept: zlib.compress(base64.b64encode(raw)),
    "as the body": lambda raw, kept: zlib.compress(
        json.dumps({**kept, "_content": base64.b64encode(zlib.compress(raw)).decode()}).encode()
    ),
    "as the body, not packed": lambda raw, kept: zlib.compress(
        json.dumps({**kept, "_content": base64.b64encode(raw).decode()}).encode()
    ),
}


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_a_page_that_is_a_pickle_does_nothing(cache, guarded, envelope):
    marker = cache.root / "marker"
    (path,) = cache.folder.glob("journals/contact_lists/*/*.sqlite")
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT key, value FROM responses").fetchall()
        assert rows
        for number, (key, value) in enumerate(rows):
            raw = pickle.dumps(Bomb(str(marker)), PROTOCOLS[number % len(PROTOCOLS)])
            planted = ENVELOPES[envelope](raw, json.loads(zlib.decompress(value)))
            database.execute("UPDATE responses SET value = ? WHERE key = ?", (planted, key))
        database.commit()
    with guarded() as account:
        found = ac.load_contact_lists(account=account, progress=False)
        assert not marker.exists()
        shutil.rmtree(account.folder)
        assert_frame_equal(found, ac.load_contact_lists(account=account, progress=False))
    assert not marker.exists()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_such_a_pickle_works_where_it_is_opened(tmp_path, protocol):
    """The test of the tests: what is planted would do something, in the library's own way too."""
    requests_cache = pytest.importorskip("requests_cache")
    pickle.loads(pickle.dumps(Bomb(str(tmp_path / "marker")), protocol))
    assert (tmp_path / "marker").is_dir()
    bomb = pickle.dumps(Bomb(str(tmp_path / "second")), protocol)
    with requests_cache.CachedSession(tmp_path / "a", backend="sqlite") as session:
        session.cache.responses.bulk_delete([])
        with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
            database.execute("INSERT INTO responses (key, value) VALUES ('k', ?)", (bomb,))
            database.commit()
        with suppress(Exception):
            session.cache.get_response("k")
    assert (tmp_path / "second").is_dir()
