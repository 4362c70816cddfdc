"""Standard streams that are closed, full, or know few characters: never a traceback, a true exit code."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ACCOUNT = {"ACTIVECAMPAIGN_URL": "http://127.0.0.1:1", "ACTIVECAMPAIGN_API_TOKEN": "test-x"}

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def run(words, redirected, folder, **environment):
    line = f"{shlex.join([sys.executable, '-m', 'actoolkit', *words])} {redirected}"
    cache = {"ACTOOLKIT_CACHE_DIR": str(folder / "cache"), **ACCOUNT}
    return subprocess.run(
        ["sh", "-c", line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **cache, **environment},
        check=False,
    )


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["cache", "info"]])
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_error(tmp_path, words, closed):
    done = run(words, closed, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_with_nobody_to_ask_that_is_said(tmp_path):
    done = run(["cache", "clear"], "<&-", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "actoolkit: Nobody can be asked here. Add --yes.\n",
    )


def test_a_report_needs_nobody_to_listen(tmp_path):
    words = ["report", "--sandbox", "--size", "tiny", "-o", "r.html"]
    done = run(words, ">&- 2>&-", tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8").endswith("</html>")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no full device here")
@pytest.mark.parametrize("words", [["--version"], ["cache", "info"], ["notebooks", "mine"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_standard_output_is_one_line_and_exit_code_1(tmp_path, words, unbuffered):
    done = run(words, "> /dev/full", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    (line,) = [one for one in done.stderr.splitlines() if not one.startswith("Open them:")]
    assert line.startswith("actoolkit: ")
    assert "No space left on device" in line


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no full device here")
def test_a_full_standard_error_changes_no_exit_code(tmp_path):
    assert run(["--version"], "2> /dev/full", tmp_path).returncode == 0
    assert run(["--nonsense"], "2> /dev/full", tmp_path).returncode == 2


@pytest.mark.parametrize("words", [["--version"], ["cache", "info"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough_is_not_told_of_it(tmp_path, words, unbuffered):
    done = run(words, "| true", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (0, "")


def test_characters_that_the_stream_lacks_are_spelled(tmp_path):
    name = "caf\N{LATIN SMALL LETTER E WITH ACUTE}.html"
    words = ["report", "--sandbox", "--size", "tiny", "-o", name]
    done = run(words, "", tmp_path, PYTHONIOENCODING="ascii:strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Wrote caf\\xe9.html (")
    assert (tmp_path / name).exists()


def test_an_error_that_nobody_foresaw_is_one_line(monkeypatch, capsys):
    from actoolkit import cli

    def fails(**_):
        raise PermissionError(13, "Permission denied", "/closed/r.html")

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as left:
        cli.main()
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert said == (
        "actoolkit: /closed/r.html cannot be used: Permission denied. "
        "Mend that, then run the same command again.\n"
    )
