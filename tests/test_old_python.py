"""A Python that is too old is named at once, whichever way somebody comes: nothing else is said."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REQUIRED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "requires-python"
]
SENTENCE = f"actoolkit needs Python {REQUIRED.removeprefix('>=')} or newer; this is Python "
OLD = "import sys; sys.version_info = (3, 10, 13, 'final', 0); "
BUILD = "import hatchling.build, hatchling.metadata.core, hatchling.builders.wheel; "


def in_an_old_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "code",
    [
        "import actoolkit",
        "import actoolkit.cli",
        "from actoolkit import load_campaigns",
        "import runpy; runpy.run_module('actoolkit', run_name='__main__')",
    ],
)
def test_a_checkout_says_it_on_import(code):
    ran = in_an_old_python(OLD + code)
    assert ran.returncode == 1
    *_, last = ran.stderr.strip().splitlines()
    assert last.startswith(f"ImportError: {SENTENCE}3.10.13, {sys.executable}. ")
    assert "python3.11 -m venv" in last


@pytest.mark.parametrize("kind", ["wheel", "editable", "sdist"])
def test_pip_says_it_in_place_of_a_dependency_that_cannot_be_had(kind, tmp_path):
    """What builds ends with the sentence alone, which pip shows: no traceback around it."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    ran = in_an_old_python(f"{BUILD}{OLD}hatchling.build.build_{kind}({str(tmp_path)!r})")
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"{SENTENCE}3.10.13. ")
    assert "python3.11 -m venv .venv && .venv/bin/python -m pip install ." in ran.stderr
    assert len(ran.stderr.splitlines()) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["actoolkit/__init__.py", "hatch_build.py"])
def test_an_old_python_understands_what_says_it(name):
    """A syntax error would come before the sentence."""
    ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))
