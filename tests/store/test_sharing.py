"""One memory for many: processes that ask at once pay once; a scan never holds the table."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import actoolkit as ac
from actoolkit.store import Facts, Snapshots
from actoolkit.tables import TABLES

ASK = textwrap.dedent("""
    import hashlib, json, sys
    from datetime import datetime
    import actoolkit as ac
    moment = datetime.fromisoformat(sys.argv[4])
    account = ac.Account(url=sys.argv[1], token="test-sandbox", cache_dir=sys.argv[2],
                         identity=sys.argv[3], rate=10_000, clock=lambda: moment)
    sys.stdin.readline()
    frame = ac.load_contacts(account=account, progress=False)
    manifest = ac.provenance("contacts", account=account)
    digest = hashlib.sha256(frame.write_json().encode()).hexdigest()
    print(json.dumps([frame.height, digest, manifest.id, manifest.sha256]))
""")


def start(program, *words):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    "processes",
    [2, pytest.param(4, marks=pytest.mark.slow), pytest.param(8, marks=pytest.mark.slow)],
)
def test_processes_that_ask_at_once_pay_once(tmp_path, processes):
    session = ac.sandbox_account(size="small", seed=2, latency=0.01, cache_dir=tmp_path / "cache")
    account = session.start()
    try:
        served = []
        world = session.application
        call = world.__class__.__call__

        async def counted(self, scope, receive, send):
            served.append(scope["path"])
            await call(self, scope, receive, send)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world.__class__, "__call__", counted)
            words = [account.url, tmp_path / "cache", account.identity, account.now().isoformat()]
            started = [start(ASK, *words) for _ in range(processes)]
            for process in started:
                process.stdin.write("\n")
                process.stdin.flush()
            told = [process.communicate() for process in started]
    finally:
        session.stop()
    answers = [json.loads(out) for out, _ in told if out]
    assert len(answers) == processes, told[0][1]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 5000
    assert len(served) < 75  # fifty pages, two requests for each range of keys: one load, not two


STRICT = textwrap.dedent("""
    import sys
    import actoolkit as ac
    account = ac.Account(url=sys.argv[1], token="test-sandbox", cache_dir=sys.argv[2],
                         identity=sys.argv[3], strict=True)
    sys.stdin.readline()
    for table in sys.argv[4:]:
        getattr(ac, f"load_{table}")(account=account, progress=False)
""")
TABLES_OF_MANY_PAGES = ("contacts", "ecom_orders", "contact_lists", "email_activities")


@pytest.mark.parametrize(
    "processes",
    [4, pytest.param(2, marks=pytest.mark.slow), pytest.param(8, marks=pytest.mark.slow)],
)
def test_no_second_holds_a_sixth_request_in_the_strict_pace(tmp_path, processes):
    session = ac.sandbox_account(size="tiny", seed=2, latency=0.1)
    account = session.start()
    arrived = []
    call = session.application.__class__.__call__

    async def noted(self, scope, receive, send):
        arrived.append(time.monotonic())
        await call(self, scope, receive, send)

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session.application.__class__, "__call__", noted)
            words = [account.url, tmp_path / "cache", account.identity]
            started = [
                start(STRICT, *words, *TABLES_OF_MANY_PAGES[number % 4 :])
                for number in range(processes)
            ]
            for process in started:
                process.stdin.write("\n")
                process.stdin.flush()
            told = [process.communicate()[1] for process in started]
    finally:
        session.stop()
    assert [process.returncode for process in started] == [0] * processes, told
    assert len(arrived) >= 12
    most = max(sum(start <= one < start + 1.0 for one in arrived) for start in arrived)
    assert most <= 5, [round(one - arrived[0], 3) for one in arrived]


PEAK = textwrap.dedent("""
    import sys
    from datetime import datetime
    import polars as pl
    import actoolkit as ac
    account = ac.Account(url="http://127.0.0.1:9", token="test-lazy", cache_dir=sys.argv[1],
                         identity="lazy", clock=lambda: datetime.fromisoformat(sys.argv[2]))
    frame = ac.load_score_values(account=account, lazy=sys.argv[3] == "lazy", frame="polars",
                                 progress=False)
    assert isinstance(frame, pl.LazyFrame) is (sys.argv[3] == "lazy")
    mean = frame.lazy().select(pl.col("score_value").mean()).collect(engine="streaming").item()
    peak = next(one for one in open("/proc/self/status") if one.startswith("VmHWM"))
    print(mean, int(peak.split()[1]) // 1024)
""")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own count")
def test_a_scan_never_holds_the_table(tmp_path, account):
    rows, table = 1_500_000, TABLES["score_values"]
    chance = np.random.default_rng(1)
    ids = pl.Series(chance.integers(10**13, 10**14, rows)).cast(pl.String)
    frame = pl.concat(
        [
            table.empty(),
            pl.DataFrame(
                {
                    "score_value_id": ids,
                    "contact_id": ids.reverse(),
                    "score_value": chance.random(rows),
                    "_extra": ids + "-a-longer-text",
                }
            ),
        ],
        how="diagonal",
    )
    account = ac.Account(
        url="http://127.0.0.1:9",
        token="test-lazy",
        cache_dir=tmp_path,
        identity="lazy",
        clock=account.clock,
    )
    store, now = Snapshots(account), account.now()
    facts = Facts(
        endpoint="/contacts",
        generation=store.next_generation(table, {}, now),
        fetched_at=now,
        certainty="proven",
    )
    store.publish(table, {}, frame, facts)
    said = {}
    for way in ("lazy", "eager"):
        out, err = start(PEAK, tmp_path, now.isoformat(), way).communicate()
        assert out, err
        mean, peak = out.split()
        said[way] = int(peak)
        assert float(mean) == pytest.approx(frame["score_value"].mean())
    held = frame.estimated_size("mb")
    assert said["eager"] - said["lazy"] > held / 2, (said, held)
