"""Removing a person from everything that is remembered of an account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from actoolkit.errors import InvalidArgument, SnapshotMissing
from actoolkit.settings import Account
from actoolkit.store.folder import TEMPORARY, replacing, writing
from actoolkit.store.history import History, sound, write
from actoolkit.store.leftovers import of_other_tokens
from actoolkit.store.locks import holding_all
from actoolkit.store.manifest import Manifest
from actoolkit.store.relations import (
    lead_to_contacts,
    related_to_contacts,
    relations_elsewhere,
)
from actoolkit.store.snapshots import Snapshots
from actoolkit.store.traces import blank, pattern

PATIENCE = 60.0
"""Seconds to wait for each load that is under way."""

OUT_OF_REACH = (
    "the account itself, where the contact has to be deleted too, or the next load brings it back",
    "reports, notebooks and files that you saved",
    "frames in notebooks and programs that run now",
    "backups, and the free space of the disk",
)

_SUBJECTS = {"contact_id": "contacts", "customer_id": "customers", "order_id": "orders"}
_TELLING = ("contacts", "ecom_customers", "ecom_orders")
"""Tables that tell by whose id a person is found in others; each may need the ones before it."""
_RELATED = "related_id"


@dataclass(frozen=True, slots=True)
class Purged:
    """What `purge` did.

    Attributes:
        rows: Table to the rows that were removed, from snapshots and history.
        files: Files that were removed or written anew.
        out_of_reach: What may still hold the person, a phrase each.
        unsearched: Tables with rows by contact id that were not searched for it, because no load
            of contacts that is stored holds the address.
    """

    rows: dict[str, int]
    files: int
    out_of_reach: tuple[str, ...] = OUT_OF_REACH
    unsearched: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = ", ".join(f"{n:,} of {table}" for table, n in sorted(self.rows.items()) if n)
        kept = "".join(f"\n- {one}" for one in self.out_of_reach)
        done = f"Removed rows: {counts or 'none'}; {self.files} files."
        return f"{done}{self._gap() or ' '}Not within reach:{kept}"

    def _gap(self) -> str:
        if not self.unsearched:
            return ""
        return (
            f"\nNot searched by contact id: {', '.join(self.unsearched)}. No contact with this "
            "address is stored, so its id is not known, and rows of the person may remain there. "
            "Next: load contacts and purge again, or give the id: contact_id= in Python, "
            "--contact-id on the command line.\n"
        )


@dataclass(slots=True)
class _Person:
    email: str
    contacts: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    spellings: set[str] = field(default_factory=set)
    elsewhere: dict[str, set[str]] = field(default_factory=dict)
    unsearched: set[str] = field(default_factory=set)


def purge(
    account: Account,
    email: str,
    *,
    contact_id: str | int | None = None,
    on_wait: Callable[[float, str], None] | None = None,
) -> Purged:
    """Remove a person from snapshots, history, journals and whatever else is remembered.

    Rows about the person go; a text of another row that mentions the address, also escaped or in
    base 64, becomes null. A kill leaves each file as it was or without the person: run it again;
    what tells the person's ids is cleaned last.

    Args:
        account: Whose memory.
        email: The person's address; upper and lower case are the same.
        contact_id: The person's id too, where no contact with the address is stored.
        on_wait: Told the seconds left and a reason before waiting for a load under way.

    Raises:
        InvalidArgument: No address, no id, or a contact that is stored with another address.
        StoreLocked: A load was under way for too long.
        StoreFull: A file cannot be written anew.
    """
    address, given = address_of(email), id_of(contact_id)
    snapshots, history = Snapshots(account), History(account)
    rows: dict[str, int] = {}
    files = 0
    with holding_all(account.folder, patience=PATIENCE, on_wait=on_wait):
        person = _identify(snapshots, address, given)
        for path in sorted(history.root.glob("*/*.parquet")):
            gone = _clean_history(path, person)
            if gone:
                files += 1
                rows[path.parent.name] = rows.get(path.parent.name, 0) + gone
        for manifest in sorted(snapshots.all(), key=_when):
            removed = _clean_snapshot(snapshots, manifest, person)
            if removed is not None:
                files += 1
                rows[manifest.table] = rows.get(manifest.table, 0) + removed
        files += _clean_others(account, address)
    others = (f"what was loaded with another token: {path}" for path in of_other_tokens(account))
    return Purged(rows, files, (*OUT_OF_REACH, *others), tuple(sorted(person.unsearched)))


def _when(manifest: Manifest) -> int:
    """When a load is cleaned: broken off, a purge goes on by what it has not cleaned yet."""
    return -_TELLING.index(manifest.table) if manifest.table in _TELLING else -len(_TELLING)


def address_of(email: str) -> str:
    """Give an address as it is looked for.

    Args:
        email: As the user gave it.

    Raises:
        InvalidArgument: It is no address.
    """
    address = email.strip().lower() if isinstance(email, str) else ""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise InvalidArgument(f"{email!r} is not an address.", hint="Pass one e-mail address.")
    return address


def id_of(contact_id: str | int | None) -> str | None:
    """Give a contact's id as tables hold it; None stays.

    Args:
        contact_id: As the user gave it.

    Raises:
        InvalidArgument: It is no id.
    """
    if contact_id is None:
        return None
    text = str(contact_id).strip()
    if isinstance(contact_id, bool) or not re.fullmatch(r"[1-9][0-9]*", text, re.ASCII):
        raise InvalidArgument(
            f"{contact_id!r} is not the id of a contact.",
            hint='Pass one id, such as contact_id="7".',
        )
    return text


def _identify(snapshots: Snapshots, address: str, contact_id: str | None) -> _Person:
    """Find the ids under which the person is known, in every load that is stored."""
    person = _Person(address)
    if contact_id is not None:
        _refuse_another(snapshots, address, contact_id)
        person.contacts.add(contact_id)
    person.elsewhere = relations_elsewhere(_loads(snapshots, "custom_object_schemas"))
    for table, (key, subjects) in zip(_TELLING, _SUBJECTS.items(), strict=True):
        known: set[str] = getattr(person, subjects)
        for frame in _loads(snapshots, table):
            found = frame.filter(_about(frame, person))
            known.update(found[key].drop_nulls().to_list())
            if "email" in found.columns:
                person.spellings.update(found["email"].drop_nulls().str.strip_chars().to_list())
    return person


def _refuse_another(snapshots: Snapshots, address: str, contact_id: str) -> None:
    """Refuse an id under which only somebody else is stored: what is purged does not come back."""
    written = {
        text.strip().lower()
        for frame in _loads(snapshots, "contacts")
        for text in frame.filter(pl.col("contact_id") == contact_id)["email"].drop_nulls()
    }
    if written and address not in written:
        raise InvalidArgument(
            f"Contact {contact_id} is stored with another address; nothing was removed.",
            hint="Check the id. If the address was changed, purge the one that is stored first.",
        )


def _loads(snapshots: Snapshots, table: str) -> Iterator[pl.DataFrame]:
    for manifest in snapshots.all():
        if manifest.table == table:
            try:
                frame = snapshots.read(manifest)
            except SnapshotMissing:
                continue
            yield frame


def _about(frame: pl.DataFrame, person: _Person) -> pl.Expr:
    """The condition that a row is about the person."""
    parts = [pl.lit(value=False)]
    schema = frame.schema
    if schema.get("email") == pl.String:
        parts.append(pl.col("email").str.strip_chars().str.to_lowercase() == person.email)
    for column, ids in _SUBJECTS.items():
        if schema.get(column) == pl.String:
            parts.append(pl.col(column).is_in(sorted(getattr(person, ids))))
    if "ecom_order_id" in schema:
        parts.append(pl.col("ecom_order_id").is_in(sorted(person.orders)))
    if _RELATED in schema and "related_to" in schema:
        parts.append(_on_contact() & pl.col(_RELATED).is_in(sorted(person.contacts)))
    if "relationships" in schema and "record_id" in schema and person.contacts:
        parts.append(pl.lit(related_to_contacts(frame, person.contacts, person.elsewhere)))
    return pl.any_horizontal(part.fill_null(value=False) for part in parts)


def _note_unsearched(table: str, frame: pl.DataFrame, person: _Person) -> None:
    """Note a table in which rows are found by a contact's id alone, when none is known."""
    schema = frame.schema
    if person.contacts or "email" in schema:
        return
    parts = [pl.lit(value=False)]
    if "contact_id" in schema:
        parts.append(pl.col("contact_id").is_not_null())
    if _RELATED in schema and "related_to" in schema:
        parts.append(_on_contact() & pl.col(_RELATED).is_not_null())
    if "relationships" in schema and "record_id" in schema:
        parts.append(pl.lit(lead_to_contacts(frame, person.elsewhere)))
    if frame.filter(pl.any_horizontal(part.fill_null(value=False) for part in parts)).height:
        person.unsearched.add(table)


def _on_contact() -> pl.Expr:
    return pl.col("related_to").str.to_lowercase().is_in(["subscriber", "contact"])


def _without(frame: pl.DataFrame, person: _Person) -> tuple[pl.DataFrame, int]:
    """A frame without the person, and how many rows went; the frame itself when it has no trace."""
    left = frame.filter(~_about(frame, person))
    written = pattern(person.email, person.spellings)
    mentions = [
        (pl.col(name).cast(pl.List(pl.String)).list.join("\n") if nested else pl.col(name))
        .str.contains(written)
        .fill_null(value=False)
        .alias(name)
        for name, dtype in left.schema.items()
        if (nested := dtype == pl.List(pl.String)) or dtype == pl.String
    ]
    found = left.select(mentions)
    named = [name for name in found.columns if found[name].any()]
    blanked = left.with_columns(
        pl.when(found[name]).then(None).otherwise(pl.col(name)).alias(name) for name in named
    )
    gone = frame.height - left.height
    return (blanked, gone) if gone or named else (frame, 0)


def _clean_snapshot(snapshots: Snapshots, manifest: Manifest, person: _Person) -> int | None:
    """Clean one load; give the rows that went, or None when it had no trace."""
    asked = "\n".join(_flat(manifest.query.values()))
    try:
        frame = snapshots.read(manifest)
    except SnapshotMissing:
        return None
    if re.search(pattern(person.email, person.spellings), asked, re.MULTILINE):
        snapshots.remove(manifest)
        return frame.height
    cleaned, gone = _without(frame, person)
    _note_unsearched(manifest.table, cleaned, person)
    if cleaned is frame:
        return None
    snapshots.rewrite(manifest, cleaned, note="a person was removed on request")
    return gone


def _flat(values: Iterable[str | tuple[str, ...]]) -> Iterable[str]:
    for value in values:
        yield from (value,) if isinstance(value, str) else value


def _clean_history(path: Path, person: _Person) -> int:
    frame = sound(path)
    if frame is None:
        with writing(path):
            path.unlink(missing_ok=True)
        return 0
    cleaned, gone = _without(frame, person)
    _note_unsearched(path.parent.name, cleaned, person)
    if cleaned is frame:
        return 0
    write(path.parent, path.stem.rpartition("-")[0], cleaned)
    with writing(path):
        path.unlink(missing_ok=True)
    return gone


def _clean_others(account: Account, address: str) -> int:
    """Remove unfinished loads, damaged and half-written files; blank the address in notes."""
    removed = 0
    known = {
        path for manifest in Snapshots(account).all() for path in Snapshots.paths(account, manifest)
    }
    with writing(account.folder):
        for path in sorted(account.folder.rglob("*")):
            top = path.relative_to(account.folder).parts[0]
            if not path.is_file() or path in known:
                continue
            passing = path.suffix not in (".parquet", ".pin")
            unknown = top == "snapshots" and path.suffix != ".pin"
            if top == "journals" or unknown or (top == "history" and passing):
                path.unlink(missing_ok=True)
                removed += 1
            elif top == "actions":
                removed += _clean_note(path, address)
    return removed


def _clean_note(path: Path, address: str) -> bool:
    """Blank the address in what is kept of an action; say whether anything was written."""
    if path.name.endswith(TEMPORARY):
        path.unlink(missing_ok=True)
        return True
    content = path.read_bytes().decode("utf-8", "surrogateescape")
    blanked = blank(content, address)
    if blanked == content:
        return False
    # Never in between: without its lines a request whose answer was lost would be sent again.
    with replacing(path) as file:
        file.write(blanked.encode("utf-8", "surrogateescape"))
    return True
