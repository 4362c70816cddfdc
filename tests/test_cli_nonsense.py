"""Each option and argument of each command, given nonsense: exit code 2, one line, the remedy.

The cases are made from the commands themselves: a new option is covered as it is added.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import pytest
import typer

import actoolkit as ac
from actoolkit import cli

WORDS = {
    "choice": ["nonsense", "", "TINY ", "\U0001f643"],
    "int": ["x", "-1", "1e3", "", "1.5", "9" * 400],
    "float": ["x", "-1", "nan", "inf", "-inf", "1e999", ""],
    "date": ["x", "2026-02-30", "0000-00-00", "", "2026-06-30; rm"],
    "path": ["no/such/folder/x", "/dev/null/x", "file/x", "x" * 300 + "/x", "", ".", "..", "/"],
    "text": ["nonsense \u202e", "", "\U0001f643", "../..", "a\nb", "x" * 5000, "=1+1"],
}


def commands(command=None, path=()):
    command = command or typer.main.get_command(cli.app)
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from commands(child, (*path, name))


def kind(parameter):
    if "YYYY" in (parameter.metavar or ""):
        return "date"
    for name, wanted in (("choice", Enum), ("int", int), ("float", float), ("path", Path)):
        if isinstance(parameter.default, wanted):
            return name
    return "path" if parameter.name in ("folder", "notebook", "output", "path") else "text"


def required(command, but=None):
    """What a command cannot go without."""
    given = {
        "folder": "folder",
        "email": "ada@example.org",
        "url": "https://you.api-us1.com",
        "notebook": "file",
    }
    return [
        given[one.name]
        for one in command.params
        if one.required and one.param_type_name == "argument" and one.name != but
    ]


def made(words):
    """A folder that is there, or that a command makes, is no nonsense."""
    return words[:-1] == ("notebooks",) and words[-1] in ("no/such/folder/x", "", ".", "..", "/")


def cases():
    for path, command in commands():
        yield (*path, *required(command), "--nonsense")
        yield (*path, *required(command), *("x" * 3 for _ in range(9)), "--nonsense")
        for parameter in command.params:
            flag = getattr(parameter, "is_flag", False)
            if parameter.param_type_name == "argument":
                words = [one for one in WORDS[kind(parameter)] if not made((*path, one))]
                yield from ((*path, *required(command, parameter.name), word) for word in words)
                continue
            for option in parameter.opts:
                if flag and option.startswith("--"):
                    yield (*path, *required(command), f"{option}=maybe")
                elif not flag:
                    yield (*path, *required(command), option)
                    for word in WORDS[kind(parameter)]:
                        yield (*path, *required(command), option, word)
    for word in WORDS["text"]:
        yield ("--profile", word, "doctor")
        yield (word,)


def sandboxed(words):
    """With an account, where a command looks at the words only then."""
    path = words[:1]
    return (
        (*path, "--sandbox", *words[1:]) if path in (("report",), ("sync",), ("plan",)) else words
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    with ac.sandbox_account("tiny", cache_dir=tmp_path_factory.mktemp("cache")) as account:
        ac.report(account=account, progress=False)
        yield account


@pytest.fixture
def run(loaded, monkeypatch, tmp_path, capsys):
    @contextmanager
    def account(**_asked):
        yield loaded

    monkeypatch.setattr(cli, "_account", account)
    monkeypatch.setattr("actoolkit.settings.Account.from_env", lambda: loaded)
    monkeypatch.setattr("actoolkit.sandbox.serve", lambda *args, **more: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")

    def with_words(words):
        before = dict(os.environ)
        monkeypatch.setattr(sys, "argv", ["actoolkit", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        capture = capsys.readouterr()
        for name in set(os.environ) - set(before):
            monkeypatch.delenv(name)
        return left.value.code, capture.out, capture.err

    return with_words


CASES = sorted({sandboxed(case) for case in cases()})


def test_there_is_one_for_each_command():
    covered = {case[: len(path)] for path, _ in commands() for case in CASES}
    assert {path for path, _ in commands()} <= covered
    assert len(CASES) > 150


@pytest.mark.parametrize(
    "words", CASES, ids=lambda words: " ".join(words)[:60].encode("unicode_escape").decode()
)
def test_nonsense_is_one_line_that_says_what_to_do(run, words, tmp_path):
    code, out, err = run(words)
    assert code == 2, (code, out[-300:], err[-300:])
    assert len(err.strip().splitlines()) == 1, err
    assert err.startswith("actoolkit: ")
    assert out == ""
    assert err.strip()[-1] not in ":,"
    assert len(err) < 1500
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
    assert (tmp_path / "file").read_text() == "mine"
