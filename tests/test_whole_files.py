"""What stands where a person says that a file shall be: links, pipes, devices, modes, half a file."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.errors import ExportError, ReportError
from actoolkit.reports import export_notebook
from actoolkit.reports.document import Report

NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def report(path, personal_data=False):
    made = Report("R", "you.api-us1.com", "2026", "now", personal_data=personal_data)
    return made.save(path)


def notebook(path, personal_data=False):
    source = path.with_name("my.ipynb")
    source.write_text(NOTEBOOK)
    try:
        return export_notebook(source, path, execute=False, personal_data=personal_data)
    finally:
        source.unlink()


def frame(path, personal_data=False):
    return ac.to_csv(pl.DataFrame({"a": [1]}), path, personal_data=personal_data)


WRITERS = pytest.mark.parametrize("write", [report, notebook, frame])


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(bits):
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


@WRITERS
@pytest.mark.parametrize("bits", [0o022, 0o077, 0o002])
def test_a_new_file_heeds_the_umask(tmp_path, write, bits):
    with umask(bits):
        write(tmp_path / "new")
    assert mode(tmp_path / "new") == 0o666 & ~bits


@WRITERS
@pytest.mark.parametrize("before", [0o600, 0o640, 0o644, 0o664])
def test_who_could_read_the_old_file_can_read_the_new_one_and_nobody_else(tmp_path, write, before):
    target = tmp_path / "old"
    target.touch()
    target.chmod(before)
    write(target)
    assert target.stat().st_size
    assert mode(target) == before


ROOT = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away"
)


@ROOT
@WRITERS
def test_owner_and_group_stay_those_of_the_old_file(tmp_path, write):
    target = tmp_path / "old"
    target.touch()
    os.chown(target, 4321, 1234)
    target.chmod(0o640)
    write(target)
    assert (target.stat().st_uid, target.stat().st_gid, mode(target)) == (4321, 1234, 0o640)
    write(target, personal_data=True)
    assert (target.stat().st_uid, mode(target)) == (os.getuid(), 0o600)


@ROOT
@WRITERS
@pytest.mark.parametrize(("before", "after"), [(0o664, 0o644), (0o640, 0o600)])
def test_another_group_may_no_more_than_everybody(tmp_path, write, before, after, monkeypatch):
    target = tmp_path / "old"
    target.touch()
    os.chown(target, 4321, 1234)
    target.chmod(before)

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(os, "chown", refused)
    write(target)
    assert (target.stat().st_gid, mode(target)) == (os.getgid(), after)


@WRITERS
@pytest.mark.parametrize("there", [True, False])
def test_personal_data_are_for_their_owner_alone(tmp_path, write, there):
    target = tmp_path / "personal"
    if there:
        target.touch(mode=0o644)
    with umask(0):
        write(target, personal_data=True)
    assert mode(target) == 0o600


@WRITERS
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_leads_to_what_was_written(tmp_path, write, there):
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere" / "real", tmp_path / "link"
    if there:
        real.write_text("before")
    link.symlink_to("elsewhere/real")
    write(link)
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") not in ("", "before")
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["real"]


@WRITERS
def test_a_circle_of_links_is_refused(tmp_path, write):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises((ReportError, ExportError), match="cannot be written: Too many levels"):
        write(tmp_path / "a")
    assert (tmp_path / "a").is_symlink()


@WRITERS
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
def test_what_is_no_file_is_refused_and_stays(tmp_path, write):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for place in ("pipe", "link"):
        with pytest.raises((ReportError, ExportError), match=r"a device, not a file\. Choose a"):
            write(tmp_path / place)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]


@WRITERS
@pytest.mark.parametrize("when", ["fsync", "replace"])
def test_an_interrupt_leaves_what_was_there_and_nothing_else(tmp_path, write, when, monkeypatch):
    target = tmp_path / "old"
    target.write_text("before")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync" if when == "fsync" else "pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@WRITERS
def test_a_full_disk_is_told_as_one(tmp_path, write, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises((ReportError, ExportError), match=r"No space left\. Make room there"):
        write(tmp_path / "new")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["none/report.html", "pipe", "folder"])
def test_a_report_asks_nothing_for_a_page_that_cannot_be_written(tmp_path, place):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    nobody = ac.Account(url="http://127.0.0.1:1", token="test-x", cache_dir=tmp_path / "cache")
    with pytest.raises(ReportError, match="cannot be written"):
        ac.report(account=nobody, path=tmp_path / place, progress=False)
