"""environment.yml and pyproject.toml name the same packages with the same bounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())


def bounds(requirements: list[str]) -> dict[str, set[str]]:
    found = {}
    for requirement in requirements:
        match = re.fullmatch(r"([a-z0-9-]+)(?:\[.*\])?(.*)", requirement.replace(" ", ""))
        assert match is not None, requirement
        found[match[1]] = set(filter(None, match[2].split(",")))
    return found


def test_conda_lists_core_notebook_and_lab_with_the_same_bounds():
    extras = PROJECT["optional-dependencies"]
    wanted = bounds([*PROJECT["dependencies"], *extras["notebook"], *extras["lab"]])
    del wanted["actoolkit"]
    wanted["python-tzdata"] = wanted.pop("tzdata")
    listed = bounds([line for line in CONDA["dependencies"] if isinstance(line, str)])
    del listed["python"]
    listed.pop("pip")
    assert listed == wanted


def test_conda_installs_this_checkout():
    assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}


def test_binder_finds_a_python_that_the_package_takes_and_the_lock_is_made_for():
    """Repo2docker reads ``python=x.y`` alone; anything else begins from its own default."""
    (line,) = [one for one in CONDA["dependencies"] if str(one).startswith("python=")]
    chosen = re.fullmatch(r"python=(3\.\d+)", line)
    assert chosen is not None
    assert Version(chosen[1]) in SpecifierSet(PROJECT["requires-python"])
    assert f"--python-version {chosen[1]}" in (ROOT / ".ci" / "lock").read_text()


def test_nothing_else_takes_the_place_of_the_file_on_binder():
    """A folder ``binder`` or a Dockerfile would be read instead of it."""
    others = ("binder", ".binder", "Dockerfile", "apt.txt", "postBuild", "start")
    assert not [name for name in others if (ROOT / name).exists()]
