"""Walks into errors of the machine, of its disks and of what is written, as a user walks."""

from __future__ import annotations

import errno
import os
import runpy
import socket
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.api.journal import Journal
from actoolkit.api.pacing import SharedPace
from actoolkit.cli import _look_into
from actoolkit.reports import export_notebook
from actoolkit.reports.blocks import Note
from actoolkit.reports.document import Report, Section
from actoolkit.reports.printing import print_pdf
from actoolkit.sandbox.session import listen
from actoolkit.store import holding

ROOT = Path(__file__).parents[2]
said = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("said.py"))))
told, diagnosed, at = said.told, said.diagnosed, said.at

MET, met = said.collection()


# This machine


@met
def old_python(place, patch):
    code = "import sys; sys.version_info = (3, 10, 13, 'final', 0); import actoolkit"
    asked = [sys.executable, "-c", code]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stderr


@met
def journal_on_a_full_disk(place, patch):
    with Journal(place, "one") as journal:
        with journal._cache.responses.connection() as file:
            file.execute("PRAGMA max_page_count=1")  # SQLite's own way to a full disk
        return told(lambda: journal.put(journal.key("/lists", {}), os.urandom(10**5), {}))


@met
def little_room(place, patch):
    import shutil

    usage = shutil.disk_usage(place)
    patch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**6))
    return diagnosed(at(place, "http://127.0.0.1:1"))


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


page = partial(Report, title="A report", account="you", period="2026", as_of="now")


@met
def report_on_a_full_disk(place, patch):
    patch.setattr(os, "fsync", full)
    return told(lambda: page().save(place / "report.html"))


@met
def cache_below_a_file(place, patch):
    (place / "file").touch()
    return diagnosed(at(place / "file", "http://127.0.0.1:1"))


@met
def cache_behind_a_circle(place, patch):
    (place / "circle").symlink_to(place / "circle")
    return diagnosed(at(place / "circle", "http://127.0.0.1:1"))


@met
def cache_that_cannot_be_made(place, patch):
    made = Path.mkdir

    def refuse(self, *args, **options):
        if "127.0.0.1" in self.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        made(self, *args, **options)

    patch.setattr(Path, "mkdir", refuse)
    return diagnosed(at(place, "http://127.0.0.1:1"))


@met
def cache_that_others_write_to(place, patch):
    account = at(place, "http://127.0.0.1:1")
    account.folder.mkdir()
    account.folder.chmod(0o777)
    return diagnosed(account)


@met
def cache_in_a_place_of_others(place, patch):
    account = at(place, "http://127.0.0.1:1")
    account.folder.parent.chmod(0o777)
    return diagnosed(account)


@met
def cache_of_somebody_else(place, patch):
    account = at(place, "http://127.0.0.1:1")
    account.folder.mkdir(mode=0o700)
    another = os.getuid() + 1
    patch.setattr(os, "getuid", lambda: another)
    return diagnosed(account)


@met
def lock_of_a_load(place, patch):
    with holding(place, "lists-all"):
        return told(lambda: holding(place, "lists-all", patience=0.0).__enter__())


@met
def lock_of_the_pace(place, patch):
    from filelock import FileLock

    pace = SharedPace(place / "pace" / "you.json", 5.0, patience=0.0)
    with FileLock(place / "pace" / "you.json.lock"):
        return told(pace.wait)


@met
def lock_of_a_journal(place, patch):
    with Journal(place, "one"):
        return told(lambda: Journal(place, "one", patience=0.0))


# What is written


@met
def frame_with_people(place, patch):
    frame = pl.DataFrame({"email": ["ada@example.org"]})
    return told(lambda: ac.to_csv(frame, place / "people.csv"))


@met
def report_with_an_address(place, patch):
    section = Section(id="one", title="One", blocks=[Note("Write to ada@example.org")])
    return told(page(sections=[section]).html)


@met
def notebook_with_an_address(place, patch):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    cell = nbformat.v4.new_markdown_cell("Write to ada@example.org")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), place / "my.ipynb")
    return told(lambda: export_notebook(place / "my.ipynb", place / "my.html", execute=False))


@met
def nowhere(place, patch):
    return told(lambda: _look_into(place / "nowhere"))


@met
def no_name(place, patch):
    return told(lambda: _look_into(place / ("x" * 300)))


@met
def pipe(place, patch):
    os.mkfifo(place / "report.html")
    return told(lambda: page().save(place / "report.html"))


@met
def no_temporary_folder(place, patch):
    patch.setattr(tempfile, "tempdir", str(place / "nowhere"))
    return told(lambda: ac.sandbox_account("tiny").start())


def printing(place, patch):
    browser = place / "browser"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o700)
    patch.setenv("ACTOOLKIT_BROWSER", str(browser))
    return told(lambda: print_pdf("page", place / "report.pdf"))


@met
def half_a_print(place, patch):
    return printing(place, patch)


@met
def no_folder_to_print_in(place, patch):
    patch.setattr(tempfile, "tempdir", str(place / "nowhere"))
    return printing(place, patch)


@met
def port_of_the_administrator(place, patch):
    def refused(*_):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    patch.setattr(socket.socket, "bind", refused)
    return told(lambda: listen(80))


@met
def full_output(place, patch):
    if not Path("/dev/full").is_char_device():
        pytest.skip("a device that is always full is Linux's own")
    with Path("/dev/full").open("w") as out:
        ran = subprocess.run(
            [sys.executable, "-m", "actoolkit", "--version"],
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    return ran.stderr
