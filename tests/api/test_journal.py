"""The page journal: the very bytes, only verified ones, private, and never a hang."""

from __future__ import annotations

import base64
import json
import os
import random
import sqlite3
import stat
import threading
import zlib
from contextlib import suppress

import pytest

from actoolkit import errors
from actoolkit.api.journal import TOKEN_HEADERS, Journal, open_cached_session
from actoolkit.api.private import private_file
from actoolkit.api.reader import Reader

TOKEN = "test-CANARY-5f3a9c"
BODY = '{"lists": [{"id": "1", "name": "Ä \\u00e9 1.0"}],  "meta": {"total": "1"}}\n'.encode()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "account" / "journal"


@pytest.fixture
def journal(folder):
    with Journal(folder, "g1") as made:
        yield made


def test_the_very_bytes_come_back(journal):
    bodies = [BODY, b"{}", b'{"a": "\\ud83d\\ude00"}', json.dumps({"x": "y" * 300_000}).encode()]
    for number, body in enumerate(bodies):
        journal.put(f"k{number}", body, {"date": "now", "set-cookie": "x", "content-type": "t"})
    for number, body in enumerate(bodies):
        assert journal.get(f"k{number}") == (body, {"date": "now", "content-type": "t"})
    assert journal.get("unknown") is None
    assert journal.pages == len(bodies)


def test_the_same_question_twice_is_two_pages(journal):
    one, two = (journal.key("/lists", {"a": "1", "b": "2"}) for _ in range(2))
    assert one != two
    assert journal.key("/lists", {"a": "1"}) != one
    assert journal.key("/list", {"a": "1", "b": "2"}) != one


def test_a_load_that_was_killed_goes_on_and_pages_of_two_moments_never_mix(
    stub, reader, folder, wire
):
    stub.serve = wire.rows(450, "contacts")
    with Journal(folder, "g1") as journal:
        pages = iter(reader.walk("contacts", journal=journal))
        first = [next(pages).keys for _ in range(3)]
    assert len(stub.requests) == 3
    stub.serve = wire.rows(470, "contacts")  # the account lives on
    with Journal(folder, "g1") as journal:
        walk = reader.walk("contacts", journal=journal)
        pages = list(walk)
        assert [page.keys for page in pages[:3]] == first
        assert len(stub.requests) == 6
        assert walk.outcome.requests == 6
    assert {key for page in pages for key in page.keys} == {str(n) for n in range(1, 471)}
    with Journal(folder, "g2") as journal:
        assert len(next(iter([*reader.walk("contacts", journal=journal)])).keys) == 100
        assert len(stub.requests) == 12
    assert Journal.generations(folder) == ["g1", "g2"]


def test_only_verified_answers_enter(stub, reader, journal, wire):
    from actoolkit.api.endpoints import ENDPOINTS

    poison = [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'{"errors": [1]}',
        b'{"meta": {}}',
        b'{"lists": [{}]}',
        b"{",
    ]
    for body in poison:
        stub.script.extend([wire.http(200, body)] * 6)
        with pytest.raises(errors.MalformedResponse):
            reader.page(ENDPOINTS["lists"], {}, journal=journal)
    for status in (302, 400, 404, 500):
        stub.script.clear()
        stub.script.extend([wire.http(status, BODY)] * 6)
        with pytest.raises(errors.ApiError):
            reader.page(ENDPOINTS["lists"], {}, journal=journal)
    assert journal.pages == 0


def test_a_page_that_no_longer_passes_its_check_is_asked_for_again(stub, reader, folder, wire):
    from actoolkit.api.endpoints import ENDPOINTS

    with Journal(folder, "g1") as journal:
        journal.put(journal.key("/lists", {}), b'{"other": []}', {})
    stub.script.append(wire.http(200, BODY))
    with Journal(folder, "g1") as journal:
        assert reader.page(ENDPOINTS["lists"], {}, journal=journal).keys == ("1",)


def every_byte(folder):
    """All bytes of all files, and what is compressed in them."""
    raw = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for path in folder.rglob("*.sqlite"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            for (value,) in connection.execute("SELECT value FROM responses"):
                kept = zlib.decompress(value)
                body = base64.b64decode(json.loads(kept)["_content"])
                raw += kept + body
                with suppress(zlib.error):  # what a plain request of the library kept
                    raw += zlib.decompress(body)
        connection.close()
    return raw


def test_the_token_is_in_no_file(stub, account, pace, folder, wire):
    stub.serve = wire.rows(250)
    with Reader(account, pace=pace) as reader, Journal(folder, "g1") as journal:
        list(reader.walk("lists", journal=journal))
        assert journal.pages > 2
        found = every_byte(folder)
        assert b'"lists"' in found
        assert TOKEN.encode() not in found
        assert stub.url.encode() not in found


@pytest.mark.parametrize("name", TOKEN_HEADERS)
def test_even_a_plain_cached_request_would_not_store_the_token(stub, folder, name, wire):
    folder.mkdir(parents=True)
    stub.serve = lambda query: {"ok": 1}
    session = open_cached_session(private_file(folder / "x.sqlite"))
    session.get(stub.url, headers={name: TOKEN}, params={"api_key": TOKEN}, timeout=5)
    assert session.get(
        stub.url, headers={name: TOKEN}, params={"api_key": TOKEN}, timeout=5
    ).from_cache
    session.post(stub.url, timeout=5)
    assert len(stub.requests) == 2
    assert TOKEN.encode() not in every_byte(folder)
    assert session.settings.stale_if_error is False
    assert session.trust_env is False
    session.close()
    session.cache.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_files_are_private_at_any_umask(folder, umask):
    before = os.umask(umask)
    try:
        journal = Journal(folder, "g1")
        journal.put("k", BODY, {})
    finally:
        os.umask(before)
    paths = [folder, *folder.rglob("*")]
    assert any(path.name.endswith("-wal") for path in paths)
    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    journal.close()


def test_another_process_on_the_same_load_is_waited_for_and_told(folder, journal):
    with pytest.raises(errors.StoreLocked, match=r"g1\.sqlite"):
        Journal(folder, "g1", patience=0.05)
    with Journal(folder, "g2", patience=0.05):
        pass


def test_a_program_that_locks_the_file_does_not_hang_us(folder):
    with Journal(folder, "g1", patience=0.05) as journal:
        journal.put("k", BODY, {})
        foreign = sqlite3.connect(journal.path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(errors.StoreLocked):
            journal.put("k2", BODY, {})
        assert journal.get("k")[0] == BODY
        foreign.execute("ROLLBACK")
        journal.put("k2", BODY, {})
        foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.StoreLocked):
        Journal(folder, "g1", patience=0.05)
    foreign.close()
    with Journal(folder, "g1", patience=0.05) as journal:
        assert journal.pages == 2


def test_a_full_disk_is_told(folder):
    with Journal(folder, "g1") as journal:
        journal.put("k", BODY, {})
        with journal._cache.responses.connection() as connection:
            connection.execute("PRAGMA max_page_count = 8")
        noise = random.Random(1).randbytes(200_000).hex().encode()
        with pytest.raises(errors.StoreFull, match="Make room"):
            journal.put("k2", noise, {})
        assert journal.get("k")[0] == BODY


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_read_only_folder_is_told(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    with pytest.raises(errors.StoreFull):
        Journal(folder, "g1")


def damaged_copies(whole):
    chance = random.Random(7)
    for _ in range(60):
        position = chance.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[position] ^= 1 << chance.randrange(8)
        yield bytes(flipped)
    for _ in range(12):
        yield whole[: chance.randrange(len(whole))]
    yield from (b"", b"not a database at all" * 500, b"\0" * len(whole))


def test_no_damage_is_ever_read_as_data(folder):
    with Journal(folder, "g1") as journal:
        for number in range(20):
            journal.put(f"k{number}", BODY + b" " * number, {})
        path = journal.path
    whole = path.read_bytes()
    assert not path.with_name(path.name + "-wal").exists()
    found = lost = 0
    for copy in damaged_copies(whole):
        path.write_bytes(copy)
        with Journal(folder, "g1") as journal:
            for number in range(20):
                kept = journal.get(f"k{number}")
                assert kept is None or kept[0] == BODY + b" " * number
                found, lost = found + (kept is not None), lost + (kept is None)
            journal.put("fresh", BODY, {})
            assert journal.get("fresh")[0] == BODY
    assert found > 300
    assert lost > 200


def test_a_damaged_file_is_put_aside(folder):
    with Journal(folder, "g1") as journal:
        path = journal.path
    path.write_bytes(b"rubbish" * 1000)
    with Journal(folder, "g1") as journal:
        assert journal.pages == 0
    assert path.with_name("g1.sqlite.damaged").read_bytes().startswith(b"rubbish")


def test_dropping_a_load_leaves_nothing(folder):
    journal = Journal(folder, "g1")
    journal.put("k", BODY, {})
    journal.drop()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "a.b", "-x", "x" * 65, "a'b"])
def test_generations_are_plain_names(folder, name):
    with pytest.raises(errors.InvalidArgument):
        Journal(folder, name)


def test_requests_on_their_way_may_outlive_the_journal(folder):
    for round_ in range(20):
        journal = Journal(folder, f"g{round_}")
        begun = threading.Barrier(5)

        def work(journal=journal, begun=begun):
            begun.wait()
            for number in range(50):
                journal.put(f"k{number}", BODY, {})
                kept = journal.get(f"k{number}")
                assert kept is None or kept[0] == BODY

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        begun.wait()
        journal.close() if round_ % 2 else journal.drop()
        for thread in threads:
            thread.join()
        assert journal.get("k0") is None
