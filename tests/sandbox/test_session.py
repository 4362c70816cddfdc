"""Where the sandbox cannot be served, the reason is the true one."""

from __future__ import annotations

import errno
import os
import socket
import tempfile

import pytest

import actoolkit as ac
from actoolkit.errors import SandboxError
from actoolkit.sandbox.session import listen


def test_no_temporary_folder_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SandboxError, match=r"temporary folder .*: No such file.* Set TMPDIR"):
        ac.sandbox_account("tiny").start()


def test_a_taken_port_is_called_so():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"^Port {port} of this machine is taken\."):
            listen(port)


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EACCES, "not yours to take.*above 1023"), (errno.ENOBUFS, "buffer")]
)
def test_a_port_that_is_not_taken_is_not_called_so(monkeypatch, number, said):
    def refused(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "bind", refused)
    with pytest.raises(SandboxError, match=said) as caught:
        listen(80)
    assert "taken" not in str(caught.value)
