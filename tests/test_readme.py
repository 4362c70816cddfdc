"""The README's promises of set-up and notebooks are kept."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_two_commands_are_those_that_guard_main():
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    guard = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python -m pip install . && actoolkit report --sandbox -o report.html" in shell
    assert 'python -m pip install -e ".[test]" && python -m pytest' in shell
    assert 'python -m pip install -q -e ".[test]" && python -m pytest' in guard
    assert "python -m pip install -q . && actoolkit report --sandbox -o" in guard


def test_every_prebuilt_notebook_is_in_the_table():
    named = set(re.findall(r"`(\d\d_\w+)`", README))
    assert named == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
