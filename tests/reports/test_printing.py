"""A print is whole or not at all, whatever the browser, the disks and the person at the keys do."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from actoolkit.errors import ReportError
from actoolkit.reports.document import Report
from actoolkit.reports.printing import print_pdf

WHOLE = "%PDF-1.4 some pages %%EOF"
PRINTS = f"printf %s '{WHOLE}' > report.pdf"

BESIDE = 'for one; do case $one in --print-to-pdf=*) one=${one#*=} && cd "${one%/*}";; esac; done'


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Stands for a browser: a line of shell, run where the print shall be."""
    (tmp_path / "temporary").mkdir()
    (tmp_path / "reports").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def does(line):
        program = tmp_path / "browser"
        program.write_text(f"#!/bin/sh\n{BESIDE}\n{line}\n")
        program.chmod(0o700)
        monkeypatch.setenv("ACTOOLKIT_BROWSER", str(program))
        return tmp_path / "reports" / "r.pdf"

    yield does
    assert not list((tmp_path / "temporary").iterdir())


def test_a_whole_print_is_written(browser):
    target = browser(PRINTS)
    assert print_pdf("page", target) == target
    assert target.read_text() == WHOLE


@pytest.mark.parametrize(
    "line",
    [":", ": > report.pdf", "echo %PDF-1.4 half a pa > report.pdf", "echo x > report.pdf"],
)
def test_half_a_print_is_none(browser, line):
    target = browser(line)
    target.write_text("before")
    with pytest.raises(ReportError, match=r"browser could not print.*no whole PDF\. .*TMPDIR"):
        print_pdf("page", target)
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_a_browser_that_fails_is_named(browser):
    target = browser("exit 3")
    with pytest.raises(ReportError, match=r"browser could not print the report: .* code 3"):
        print_pdf("page", target)
    assert not list(target.parent.iterdir())


def test_a_full_folder_of_reports_is_no_fault_of_the_browser(browser, monkeypatch):
    target = browser(PRINTS)
    target.write_text("before")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(ReportError, match=r"r.pdf' cannot be written: No space left\. Make room"):
        print_pdf("page", target)
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_a_full_temporary_folder_is_told(browser, monkeypatch):
    target = browser(PRINTS)

    def full(*_, **__):
        raise OSError(28, "No space left")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ReportError, match=r"temporary folder .*: No space left\. Set TMPDIR"):
        print_pdf("page", target)


def test_no_temporary_folder_is_told(browser, monkeypatch, tmp_path):
    target = browser(PRINTS)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ReportError, match="Set TMPDIR"):
        print_pdf("page", target)


@pytest.mark.parametrize("personal_data", [True, False])
def test_addresses_in_print_are_for_their_owner_alone(browser, personal_data):
    target = browser(PRINTS)
    target.touch()
    target.chmod(0o644)
    report = Report("R", "you.api-us1.com", "2026", "now", personal_data=personal_data)
    report.save_pdf(target)
    assert stat.S_IMODE(target.stat().st_mode) == (0o600 if personal_data else 0o644)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
def test_an_interrupt_ends_whatever_the_browser_began_and_leaves_nothing(browser, tmp_path):
    """Its child holds a pipe open for as long as it lives."""
    os.mkfifo(tmp_path / "alive")
    browser(f"touch $TMPDIR/mine; sleep 1000 > '{tmp_path}/alive' & echo > report.pdf; wait")
    program = (
        "import pathlib, sys; from actoolkit.reports.printing import print_pdf\n"
        "print_pdf('page', pathlib.Path(sys.argv[1]))"
    )
    printing = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "reports" / "r.pdf")],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )
    with (tmp_path / "alive").open("rb") as alive:  # waits until the child is there
        printing.send_signal(signal.SIGINT)
        assert alive.read() == b""  # until it is gone
    assert printing.wait() != 0
    assert not list((tmp_path / "reports").iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
def test_an_interrupt_while_the_browser_is_being_started_ends_it_too(browser, tmp_path):
    """It is there already, and the library has not handed it out yet."""
    os.mkfifo(tmp_path / "alive")
    browser(f"sleep 1000 > '{tmp_path}/alive' & wait")
    program = (
        "import os, pathlib, signal, subprocess, sys, time\n"
        "from actoolkit.reports.printing import print_pdf\n"
        "start = subprocess._fork_exec\n"
        "def interrupted(*words):\n"
        "    made = start(*words)\n"
        "    time.sleep(0.3)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return made\n"
        "subprocess._fork_exec = interrupted\n"
        "print_pdf('page', pathlib.Path(sys.argv[1]))"
    )
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "reports" / "r.pdf")],
            env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "KeyboardInterrupt" in ran.stderr
        assert os.read(alive, 1) == b""  # nobody holds it: else it would be "try again"
    finally:
        os.close(alive)


@pytest.mark.browser
def test_a_real_browser_prints_from_a_folder_with_a_long_name(tmp_path, monkeypatch, chromium):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert print_pdf("<p>page</p>", tmp_path / "r.pdf").stat().st_size > 1000
    assert not list(folder.iterdir())
