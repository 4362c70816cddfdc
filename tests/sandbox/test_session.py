"""Where the sandbox cannot be served, the reason is the true one."""

from __future__ import annotations

import errno
import os
import socket
import tempfile

import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument, SandboxError
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


@pytest.fixture(scope="module")
def unstarted():
    return ac.sandbox_account("tiny")


@pytest.mark.parametrize(
    "use",
    [
        lambda account: ac.load_campaigns(account=account),
        lambda account: ac.plan("campaigns", account=account),
        ac.sync,
        lambda account: ac.provenance("campaigns", account=account),
        lambda account: ac.history("campaigns", account=account),
        lambda account: ac.pin("campaigns", account=account),
        lambda account: ac.purge(email="ann@example.com", account=account),
        lambda account: ac.data_as_of("campaigns", account=account),
        lambda account: ac.report("overview", account=account),
        ac.widgets.funnel_explorer,
    ],
)
def test_a_sandbox_that_was_not_started_is_no_account(use, unstarted):
    with pytest.raises(InvalidArgument, match=r"not SandboxSession\. .* as account.*\.start\(\)"):
        use(unstarted)
    with pytest.raises(InvalidArgument, match="an Account, not str"):
        use("https://you.api-us1.com")
