"""environment.yml and pyproject.toml name the same packages with the same bounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

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
    listed = bounds([line for line in CONDA["dependencies"] if isinstance(line, str)])
    assert listed.pop("python") == {PROJECT["requires-python"]}
    listed.pop("pip")
    assert listed == wanted


def test_conda_installs_this_checkout():
    assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}
