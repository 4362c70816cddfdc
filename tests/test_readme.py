"""The README's promises of set-up and notebooks are kept."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import typer

from actoolkit.cli import app

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


def test_the_line_for_cron_is_a_quiet_report_of_the_command_line():
    (line,) = re.findall(r"(?m)^(?:[\d*]+ ){5} ?.*actoolkit (.+)$", README)
    subject, *words = shlex.split(line)
    assert subject == "report"
    command = typer.main.get_command(app).commands["report"]
    given = command.make_context("report", words).params
    assert given["quiet"] is True
    assert str(given["output"]) == "weekly.html"
