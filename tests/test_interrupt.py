"""Ctrl-C while the command line is still being loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
sys.argv = ["actoolkit", *{words!r}]
from actoolkit.__main__ import run
run()
"""


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("actoolkit.cli", ["doctor"]),
        ("typer", ["--help"]),
        ("rich", ["report", "--sandbox"]),
        ("polars", ["report", "--sandbox"]),
        ("altair", ["report", "--sandbox"]),
        ("actoolkit.sandbox.server", ["report", "--sandbox"]),
    ],
)
def test_it_is_one_line_and_no_traceback(module, words, tmp_path):
    program = PROGRAM.format(module=module, words=words)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130, (done.returncode, done.stderr[-500:])
    assert done.stderr.startswith("Interrupted")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


LATE = """
import ctypes, sys
libc = ctypes.CDLL(None)
libc.on_exit(getattr(libc, "raise"), None)  # raises the signal of the exit code's number: 2, SIGINT
sys.argv = ["actoolkit", "report", "--since", "x"]
from actoolkit.__main__ import run
run()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="on_exit is glibc's own")
def test_one_that_comes_when_all_is_done_changes_nothing(tmp_path):
    done = as_module(tmp_path, LATE)
    assert done.returncode == 2, (done.returncode, done.stderr[-500:])
    assert done.stderr.startswith("actoolkit: ")


def test_one_that_comes_inside_an_exec_of_text_is_no_different(tmp_path):
    program = PROGRAM.replace("raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')")
    done = as_module(tmp_path, program.format(module="polars", words=["report", "--sandbox"]))
    assert done.returncode == 130, (done.returncode, done.stderr[-500:])
    assert done.stderr.count("\n") == 1


def as_module(folder, program):
    """Run as ``python -m``: Python then looks back, at its end, for interrupts that it saw."""
    (folder / "loader.py").write_text(program)
    command = [sys.executable, "-m", "loader"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


ASKED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
from actoolkit.__main__ import run
run()
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_who_asks_it_to_end_finds_no_temporary_folder(tmp_path, number):
    """`timeout`, systemd and a shutdown send SIGTERM, Ctrl-C sends SIGINT."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = ["report", "--sandbox", "--size", "tiny", "-o", str(tmp_path / "r.html")]
    running = subprocess.Popen(
        [sys.executable, "-c", ASKED, *words],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(temporary.rglob("*.parquet")):  # it has begun to load
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(number)
    said = running.communicate()[1]
    assert running.returncode == 128 + number
    assert said.splitlines()[-1].startswith("Interrupted. What was loaded is kept")
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"]
    assert list(temporary.iterdir()) == []


SLEEPING = """
import os, time
from pathlib import Path
Path("pid.part").write_text(str(os.getpid()))
Path("pid.part").rename("pid")
time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_while_a_notebook_runs_it_ends_the_kernel_and_is_no_different(tmp_path, number):
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("nbclient")
    cells = [nbformat.v4.new_code_cell(SLEEPING)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "mine.ipynb")
    running = subprocess.Popen(
        [sys.executable, "-c", ASKED, "export", "mine.ipynb", "-o", "mine.html"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "pid").exists():
        assert running.poll() is None
        time.sleep(0.01)
    kernel = int((tmp_path / "pid").read_text())
    running.send_signal(number)
    said = running.communicate()[1]
    assert running.returncode == 128 + number, said[-1000:]
    assert said.startswith("Interrupted. What was loaded is kept")
    assert said.count("\n") == 1
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.ipynb", "pid"}


WITHIN = """
import sys
from polars.datatypes import classes
def interrupted(*_args, **_more):
    raise KeyboardInterrupt
import actoolkit.loaders._fetch as fetching
def fetch(*_args, **_more):
    import polars as pl
    frame = pl.LazyFrame(schema={"at": pl.Datetime("us", "UTC")})
    classes.Datetime.__init__ = interrupted
    frame.collect_schema()  # Rust asks Python for the type
fetching.read = fetch
sys.argv = ["actoolkit", "report", "--sandbox"]
from actoolkit.__main__ import run
run()
"""


def test_one_that_polars_meets_is_no_different(tmp_path):
    done = as_module(tmp_path, WITHIN)
    assert done.returncode == 130, (done.returncode, done.stderr[-500:])
    assert "Interrupted. What was loaded is kept" in done.stderr
    assert 'File "<' not in done.stderr.rsplit("stack backtrace", maxsplit=1)[-1]
    assert not list(tmp_path.glob("*.html"))
