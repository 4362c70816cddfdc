"""What a user gets: the wheel in an environment of its own, away from any checkout, without extras.

Run by ``.ci/installed`` from the unpacked source archive; its name keeps it out of other runs.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit import errors, reports

SOURCE = Path(__file__).parents[2]
PACKAGE = Path(ac.__file__).parent
VERSION = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "version"
]
COMMAND = Path(sys.executable).with_name("actoolkit")
EXTRAS = {"to_excel": "excel"}
"""Calls that need an extra, which is not installed here."""

SPEC = importlib.util.spec_from_file_location("everything", SOURCE / "tests" / "everything.py")
everything = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(everything)


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    with ac.sandbox_account("tiny", cache_dir=tmp_path_factory.mktemp("cache")) as one:
        yield one


def run(*words, folder):
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [COMMAND, *map(str, words)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_the_wheel_and_not_a_checkout():
    assert PACKAGE.is_relative_to(sys.prefix)
    assert not PACKAGE.is_relative_to(SOURCE)
    installed = metadata.distribution("actoolkit")
    assert '"editable"' not in (installed.read_text("direct_url.json") or "")
    assert not (Path.cwd() / "actoolkit").exists()


def test_every_file_of_the_package_came_along_and_nothing_else():
    wanted = {
        path.relative_to(SOURCE): path
        for path in (SOURCE / "actoolkit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {
        Path("actoolkit", "prebuilt_notebooks", path.name): path
        for path in (SOURCE / "notebooks").iterdir()
    }
    assert {path.suffix for path in wanted} >= {".py", ".typed", ".css", ".js", ".j2", ".woff2", ".ttf", ".txt", ".ipynb"}  # fmt: skip
    files = [Path(str(one)) for one in metadata.distribution("actoolkit").files]
    installed = {one for one in files if one.parts[0] == "actoolkit" and one.suffix != ".pyc"}
    assert installed == set(wanted)
    for name, source in wanted.items():
        assert (PACKAGE.parent / name).read_bytes() == source.read_bytes(), name
    others = {one.parts[0] for one in files} - {"actoolkit"}
    assert {re.sub(r"-.*\.", ".", one) for one in others} == {"actoolkit.dist-info", ".."}


def test_the_version_is_one(tmp_path):
    assert metadata.version("actoolkit") == ac.__version__ == VERSION
    assert run("--version", folder=tmp_path).stdout == f"actoolkit {VERSION}\n"


def test_what_the_package_says_of_itself():
    said = metadata.metadata("actoolkit")
    assert said["Requires-Python"] == ">=3.11"
    assert said["License-Expression"] == "MIT"
    assert said.get_all("License-File") == ["LICENSE"]
    assert "Typing :: Typed" in said.get_all("Classifier")
    assert (PACKAGE / "py.typed").is_file()


def test_every_public_name_is_there():
    for module in (ac, ac.metrics, ac.charts, ac.actions, ac.errors, reports):
        for name in getattr(module, "__all__", ()):
            assert getattr(module, name) is not None, name
    tables = {"ReadableTable", "readable_table"}  # text and HTML, which need no extra
    assert all(getattr(ac.widgets, name) is not None for name in tables)
    for name in set(ac.widgets.__all__) - tables:
        with pytest.raises(errors.MissingExtra, match=r'install "\.\[notebook\]"'):
            getattr(ac.widgets, name)


def test_every_loader_metric_and_chart_works_without_extras(account, tmp_path):
    gallery = everything.gallery()
    gallery.grown_campaign = lambda: ("1", ac.history("campaigns", account=account))
    calls = {
        **everything.loader_calls(account),
        **everything.metric_calls(everything.frames_of(account), tmp_path),
        **everything.other_calls(account, tmp_path),
    }
    failed = {}
    for name, call in calls.items():
        try:
            call()
        except errors.ActoolkitError as error:
            failed[name] = str(error)
    for name, extra in EXTRAS.items():
        assert f'install ".[{extra}]"' in failed.pop(name)
    assert not {name: said for name, said in failed.items() if "it needs 100" not in said}
    names = gallery.frames(account)
    for name in gallery.CALLS:
        assert gallery.drawn(name, names).to_dict()["config"], name
    picture = ac.charts.save(gallery.drawn("campaign_rates_chart", names), tmp_path / "chart.png")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_commands(tmp_path):
    listed = run("--help", folder=tmp_path).stdout
    commands = re.findall(r"(?m)^  ([a-z]+) ", listed.partition("Commands:")[2])
    assert len(commands) >= 9
    for command in commands:
        assert run(command, "--help", folder=tmp_path).returncode == 0, command


def test_the_report_of_everything_stands_alone(tmp_path):
    done = run("report", "all", "--sandbox", "--size", "tiny", "-o", "all.html", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "data:font/woff2;base64," in page
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"""(?:src|href)=["']?https?://""", page)


def test_the_notebooks_are_copied(tmp_path):
    done = run("notebooks", "mine", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    copied = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    assert copied == {path.name: path.read_bytes() for path in (SOURCE / "notebooks").iterdir()}


def test_a_notebook_is_exported_with_the_extra_that_is_named(tmp_path):
    run("notebooks", "mine", folder=tmp_path)
    done = run("export", "mine/00_start_here.ipynb", folder=tmp_path)
    assert done.returncode != 0
    assert 'pip install ".[notebook]"' in done.stderr


def test_doctor_is_well_on_the_sandbox_and_says_what_is_missing_without_it(tmp_path):
    assert "Ready." in run("doctor", "--sandbox", folder=tmp_path).stdout
    alone = run("doctor", folder=tmp_path)
    assert alone.returncode == 2
    assert "Settings > Developer" in alone.stderr
