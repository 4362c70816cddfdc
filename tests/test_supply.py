"""What CI installs is fixed by digests, and what a plain install brings along has a known licence."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

packaging = pytest.importorskip("packaging")

from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402
from packaging.version import Version  # noqa: E402

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "ci.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = re.compile(
    r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==(\S+?)(?: ; .+?)?((?: --hash=sha256:[0-9a-f]{64})+)"
)
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla|MPL|Unlicense|0BSD|CC0|Zlib", re.IGNORECASE
)  # fmt: skip


@pytest.fixture(scope="module")
def lock():
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", "")
    lines = [re.sub(r" +", " ", line) for line in text.splitlines() if not line.startswith("#")]
    found = {}
    for line in lines:
        match = PINNED.fullmatch(line)
        assert match, f"neither pinned nor hashed: {line[:80]}"
        found[canonicalize_name(match[1])] = Version(match[2])
    return found


def test_the_lock_names_no_host_and_no_folder():
    text = LOCK.read_text(encoding="utf-8")
    assert not re.search(r"://|--(?!hash)|^[./]|\s/|file:|@ ", text, re.MULTILINE)


def test_the_lock_has_what_the_project_asks_for(lock):
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *(one for name in extras for one in extras[name])]
    build = (ROOT / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()
    for text in [*asked, *(line for line in build if line and not line.startswith("#"))]:
        wanted = Requirement(text)
        if wanted.name == PROJECT["name"]:
            continue
        assert lock[canonicalize_name(wanted.name)] in wanted.specifier, text


@pytest.fixture(scope="module")
def licences():
    spec = importlib.util.spec_from_file_location("licences", ROOT / "docs" / "build_licences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed():
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", text, re.MULTILINE)
    return {name: (version, licence) for name, version, licence in rows if name != "package"}


def test_each_licence_is_known_and_free(lock):
    for name, (version, licence) in listed().items():
        assert FREE.search(licence), f"{name}: {licence}"
        assert not re.search(r"(?<!L)GPL|AGPL|proprietary", licence, re.IGNORECASE), name
        assert lock[name] == Version(version), f"{name}: run docs/build_licences.py"
    direct = {canonicalize_name(Requirement(one).name) for one in PROJECT["dependencies"]}
    assert direct <= set(listed())


def test_the_page_is_what_the_packages_say(licences):
    """Of the versions that are installed: others may say something else."""
    page, told = licences.PAGE.read_text(encoding="utf-8"), licences.page()
    known = {name: f"| {name} | {version} | " for name, (version, _) in listed().items()}
    here = {name: f"| {name} | {one.version} | " for name, one in licences.needed().items()}
    lines = [line for line in told.splitlines() if line.startswith(tuple(known.values()))]
    assert set(lines) <= set(page.splitlines()), "run docs/build_licences.py"
    assert told == page or here != known, "run docs/build_licences.py"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
def test_an_audit_without_data_says_so_and_fails_where_it_is_required(required, code, tmp_path):
    offline = tmp_path / "python3"  # asks the database, in vain
    offline.write_text("#!/bin/sh\nexit 1\n")
    offline.chmod(0o700)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "ACTOOLKIT_REQUIRE_AUDIT": required,
    }
    ran = subprocess.run(
        ["bash", ROOT / ".ci" / "audit"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code
    assert ran.stdout.startswith("Not audited: ")
