"""A JupyterLab of its own for the browser tests: no user settings, nothing but loopback."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

QUIET_LAB = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    }
}


EVERY_CELL = {"windowingMode": "none"}  # cells out of view stay on the page


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    origin: str
    token: str
    root: Path

    def address(self, name: str) -> str:
        return f"{self.origin}/doc/tree/{name}?token={self.token}&reset"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(home: Path) -> dict[str, str]:
    folders = {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    for folder in folders.values():
        (home / folder).mkdir()
    tracker = home / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text(json.dumps(EVERY_CELL))
    labconfig = home / "config" / "labconfig"
    labconfig.mkdir()
    (labconfig / "page_config.json").write_text(json.dumps(QUIET_LAB))
    return os.environ | {name: str(home / folder) for name, folder in folders.items()}


def _wait_until_up(lab: Lab, server: subprocess.Popen, log: Path) -> None:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.origin}/api/status?token={lab.token}", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab ended with {server.returncode}:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server over a copy of the notebooks."""
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed")
    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    root.mkdir()
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8").replace('\\"small\\"  #', '\\"tiny\\"  #')
        (root / notebook.name).write_text(text, encoding="utf-8")
    port, token = _free_port(), secrets.token_hex(16)
    made = Lab(f"http://127.0.0.1:{port}", token, root)
    log = home / "server.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
    ]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=root, env=_environment(home), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_up(made, server, log)
            yield made
        finally:
            server.terminate()
            server.wait(30)
