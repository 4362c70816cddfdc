from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading

import pytest

from actoolkit.errors import StoreLocked
from actoolkit.store import holding

HOLD = textwrap.dedent("""
    import sys
    from pathlib import Path
    from actoolkit.store import holding
    with holding(Path(sys.argv[1]), "lists-all"):
        print("held", flush=True)
        sys.stdin.read()
""")


@pytest.fixture
def other(tmp_path):
    """A process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "account")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.communicate()


def test_a_bounded_wait_names_the_process(tmp_path, other):
    told = []
    with pytest.raises(StoreLocked, match=f"process {other.pid} on "):
        with holding(
            tmp_path / "account",
            "lists-all",
            patience=0.2,
            on_wait=lambda seconds, reason: told.append((seconds, reason)),
        ):
            pass
    ((seconds, reason),) = told
    assert seconds == 0.2
    assert str(other.pid) in reason


def test_the_lock_of_a_killed_process_is_free(tmp_path, other):
    other.kill()
    other.wait()
    with holding(tmp_path / "account", "lists-all", patience=5) as waited:
        assert waited in (True, False)


def test_what_a_killed_process_left_of_its_name_is_swept(tmp_path):
    locks = tmp_path / "account" / "locks"
    with holding(tmp_path / "account", "lists-all"):
        pass
    mine, other = "lists-all.owner.json.1a2b.part", "scores-all.owner.json.1a2b.part"
    for name in (mine, other):
        (locks / name).write_bytes(b"{")
    with holding(tmp_path / "account", "lists-all"):
        left = {path.name for path in locks.glob("*.part")}
    assert left == {other}  # its own lock is not held here


def test_waits_for_the_other_one(tmp_path, other):
    threading.Timer(0.2, other.stdin.close).start()
    with holding(tmp_path / "account", "lists-all", patience=30) as waited:
        assert waited
    other.stdin = None


@pytest.mark.parametrize(
    "junk", [b"", b"{", b'{"pid": 1, "host": "\xff"}', b'{"x": ' + b"[" * 200_000], ids=range(4)
)
def test_who_it_is_may_be_unreadable(tmp_path, other, junk):
    (signature,) = (tmp_path / "account" / "locks").glob("*.owner.json")
    signature.write_bytes(junk)
    with pytest.raises(StoreLocked, match="by another process"):
        with holding(tmp_path / "account", "lists-all", patience=0.0):
            pass


def test_other_queries_do_not_wait(tmp_path, other):
    with holding(tmp_path / "account", "lists-0123", patience=0) as waited:
        assert not waited


def test_threads_of_one_process_wait_too(tmp_path):
    inside = []

    def work():
        with holding(tmp_path / "account", "x", patience=30):
            inside.append(1)
            assert len(inside) == 1
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []


def test_leaves_no_signature(tmp_path):
    with holding(tmp_path / "account", "x"):
        (signature,) = (tmp_path / "account" / "locks").glob("*.owner.json")
        assert str(os.getpid()) in signature.read_text()
    assert not list((tmp_path / "account" / "locks").glob("*.owner.json"))
