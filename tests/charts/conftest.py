"""Small frames in the shape of the metrics' results, made by hand."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import polars as pl
import pytest
import vl_convert
from statsmodels.stats.proportion import proportion_confint


def interval(numerator: int, denominator: int) -> tuple[float, float, float]:
    low, high = proportion_confint(numerator, denominator, method="wilson")
    return numerator / denominator, float(low), float(high)


def campaign(number: int, name: str, delivered: int, opens: int, clicks: int) -> dict:
    row = {
        "campaign_id": str(number),
        "name": name,
        "type": "single",
        "automation_id": None,
        "sent_at": datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=number),
        "sends": delivered + 10,
        "hard_bounces": 4,
        "soft_bounces": 6,
        "delivered": delivered,
        "unique_opens": opens,
        "clickers": clicks,
    }
    for rate, count in (("open_rate", opens), ("click_rate", clicks)):
        row[rate], row[f"{rate}_low"], row[f"{rate}_high"] = interval(count, delivered)
    return row


@pytest.fixture
def rates() -> pl.DataFrame:
    return pl.DataFrame(
        [
            campaign(1, "May news", 4000, 1000, 120),
            campaign(2, "Spring sale", 5000, 1500, 350),
            campaign(3, "May news", 3000, 700, 60),
            campaign(4, "A try-out", 50, 20, 12),
        ]
    )


@pytest.fixture
def funnel() -> pl.DataFrame:
    steps = [
        ("sent", 10_000, 10_000, None, "measured"),
        ("delivered", 9_800, 10_000, None, "measured"),
        ("opened", 2_450, 9_800, 1_470, "measured"),
        ("clicked", 294, 9_800, None, "measured"),
        ("ordered", 49, 9_800, None, "exposure"),
    ]
    rows = []
    for index, (step, count, of, verified, basis) in enumerate(steps):
        rate, low, high = interval(count, of)
        rows.append(
            {
                "step": step,
                "step_index": index,
                "count": count,
                "denominator": of,
                "rate": rate,
                "rate_low": low,
                "rate_high": high,
                "verified_count": verified,
                "verified_rate": verified / of if verified else None,
                "basis": basis,
                "campaigns": 3,
                "flag": None,
            }
        )
    return pl.DataFrame(rows)


@pytest.fixture
def heatmap() -> pl.DataFrame:
    rows = []
    for weekday, hour, delivered, opens in [
        (1, 9, 4000, 800),
        (2, 10, 5000, 1500),
        (5, 16, 60, 50),
    ]:
        row = {"weekday": weekday, "hour": hour, "campaigns": 6, "delivered": delivered}
        row |= {"unique_opens": opens, "clickers": opens // 10}
        for rate, count in (("open_rate", opens), ("click_rate", opens // 10)):
            row[rate], row[f"{rate}_low"], row[f"{rate}_high"] = interval(count, delivered)
            common = {"open_rate": 0.26, "click_rate": 0.026}[rate]
            row[f"{rate}_shrunk"] = (count + 300 * common) / (delivered + 300)
        rows.append(row | {"small": delivered < 200})
    return pl.DataFrame(rows)


def month(start: date, currency: str, cents: int, orders: int, recovered: int) -> dict:
    return {
        "period_on": start,
        "currency": currency,
        "revenue_cents": cents,
        "orders": orders,
        "average_order_cents": cents / orders,
        "recovered_revenue_cents": recovered,
        "recovered_orders": 1,
    }


@pytest.fixture
def revenue() -> pl.DataFrame:
    return pl.DataFrame(
        [
            month(date(2026, 3, 1), "USD", 1_000_000, 100, 100_000),
            month(date(2026, 5, 1), "USD", 1_250_000, 120, 50_000),
            month(date(2026, 6, 1), "USD", 300_000, 30, 0),
        ]
    )


@pytest.fixture(scope="session")
def glyphs() -> set[int]:
    """The characters that the bundled font can draw: the format 4 table of its cmap."""
    data = (files("actoolkit.charts") / "fonts" / "inter-latin-400-normal.ttf").read_bytes()
    number = struct.unpack_from(">H", data, 4)[0]
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * number, 16)
    }
    cmap = tables[b"cmap"]
    entries = struct.unpack_from(">H", data, cmap + 2)[0]
    offsets = [cmap + struct.unpack_from(">HHI", data, cmap + 4 + 8 * n)[2] for n in range(entries)]
    table = next(at for at in offsets if struct.unpack_from(">H", data, at)[0] == 4)
    segments = struct.unpack_from(">H", data, table + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, table + 14)
    starts = struct.unpack_from(f">{segments}H", data, table + 16 + 2 * segments)
    return {
        code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1)
    }


@pytest.fixture(scope="session")
def drawn_texts():
    """Every line of text that a chart shows."""
    tag = "{http://www.w3.org/2000/svg}text"

    def read(chart, **properties) -> list[str]:
        svg = vl_convert.vegalite_to_svg(chart.properties(**properties).to_dict())
        shown = [node for node in ET.fromstring(svg).iter(tag) if node.get("opacity") != "0"]
        return [line for node in shown for line in node.itertext()]

    return read
