"""The chart widget: offline, private, whichever theme the user has."""

from __future__ import annotations

import re
import subprocess
import sys

import altair as alt
import pytest

import actoolkit
from actoolkit.errors import MissingExtra
from actoolkit.widgets import live_chart
from actoolkit.widgets.live_chart import LiveChart, offline_module


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def bundle(monkeypatch):
    """The bundling itself takes seconds and is Altair's."""
    made = []

    def fake():
        made.append(1)
        return "// bundled"

    monkeypatch.setattr(live_chart, "_bundle", fake)
    return made


def test_the_module_imports_nothing_and_is_a_widget():
    text = offline_module()
    assert "esm.sh" not in text
    assert not re.search(r"^\s*import\s", text, re.MULTILINE)
    assert re.search(r"export\s*\{[^}]*default", text)


def test_it_is_bundled_once_and_remembered_privately(cache, bundle):
    assert offline_module() == offline_module() == "// bundled"
    assert len(bundle) == 1
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert cache.stat().st_mode & 0o077 == 0


def test_another_version_is_another_file(cache, bundle, monkeypatch):
    offline_module()
    monkeypatch.setattr(live_chart, "version", lambda name: "99")
    offline_module()
    assert len(bundle) == 2
    assert len(list(cache.iterdir())) == 2


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path, bundle, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path / "file"))
    assert offline_module() == "// bundled"


def test_no_action_sends_the_data_away():
    options = LiveChart().embed_options
    assert options["actions"]["editor"] is False
    assert options["renderer"] == "svg"


def test_altairs_own_charts_are_left_alone():
    LiveChart()
    assert "esm.sh" in alt.JupyterChart._esm


def test_the_users_theme_neither_reaches_the_chart_nor_is_lost():
    chart = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_bar().encode(x="a:Q")
    with alt.theme.enable("dark"):
        live = LiveChart(chart)
        assert alt.theme.active == "dark"
    with alt.theme.enable("actoolkit"):
        assert live.spec == chart.to_dict()


def test_without_the_extra_the_package_imports_and_says_what_to_install():
    program = """
import sys
for name in ("ipywidgets", "anywidget", "IPython", "traitlets"):
    sys.modules[name] = None
import actoolkit as ac
for name in ac.widgets.__all__:
    try:
        getattr(ac.widgets, name)
    except ac.errors.MissingExtra as error:
        print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    tables = {"ReadableTable", "readable_table"}  # text and HTML, which need nothing
    drawn = set(actoolkit.widgets.__all__) - tables
    assert ran.stdout.count('pip install ".[notebook]"') == len(drawn)
    assert all(f"actoolkit.widgets.{name} needs" in ran.stdout for name in drawn)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        actoolkit.widgets.unicorn_explorer  # noqa: B018
    assert issubclass(MissingExtra, ImportError)


def test_the_bundle_reads_its_look_from_the_page():
    text = offline_module()
    assert text.count("function actoolkitLook(") == 1
    assert text.count("actoolkitLook(structuredClone(") == 1
    assert text.count(",actoolkitFollow(") == 1


def test_a_bundle_of_another_make_stays_as_it_is():
    assert live_chart._following_the_page("let spec = model.get('other')") == (
        "let spec = model.get('other')"
    )
