"""Fixtures that several folders share.

- ``isolated`` (automatic): no test sees the user's account, cache, keys or keyring.
- ``chromium``: a headless browser; where it is missing, the test says so and is skipped, unless
  ACTOOLKIT_REQUIRE_BROWSER is set.
- ``killing``: does a work in a process of its own, which is killed at a line or after a time.
"""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine draws slowly; that is no fault of what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A gate that draws anew each time refuses changes for what was wrong before them: it draws the same
# examples each time; everybody's own runs explore.
settings.register_profile("gate", parent=settings.get_profile("unhurried"), derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "unhurried")

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    """Let what the tests start be interrupted, where a shell has put the tests in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Let one test more run than there are cores: many wait for sockets and processes."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Keep ten thousand collected tests out of each search for garbage: it took a third of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory):
    """Point every cache at a folder that this test run shares, and forget the user's account."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
    patch.setenv("XDG_DATA_HOME", str(shared / "data"))
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in list(os.environ):
        if name.startswith(("ACTIVECAMPAIGN_", "ACTOOLKIT_")) and "REQUIRE" not in name:
            patch.delenv(name)
    yield
    patch.undo()


def no_browser(reason: str) -> None:
    """Skip, saying why; fail where browser tests are required."""
    if os.environ.get("ACTOOLKIT_REQUIRE_BROWSER"):
        pytest.fail(f"a browser is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium of the system, driven by Playwright."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        no_browser("Chromium is not installed (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


class Killing:
    """Orders the program of ``killed.py``."""

    def __init__(self, process):
        self._process = process

    def __call__(self, account, what, at=None, after=None, by="SIGKILL"):
        """Do a work, killed at a line or after some seconds; give its status and its lines."""
        order = {
            "what": what,
            "by": by,
            "at": at,
            "after": after,
            "url": account.url,
            "token": account.token.reveal(),
            "folder": str(account.cache_dir),
            "identity": account.identity,
            "in_flight": account.in_flight,
            "clock": account.now().isoformat(),
        }
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def points(self, account, what, few=0):
        """Numbers of the lines that a work executes: the first and the last time that each is."""
        done = self(account, what)
        assert done["status"] == 0
        first, last = {}, {}
        for number, line in enumerate(done["seen"], 1):
            first.setdefault(line, number)
            last[line] = number
        chosen = sorted({*first.values(), *last.values()})
        return random.Random(8).sample(chosen, few) if few else chosen


@pytest.fixture(scope="module")
def killing():
    """Works that are killed."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Killing(process)
    process.communicate()
