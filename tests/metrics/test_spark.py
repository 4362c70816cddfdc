"""Every metric answers on Spark what it answers on polars, from Parquet that the store wrote."""

from __future__ import annotations

import os
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actoolkit import metrics
from actoolkit.errors import MetricError
from actoolkit.metrics.reference import runs_there

REQUIRED = bool(os.environ.get("ACTOOLKIT_REQUIRE_SPARK"))
if not REQUIRED:
    pytest.importorskip("pyspark", reason="Spark comes with the spark extra")
    if shutil.which("java") is None:
        pytest.skip("Spark runs on Java, which is not installed", allow_module_level=True)

pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]

PATH = Path(__file__).with_name("every_metric.py")
SPEC = spec_from_file_location("every_metric_on_spark", PATH)
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)
CALLS = every.CALLS


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def tables(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    local = every.loaded(folder / "cache")
    for name, frame in local.items():
        frame.write_parquet(folder / f"{name}.parquet")
    far = {name: spark.read.parquet(str(folder / f"{name}.parquet")) for name in local}
    return local, far


@pytest.mark.parametrize("name", CALLS)
def test_spark_answers_as_polars_does(name, tables):
    local, far = tables
    wanted = CALLS[name](local)
    jobs = far["orders"].sparkSession.sparkContext.statusTracker()
    before = len(jobs.getJobIdsForGroup())
    found = CALLS[name](far)
    if runs_there(name.split(" by ", maxsplit=1)[0]):
        assert len(jobs.getJobIdsForGroup()) == before, "something was computed too early"
    assert type(found).__module__.startswith("pyspark")
    collected = nw.from_native(found).lazy().collect(backend="polars").to_native()
    assert collected.columns == wanted.columns
    assert wanted.height
    assert_frame_equal(collected.cast(dict(wanted.schema)), wanted, check_row_order=False)


def test_sundays_are_sundays(spark, tmp_path):
    counts = ("sends", "hard_bounces", "soft_bounces", "unique_opens", "clickers")
    campaign = pl.DataFrame({"campaign_id": ["1"]}).with_columns(
        pl.lit(None, pl.String).alias("automation_id"),
        pl.lit("2026-06-28 10:00:00").str.to_datetime().alias("sent_local"),
        *(pl.lit(10).alias(name) for name in counts),
    )
    campaign.write_parquet(tmp_path / "sunday.parquet")
    cells = metrics.engagement_heatmap(spark.read.parquet(str(tmp_path / "sunday.parquet")))
    assert cells.select("weekday", "hour").collect() == [(7, 10)]


def test_a_session_of_another_zone_is_refused_where_moments_are_read(spark, tables):
    _, far = tables
    spark.conf.set("spark.sql.session.timeZone", "America/Chicago")
    try:
        with pytest.raises(MetricError, match="America/Chicago") as refused:
            metrics.fatigue(far["touches"], far["contact_lists"])
        assert 'spark.conf.set("spark.sql.session.timeZone", "UTC")' in refused.value.hint
        assert metrics.domain_mix(far["contacts"]).count()
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
