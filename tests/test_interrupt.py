"""Ctrl-C while the command line is still being loaded."""

from __future__ import annotations

import subprocess
import sys

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
