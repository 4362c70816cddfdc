from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from actoolkit.api import reader
from actoolkit.settings import Account
from actoolkit.store import Facts, Snapshots
from actoolkit.tables import SCORES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def account(tmp_path):
    return Account(
        url="https://you.api-us1.com",
        token="a-real-looking-token",
        cache_dir=tmp_path / "cache",
        clock=lambda: NOW,
    )


@pytest.fixture
def asked(monkeypatch):
    """Grows with each request of this process; a server counts late ones of a killed process too."""
    sent, send = [], reader.send
    monkeypatch.setattr(reader, "send", lambda *a, **k: sent.append(1) or send(*a, **k))
    return sent


@pytest.fixture
def publish(account):
    """Publish a small table of scores; rows are named after their number."""

    def act(rows=3, query=None, snapshots=None, **more):
        store = snapshots or Snapshots(account)
        frame = pl.concat(
            [
                SCORES.empty(),
                pl.DataFrame(
                    {"score_id": [str(n) for n in range(rows)]}, schema={"score_id": pl.String}
                ),
            ],
            how="diagonal",
        )
        facts = {
            "endpoint": "/scores",
            "generation": store.next_generation(SCORES, query or {}, NOW),
            "fetched_at": NOW,
            "certainty": "proven",
            **more,
        }
        return store.publish(SCORES, query or {}, frame, Facts(**facts))

    return act
