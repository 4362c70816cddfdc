"""Whatever the wire brings: rows are kept, values are exact, nothing goes uncounted."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.tables import EXTRA, TABLES, Decoder, decode

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

texts = st.text(max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(
        ["", "0", "1", "12", "12.5", "-7", "true", "0000-00-00", "0000-00-00 00:00:00", "NaN"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2090, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
zones = st.sampled_from([-600, -360, -300, 0, 60, 330, 630]).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
numbers = st.integers(-(2**40), 2**40)


def either(values, *forms):
    """(wire form, typed value) pairs."""
    return st.tuples(values, st.sampled_from(forms)).map(lambda pair: (pair[1](pair[0]), pair[0]))


PAIRS = {
    "id": either(st.integers(1, 2**62).map(str), str, int),
    "text": either(texts, str),
    "count": either(numbers, str, int, float, lambda n: f"{n}.0"),
    "cents": either(numbers, str, int, float),
    "number": either(st.integers(-9999, 9999).map(lambda n: n / 8), float, str),
    "flag": either(st.booleans(), bool, int, lambda flag: str(int(flag))),
    "currency": either(st.sampled_from(["USD", "EUR", "JPY"]), str.lower, str),
    "texts": either(st.lists(texts, max_size=3), list),
    "json": either(json_values, lambda value: value),
    "date": either(instants.map(datetime.date), str),
    "wall": either(
        instants.map(lambda moment: moment.replace(tzinfo=None)),
        lambda moment: moment.isoformat(sep=" "),
    ),
}


def valid(column):
    """A strategy of (wire value, typed value, wall clock) that the column must read exactly."""
    if column.kind == "datetime":
        return st.tuples(instants, zones).map(
            lambda pair: (
                pair[0].astimezone(pair[1]).isoformat(),
                pair[0],
                pair[0].astimezone(pair[1]).replace(tzinfo=None),
            )
        )
    pairs = PAIRS.get(column.kind)
    if column.kind == "code":
        labels = {label: code for code, label in column.codes.items()}
        labels = labels or {f"{column.source} 7": "7"}
        pairs = either(
            st.sampled_from(sorted(labels)), labels.get, lambda label: int(labels[label])
        )
    return pairs.map(lambda pair: (*pair, None))


def own_columns(table):
    """Columns that read one field by themselves."""
    return [column for column in table.columns if column.kind != "none_id"]


@st.composite
def valid_rows(draw):
    table = draw(st.sampled_from(sorted(TABLES.values(), key=lambda table: table.name)))
    wire, typed = [], []
    for _ in range(draw(st.integers(0, 4))):
        row, expected = {}, {}
        for column in own_columns(table):
            if column.fallback or draw(st.integers(0, 3)):
                value, meant, clock = draw(valid(column))
                row[draw(st.sampled_from((column.source, *column.aliases)))] = value
                expected[column.name] = meant
                if column.name == table.time_column:
                    expected[table.local_column] = clock
        wire.append(row)
        typed.append(expected)
    return table, wire, typed


@QUICK
@given(valid_rows(), st.integers(1, 3))
def test_valid_rows_come_back_exactly(drawn, block_rows):
    table, wire, typed = drawn
    decoder = Decoder(table, block_rows=block_rows)
    for row in wire:
        decoder.add([row])
    decoded = decoder.finish()

    assert decoded.frame.schema == table.schema
    assert decoded.frame.equals(decode(table, wire).frame)
    assert not decoded.unknown
    assert not decoded.rescued
    derived = {column.name for column in table.columns if column.kind == "none_id"}
    nested = {column.name for column in table.columns if column.kind == "json"}
    for got, expected in zip(decoded.frame.iter_rows(named=True), typed, strict=True):
        assert got.pop(EXTRA) is None
        for name in derived:
            got.pop(name)
        for name in nested:
            if got[name] is not None:
                got[name] = json.loads(got[name])
        assert {name: value for name, value in got.items() if value is not None} == {
            name: value for name, value in expected.items() if value is not None
        }


@st.composite
def flipped(draw):
    table = draw(st.sampled_from(sorted(TABLES.values(), key=lambda table: table.name)))
    fields = sorted({name for column in table.columns for name in (column.source, *column.aliases)})
    plain = {column.source: draw(valid(column))[0] for column in own_columns(table)}
    flips = {
        position: draw(
            st.dictionaries(
                st.sampled_from(fields) | st.just("surprise"), json_values, min_size=1, max_size=4
            )
        )
        for position in (0, 100, 119)
    }
    return table, plain, flips


@QUICK
@given(flipped())
def test_values_of_any_type_in_the_first_101st_and_last_row_are_kept_and_counted(oracle, drawn):
    table, plain, flips = drawn
    rows = [plain | flips.get(number, {}) for number in range(120)]
    decoded = decode(table, rows)

    assert decoded.frame.schema == table.schema
    assert decoded.frame.height == 120
    counted = Counter()
    for number, got in enumerate(decoded.frame.iter_rows(named=True)):
        expected, extra = oracle(table, rows[number])
        for column in table.columns:
            if column.kind == "json" and got[column.name] is not None:
                got[column.name] = json.loads(got[column.name])
        kept = got.pop(EXTRA)
        assert got == expected
        assert (json.loads(kept) if kept else {}) == extra
        counted.update(extra.keys())
    assert decoded.unknown + decoded.rescued == counted
    assert set(decoded.unknown) <= {"surprise"}
