"""Rows of a load on their way into frames: each once, in an order that does not depend on luck."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.operation import Endpoint
from actoolkit.api.records import Records
from actoolkit.errors import IncompleteLoad
from actoolkit.loaders._ordered import Ordered
from actoolkit.loaders._request import Request
from actoolkit.tables import EXTRA, TABLES, Decoder, Table

Row = Mapping[str, object]

BUCKETS = ("outstanding", "recentlyCompleted")
"""Arrays of the answer about bulk imports."""


class Rows:
    """Rows of a walk, decoded as they come.

    Args:
        request: What is loaded. A load of the first rows stores nothing but these.
        counting: Whether `count` is asked for, which costs remembering every key.
    """

    def __init__(self, request: Request, *, counting: bool = True) -> None:
        self.enough = False
        self.own = request.table if request.walked.name == request.name else _walked(request)
        self._request = request
        self._keys: set[str] = set()
        self._counting = counting or request.limit is not None
        riders = [one for one in ENDPOINTS.values() if one.rides_on == request.walked.name]
        if request.limit is not None or request.order_by is not None:
            riders = [one for one in riders if one.table == request.table.name]
        self._riders = {one.side_loads[0]: Decoder(TABLES[one.table]) for one in riders}
        self._decoder = Decoder(self.own)
        self.records = records_of(request.walked, self.own)

    def add(
        self,
        rows: Sequence[Row],
        side_loads: Mapping[str, Sequence[Row]],
        keys: Sequence[str],
    ) -> None:
        """Take a page."""
        self._decoder.add(flat(rows) if self.own.name == "bulk_import" else rows)
        for name, decoder in self._riders.items():
            decoder.add(side_loads.get(name, ()))
        if self._counting:
            self._keys.update(keys)
        limit = self._request.limit
        if limit is not None:
            wanted = [one for one in self._riders.values() if one.table is self._request.table]
            self.enough = (wanted[0].rows if wanted else len(self._keys)) >= limit

    @property
    def count(self) -> int:
        """Different rows so far."""
        return len(self._keys)

    def finish(self, promised: int) -> list[tuple[Decoder, Ordered]]:
        """The rows of each table: each once, in the order of its key, or in the one asked for.

        Args:
            promised: Different rows that the walk saw.

        Raises:
            IncompleteLoad: The walk saw more rows than there are now.
        """
        finished = []
        limit = self._request.limit
        for decoder in (self._decoder, *self._riders.values()):
            ordered = Ordered(
                decoder.table,
                decoder.blocks(),
                as_they_came=self._request.order_by is not None,
                limit=limit,
                paged=self._request.walked.paging != "single",
            )
            counted = self.own.name != "bulk_import"
            if decoder is self._decoder and counted and ordered.distinct < promised:
                raise IncompleteLoad(
                    f"{self.own.name}: {promised} rows came, {ordered.distinct} are left.",
                    endpoint=self.own.name,
                    hint="This is a bug of actoolkit: please report it.",
                )
            if limit is None or decoder.table is self._request.table:
                finished.append((decoder, ordered))
        return finished


def misfits(decoder: Decoder, ordered: Ordered) -> tuple[Counter[str], Counter[str]]:
    """Count what was not understood in the rows that are kept: of one that came twice, once.

    Args:
        decoder: Which decoded them as they came.
        ordered: Those that are kept.

    Returns:
        Rows by unknown field, and values that did not fit by field.
    """
    unknown, rescued = decoder.unknown, decoder.rescued
    if decoder.rows == ordered.height or not (unknown or rescued):
        return unknown, rescued
    kept: Counter[str] = Counter()
    for piece in ordered.pieces():
        for extra in piece[EXTRA].drop_nulls():
            kept.update(json.loads(extra).keys())
    known = decoder.table.known_fields
    return (
        Counter({name: count for name, count in kept.items() if name not in known}),
        Counter({name: count for name, count in kept.items() if name in known}),
    )


def _walked(request: Request) -> Table:
    return TABLES[request.walked.table]


def records_of(endpoint: Endpoint, table: Table) -> Records | None:
    """What parses the rows of a collection into slots, where they have a key and fields.

    Args:
        endpoint: Of the catalogue.
        table: What its rows become.
    """
    if endpoint.envelope is None or endpoint.key is None or table.scalar:
        return None
    return Records(endpoint, table.read_fields, table.known_fields - table.read_fields)


def flat(answers: Sequence[Row]) -> list[Row]:
    """Take the rows of an answer that holds several arrays: each with the name of its own.

    What is no object there becomes the field ``name`` of a row, as in a list of bare names, so that
    it is counted among what was not understood; a ``bucket`` of a row's own is kept beside ours.

    Args:
        answers: Objects of arrays of objects.

    Example:
        >>> flat([{"outstanding": [{"batches": "3"}], "recentlyCompleted": []}])
        [{'batches': '3', 'bucket': 'outstanding'}]
    """
    return [
        {**_object(row), "bucket": name}
        for answer in answers
        for name, rows in answer.items()
        if isinstance(rows, list) or (name in BUCKETS and rows)
        for row in (rows if isinstance(rows, list) else [rows])
    ]


def _object(row: object) -> Row:
    if not isinstance(row, dict):
        return {"name": row}
    return {**row, "bucket of the row": row["bucket"]} if "bucket" in row else row
