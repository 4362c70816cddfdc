"""Where the sandbox cannot be served, the reason is the true one."""

from __future__ import annotations

import tempfile

import pytest

import actoolkit as ac
from actoolkit.errors import SandboxError


def test_no_temporary_folder_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SandboxError, match=r"temporary folder .*: No such file.* Set TMPDIR"):
        ac.sandbox_account("tiny").start()
