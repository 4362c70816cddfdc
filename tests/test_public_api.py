"""What `import actoolkit` gives, and what it costs."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import actoolkit as ac
from actoolkit import reports


def test_all_is_sorted_and_every_name_resolves():
    assert ac.__all__ == sorted(ac.__all__)
    for name in ac.__all__:
        assert getattr(ac, name) is not None, name
        assert name in dir(ac)


def test_unknown_name_is_an_attribute_error():
    assert not hasattr(ac, "load_unicorns")


@pytest.mark.parametrize(
    "package",
    [ac.metrics, ac.charts, ac.widgets, reports, ac.actions],
    ids=lambda one: one.__name__,
)
def test_no_module_hides_the_public_name_that_it_shares(package):
    """Of a module and a function of one name, the reference would show the module."""
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert not modules & set(package.__all__)


def test_version_is_the_packages():
    from importlib.metadata import version

    assert ac.__version__ == version("actoolkit")


def test_import_is_cheap_and_loads_no_heavy_library():
    heavy = ("altair", "ipywidgets", "polars", "pandas", "requests_cache", "uvicorn", "numpy")
    program = f"import sys, json, actoolkit; print(json.dumps([m for m in {heavy!r} if m in sys.modules]))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(loaded.stdout) == []


def test_import_writes_nothing(tmp_path):
    program = "import actoolkit; actoolkit.Account(url='https://you.api-us1.com', token='abc')"
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PATH": ""},
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", [ac, ac.actions, ac.charts, ac.metrics, ac.widgets])
def test_completion_offers_what_is_public_and_nothing_else(module):
    assert set(dir(module)) - {"__version__"} == set(module.__all__)
