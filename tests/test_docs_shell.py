"""What the pages tell to type works: each block is run, or is listed with the place that runs it."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import typer

import actoolkit as ac
from actoolkit.cli import app

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "benchmarks" / "README.md"])
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCES = [(name, *found) for name, text in TEXTS.items() for found in FENCE.findall(text)]
PROSE = {name: FENCE.sub("", text) for name, text in TEXTS.items()}
INLINE = sorted({one for text in PROSE.values() for one in re.findall(r"`([^`\n]+)`", text)})

BLOCKS = {
    f"{name}: {code.splitlines()[0][:50]}": code
    for name, language, code in FENCES
    if language == "sh"
}
ELSEWHERE = {
    "python -m pip install . && actoolkit report --sandbox -o report.html": (
        'python -m pip install -q . && actoolkit report --sandbox -o "$scratch/report.html"'
    ),
    'python -m pip install -e ".[test]" && python -m pytest': (
        'python -m pip install -q -e ".[test]" && python -m pytest'
    ),
    'python -m pip install -e ".[dev]"\npython -m pytest': (
        "python -m pip install -q --no-deps --no-build-isolation -e ."
    ),
}
"""Blocks that take too long here, and the line of ``.ci/run`` that runs each of them."""

CRON = re.compile(r"(?:[\d*/,-]+ +){4}[\d*/,-]+ .*")
CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def is_cron(code: str) -> bool:
    return all(CRON.fullmatch(line) for line in code.splitlines())


def test_every_block_is_of_a_kind_that_some_test_looks_at():
    """Python runs in test_docs; the gallery's specifications and pictures have tests of their own."""
    kinds = {language for _, language, code in FENCES if not (language == "" and is_cron(code))}
    assert kinds == {"python", "sh", "text", ""}
    assert {name for name, language, _ in FENCES if language == "text"} == {"docs/gallery.md"}
    (diagram,) = [code for _, language, code in FENCES if language == "" and not is_cron(code)]
    assert diagram.startswith("cli · doctor")


def test_what_is_not_run_here_is_a_block_that_the_gate_runs():
    gate = [line.strip() for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()]
    assert set(ELSEWHERE) <= {code.strip() for code in BLOCKS.values()}
    assert not [line for line in ELSEWHERE.values() if line not in gate]


RUN = """
import sys
from actoolkit.settings import Account
Account.__init__.__kwdefaults__["rate"] = 1000.0  # the sandbox is asked, and may be quickly
from actoolkit.__main__ import run
sys.argv[0] = "actoolkit"
run()
"""
KEYRING = """
import json, pathlib
from keyring.backend import KeyringBackend

FILE = pathlib.Path(__file__).with_name("kept.json")

class Kept(KeyringBackend):
    priority = 9

    def _all(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        FILE.write_text(json.dumps(self._all() | {f"{service} {username}": password}))

    def delete_password(self, service, username):
        FILE.write_text(json.dumps({k: v for k, v in self._all().items() if username not in k}))
"""
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": "1 + 1",
        }
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def served():
    session = ac.sandbox_account("tiny")
    yield session.start()
    session.stop()


@pytest.fixture
def terminal(served, tmp_path):
    """A shell in an empty folder that knows four commands; gives its answer and its errors.

    ``actoolkit`` is the real one. ``python`` writes down what it is asked for, as nothing is to be
    installed here; ``jupyter`` does what a person does in it: it leaves a notebook.
    """
    if shutil.which("bash") is None:
        pytest.skip("the pages' blocks are for bash, which is not installed here")
    commands, folder = tmp_path / "bin", tmp_path / "here"
    commands.mkdir()
    folder.mkdir()
    (tmp_path / "run.py").write_text(RUN)
    (tmp_path / "file_keyring.py").write_text(KEYRING)
    (tmp_path / "my.ipynb").write_text(json.dumps(NOTEBOOK))
    (tmp_path / "asked").touch()
    scripts = {
        "actoolkit": f'exec {shlex.quote(sys.executable)} {shlex.quote(str(tmp_path))}/run.py "$@"',
        "python": f'echo "$*" >> {shlex.quote(str(tmp_path))}/asked',
        "jupyter": f'/bin/cp {shlex.quote(str(tmp_path))}/my.ipynb "$2"',
    }
    for name, line in scripts.items():
        (commands / name).write_text(f"#!/bin/sh\n{line}\n")
        (commands / name).chmod(0o700)

    def run(code):
        code = re.sub(r"https://[\w.-]+\.api-us1\.com", served.url, code)
        code = re.sub(r"(API_TOKEN\w*)=\.\.\.", r"\1=test-sandbox", code)
        for name in re.findall(r"actoolkit export (\w+\.ipynb)", code):
            shutil.copy(tmp_path / "my.ipynb", folder / name)
        person, screen = os.openpty()
        shell = subprocess.Popen(
            [shutil.which("bash"), "-euo", "pipefail", "-c", code],
            cwd=folder,
            env={
                **os.environ,
                "PATH": str(commands),
                "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
                "PYTHON_KEYRING_BACKEND": "file_keyring.Kept",
            },
            stdin=screen,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        try:
            while "account remember" in code and shell.poll() is None:
                os.write(person, b"test-sandbox\n")  # what came before the question is not read
                time.sleep(0.1)
            said, wrong = shell.communicate()
        finally:
            os.close(person)
            os.close(screen)
        return subprocess.CompletedProcess(code, shell.returncode, said, wrong)

    run.folder, run.asked = folder, tmp_path / "asked"
    return run


def installs(words: str) -> None:
    """Check a command that installs from the project's folder: what it names is there.

    By its name alone an index would give a package of the same name that is somebody else's.
    """
    found = re.fullmatch(r"-m pip install (?:-e )?\.(?:\[([a-z,]+)\])?", words)
    assert found, f"not known here: python {words}"
    assert set(filter(None, (found[1] or "").split(","))) <= set(EXTRAS), words


@pytest.mark.parametrize(
    "place", [one for one, code in BLOCKS.items() if code.strip() not in ELSEWHERE]
)
def test_a_block_runs_as_it_stands(terminal, place):
    code = BLOCKS[place]
    if "actoolkit export" in code:
        pytest.importorskip("nbclient", reason="nbclient is not installed")
        pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    if "account remember" in code:
        pytest.importorskip("keyring", reason="keyring is not installed")
    ran = terminal(code)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert not ran.stdout or "FAIL" not in ran.stdout
    for path in re.findall(r" -o (\S+)", code):
        assert (terminal.folder / path).stat().st_size > 10_000
    for path in re.findall(r"actoolkit notebooks (\S+)", code):
        assert len(list((terminal.folder / path).glob("0*.ipynb"))) == 6
    installed = terminal.asked.read_text().splitlines()
    for words in installed:
        installs(words)
    assert len(installed) == len(re.findall(r"^python ", code, re.MULTILINE))


def test_a_shell_of_these_tests_knows_no_other_command(terminal):
    assert terminal("curl https://example.org").returncode == 127
    assert terminal("actoolkit doctor --nonsense").returncode == 2


def named_commands() -> list[str]:
    """Command lines in prose, and those of the blocks that are listed."""
    lines = [one for one in INLINE if one.startswith("actoolkit ")]
    lines += [line for code in ELSEWHERE for line in re.split(r" && |\n", code)]
    return sorted({one for one in lines if one.startswith("actoolkit ")})


def parsed(line: str) -> dict[str, object]:
    """What the command line itself makes of a command line; nothing is run.

    Raises:
        Exception: It takes no such command, option, value or number of words.
    """
    command, words = typer.main.get_command(app), shlex.split(line, comments=True)[1:]
    context = command.make_context("actoolkit", words)
    words = [*getattr(context, "_protected_args", ()), *context.args]
    while hasattr(command, "commands") and words:
        _, command, words = command.resolve_command(context, words)
        context = command.make_context(command.name, words, parent=context)
        words = [*getattr(context, "_protected_args", ()), *context.args]
    return context.params


@pytest.mark.parametrize("line", named_commands())
def test_a_command_in_prose_is_one(line):
    if line.endswith(("cache", "account remember | forget", "account remember", "export")):
        line += " --help"  # named, not told to type
        command = typer.main.get_command(app)
        for word in line.split()[1:-1]:
            if word != "|":
                command = getattr(command, "commands", {}).get(word, command)
        assert command.name in line
        return
    choices = re.search(r" \[([\w|]+)\]", line)
    for one in choices[1].split("|") if choices else [""]:
        parsed(line.replace(choices[0], f" {one}") if choices else line)


CRON_LINES = [line for _, _, code in FENCES if is_cron(code) for line in code.splitlines()]


@pytest.mark.parametrize("line", CRON_LINES)
def test_a_line_for_cron_is_one_and_its_commands_are(line):
    *fields, rest = re.split(r" +", line, maxsplit=5)
    for field, (least, most) in zip(fields, CRON_RANGES, strict=True):
        for number in re.findall(r"\d+", field):
            assert least <= int(number) <= most, field
        assert re.fullmatch(r"\*(/\d+)?|\d+([,-]\d+)*", field), field
    assert "%" not in rest, "a line of cron ends at %"
    change, *commands = rest.split(" && ")
    assert re.fullmatch(r"cd /\S+", change), "cron begins in the home folder"
    assert commands
    for command in commands:
        words = shlex.split(command)
        if words[0].endswith("bin/actoolkit"):
            assert words[0] == ".venv/bin/actoolkit"
            assert parsed(command)["quiet"] is True, "cron writes a mail about each line"
        else:
            assert words[0] in ("bash", "git"), f"not known here: {command}"
            assert words[0] == "git" or (ROOT / words[1]).exists()


def test_there_are_lines_for_cron():
    assert len(CRON_LINES) >= 3


PATHS = re.compile(r"(?:\.ci|actoolkit|benchmarks|docs|notebooks|requirements|tests)/[\w./-]*")


def test_paths_that_are_named_are_there():
    named = {one for one in INLINE if PATHS.fullmatch(one)}
    named |= {one for one in INLINE if re.fullmatch(r"[\w-]+\.(?:toml|yml)", one)}
    folders = {one for one in INLINE if re.fullmatch(r"[a-z]+/(?:\w+\.py)?", one)} - named
    named |= {f"actoolkit/{one}" for one in folders}
    assert len(named) > 20
    assert not [one for one in named if not (ROOT / one).exists()]


@pytest.mark.parametrize(
    "line", [one for one in INLINE if re.match(r"(?:python|bash|conda) ", one)]
)
def test_another_command_in_prose_is_one(line):
    words = shlex.split(line)
    match words:
        case ["python", "-m", "pip", *_]:
            installs(" ".join(words[1:]))
        case ["python", "-m", "pytest", *rest]:
            assert not [one for one in rest if "/" in one and not (ROOT / one).exists()]
        case ["python", "-m", module]:
            assert importlib.util.find_spec(module)
        case ["python" | "bash", path, *rest]:
            source = (ROOT / path).read_text(encoding="utf-8")
            assert not [one for one in rest if one.startswith("-") and f'"{one}"' not in source]
        case ["conda", "env", "create", "-f", path]:
            assert (ROOT / path).exists()
        case _:
            pytest.fail(f"not known here: {line}")


def test_extras_that_are_named_are_there():
    """On the pages, and in what the package says itself."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "actoolkit").rglob("*.py")]
    told = "\n".join([*TEXTS.values(), *sources])
    named = set(re.findall(r"(?:actoolkit|\.)\[([a-z]+)\]", told))
    named |= set(re.findall(r"`(\w+)` extra", told))
    named |= set(re.findall(r'MissingExtra\([^()]*"(\w+)"\)', told))
    assert {"lab", "excel", "keyring", "locale", "spark", "notebook"} <= named
    assert named <= set(EXTRAS)
