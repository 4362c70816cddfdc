"""Answers parsed straight into rows of named slots: what is not wanted is never built.

A row as a dict costs a hash of every name and an object for every value, also for those that no
column takes. Where a collection's fields are known, each row becomes a record with one slot a
field. Nothing is passed over for that: an answer with a field nobody knows is parsed as before,
and the field gets a slot of its own from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

import msgspec

from actoolkit.api.operation import Endpoint

MOST_LEARNED = 200
"""Unknown fields that get a slot; with more, names are data, and answers are parsed as dicts."""


LARGEST = 2**24
"""Bytes of slots that any answer may take; a larger one in proportion to its size."""


class Record(msgspec.Struct, gc=False):
    """A row whose fields have slots; the first one, ``f0``, holds its key.

    It reads like a mapping of its fields, those that are skipped left out. A known field that is
    missing is None.
    """

    def __getitem__(self, name: str) -> object:
        return dict(self.items())[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.items())

    def __len__(self) -> int:
        return sum(1 for _ in self.items())

    def get(self, name: str, default: object = None) -> object:
        """The value of a field."""
        return dict(self.items()).get(name, default)

    def keys(self) -> Iterator[str]:
        """The fields that the row has."""
        return iter(self)

    def items(self) -> Iterator[tuple[str, object]]:
        """The fields that the row has, and their values."""
        values = zip(self.__struct_encode_fields__, msgspec.structs.astuple(self), strict=True)
        return (one for one in values if not isinstance(one[1], UNBUILT))


UNBUILT = (msgspec.Raw, msgspec.UnsetType)
"""What is in the slots of fields that are skipped, and of learned ones that a row does not have."""

Mapping.register(Record)

_KEY = attrgetter("f0")


def keys_of(rows: Iterable[Record]) -> list[object]:
    """The value of the collection's key in each row.

    Args:
        rows: Records of one answer.
    """
    return list(map(_KEY, rows))


class Records:
    """Parses the answers of a collection into records. Threads may share it.

    Args:
        endpoint: A collection whose rows have a key.
        wanted: Wire fields whose values are taken.
        skipped: Wire fields that are known, and not wanted.

    Example:
        >>> from actoolkit.api.endpoints import ENDPOINTS
        >>> records = Records(ENDPOINTS["scores"], ["id", "name"], ["links"])
        >>> rows = records.read(b'{"scores": [{"name": "A", "links": {}, "id": "3"}]}')["scores"]
        >>> keys_of(rows), type(rows[0]).__struct_encode_fields__
        (['3'], ('id', 'name', 'links'))
    """

    def __init__(self, endpoint: Endpoint, wanted: Iterable[str], skipped: Iterable[str]) -> None:
        self._endpoint = endpoint
        key = str(endpoint.key)
        self._wanted = (key, *(name for name in wanted if name != key))
        self._skipped = tuple(name for name in skipped if name not in self._wanted)
        self._learned: tuple[str, ...] = ()
        self._learning = threading.Lock()
        self._slots = len(self._wanted) + len(self._skipped) + MOST_LEARNED
        self._decoder = self._decoder_of(())

    def read(self, raw: bytes) -> Mapping[str, object] | None:
        """Parse an answer: its envelope holds records.

        Args:
            raw: The whole decoded body.

        Returns:
            The envelope, total and side loads of an answer without errors; None for every answer
            that does not fit, also for one that is no JSON: parse it as dicts to see what it is.
        """
        decoder = self._decoder
        # An object that is almost empty takes as many slots as a full one.
        if decoder is None or raw.count(b"{") * self._slots * 8 > LARGEST + len(raw) * 32:
            return None
        try:
            raw.isascii() or raw.decode()
            found = decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        names = type(found).__struct_encode_fields__
        data = dict(zip(names, msgspec.structs.astuple(found), strict=True))
        return None if data.pop("errors") else data

    def learn(self, answer: Mapping[str, object]) -> None:
        """Give the unknown fields of an answer that did not fit slots of their own.

        Args:
            answer: As parsed into dicts.
        """
        rows = answer[str(self._endpoint.envelope)]
        listed = rows if isinstance(rows, list) else ()
        found = {name for row in listed if isinstance(row, dict) for name in row}
        with self._learning:
            known = {*self._wanted, *self._skipped, *self._learned}
            learned = (*self._learned, *sorted(found - known))
            if learned == self._learned:
                return
            self._learned = learned
            few = len(learned) <= MOST_LEARNED and all(map(_slottable, learned))
            self._decoder = self._decoder_of(learned) if few else None

    def _decoder_of(self, learned: tuple[str, ...]) -> msgspec.json.Decoder[Any] | None:
        endpoint = self._endpoint
        slots: list[tuple[str, type, object]] = [
            *((name, object, None) for name in self._wanted),
            *((name, object, msgspec.UNSET) for name in learned),
            *((name, msgspec.Raw, msgspec.Raw()) for name in self._skipped),
        ]
        row = _struct("Row", slots, base=Record, strict=True)
        others = [name for name in ("meta", *endpoint.side_loads) if name != endpoint.envelope]
        answer = _struct(
            "Answer",
            [
                (str(endpoint.envelope), list[row], msgspec.NODEFAULT),  # type: ignore[valid-type]
                ("errors", object, None),
                *((name, object, None) for name in others),
            ],
            base=msgspec.Struct,
            strict=False,
        )
        return msgspec.json.Decoder(answer)


def _slottable(name: str) -> bool:
    """Whether a field's name can be a slot's: no control characters, quotes, or half characters."""
    return not any(one < " " or one in '"\\' or "\ud800" <= one <= "\udfff" for one in name)


def _struct(
    name: str,
    slots: list[tuple[str, Any, object]],
    *,
    base: type[msgspec.Struct],
    strict: bool,
) -> type[msgspec.Struct]:
    """A struct with slots ``f0``, ``f1``, ...: the names on the wire are not all Python's."""
    fields = [(f"f{number}", kind, default) for number, (_, kind, default) in enumerate(slots)]
    return msgspec.defstruct(
        name,
        fields,
        bases=(base,),
        rename={f"f{number}": wire for number, (wire, _, _) in enumerate(slots)},
        forbid_unknown_fields=strict,
        gc=False,
    )
