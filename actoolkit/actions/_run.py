"""What every action does: show what would be sent, or send it row by row and tell what became."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from actoolkit.actions._journal import ActionJournal
from actoolkit.actions._progress import ActionProgress
from actoolkit.api.read_back import look
from actoolkit.api.write_operations import WriteRequest
from actoolkit.api.writes import Verdict, Writer, Written
from actoolkit.errors import ApiError, LoadError, NotAvailable
from actoolkit.settings import Account
from actoolkit.store import Snapshots, holding
from actoolkit.tables import TABLES

STOP_AFTER = 10
"""Rows in a row without an answer, or refused for the token, after which no more are tried."""

RESULT: dict[str, type[pl.DataType]] = {
    "verdict": pl.String,
    "status": pl.Int64,
    "reason": pl.String,
    "object_id": pl.String,
    "method": pl.String,
    "path": pl.String,
    "body": pl.String,
}

Confirm = Callable[[Writer], Written | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One call of an action.

    Args:
        name: Of the function.
        requests: What to send, one per row of the result.
        keys: Leading columns of the result, as long as ``requests``.
        existing: Verdict on what is there already; None sends without looking first.
        confirm: Looks at the account before anything is sent: raises when the action is not what
            the account's owner means, gives a verdict when there is nothing to send.
        again: Send once more what an earlier run cannot tell about.
    """

    name: str
    requests: Sequence[WriteRequest]
    keys: Mapping[str, Sequence[str]]
    existing: Verdict | None = None
    confirm: Confirm | None = None
    again: bool = False

    @property
    def digest(self) -> str:
        """Names the journal: the same call has the same one."""
        text = "".join(request.digest for request in self.requests)
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def run(self, account: Account | None, *, apply: bool, progress: bool | None) -> pl.DataFrame:
        """Show what would be sent, or send it.

        Args:
            account: Whom to write to; default `Account.from_env`. A dry run needs none.
            apply: Whether to send.
            progress: Show a bar; default in terminals and notebooks.

        Returns:
            One row per request: the keys, then the columns of `RESULT`.
        """
        if not apply:
            return self._frame(
                [Written("dry run", None, "nothing was sent") for _ in self.requests]
            )
        if not self.requests:
            return self._frame([])
        chosen = Account.chosen(account)
        with (
            holding(chosen.folder, f"write-{self.digest}"),
            ActionProgress(self.name, len(self.requests), progress=progress) as shown,
            Writer(chosen, on_wait=shown.waiting) as writer,
        ):
            settled = self.confirm(writer) if self.confirm else None
            journal = ActionJournal(chosen.folder, self.digest)
            if settled is not None:
                written = [self._absent(journal, chosen, settled)]
            else:
                self._mark_stale(chosen)
                try:
                    written = self._send(chosen, writer, journal, shown)
                finally:
                    self._mark_stale(chosen)
            journal.close(written)
        return self._frame(written)

    def _send(
        self, account: Account, writer: Writer, journal: ActionJournal, shown: ActionProgress
    ) -> list[Written]:
        done: list[Written] = []
        failures = 0
        for request in self.requests:
            if failures >= STOP_AFTER:
                last = done[-1].reason.removeprefix("not tried: ")
                written = Written("not done", None, f"not tried: {last}")
            else:
                written = self._one(account, writer, journal, request)
                silent = written.verdict in ("not done", "unknown")
                failures = failures + 1 if silent or written.status in (401, 403) else 0
            done.append(written)
            shown.advance()
        return done

    def _one(
        self, account: Account, writer: Writer, journal: ActionJournal, request: WriteRequest
    ) -> Written:
        earlier = journal.earlier(request.digest, account.now())
        if earlier is not None and earlier.verdict == "ok":
            return replace(earlier, reason="sent by an earlier run")
        doubt = earlier is not None
        if doubt or self.existing is not None:
            try:
                seen = look(writer.reader, request)
            except NotAvailable:  # the API's reference leaves some of these collections out
                seen = None
            except (ApiError, LoadError) as error:
                return earlier or Written("not done", None, f"not sent: {error.message}")
            if seen is None and earlier is not None and not self.again:
                return earlier
            if seen is not None and seen.holds:
                verdict = self.existing if not doubt and self.existing else "ok"
                return Written(verdict, None, "it is there already", seen.object_id)
        journal.note(request.digest, account.now())
        written = writer.write(request)
        journal.note(request.digest, account.now(), written)
        return written

    def _absent(self, journal: ActionJournal, account: Account, settled: Written) -> Written:
        """A thing to delete is not there: because of an earlier run, or for another reason."""
        earlier = journal.earlier(self.requests[0].digest, account.now())
        if earlier is None:
            return settled
        return Written("ok", settled.status, "it is gone: an earlier run deleted it")

    def _mark_stale(self, account: Account) -> None:
        snapshots = Snapshots(account)
        for name in self.requests[0].operation.touches:
            if name in TABLES:
                snapshots.mark_stale(TABLES[name])

    def _frame(self, written: Sequence[Written]) -> pl.DataFrame:
        payloads = [request.payload for request in self.requests]
        columns: dict[str, Sequence[object]] = {
            **self.keys,
            "verdict": [one.verdict for one in written],
            "status": [one.status for one in written],
            "reason": [one.reason for one in written],
            "object_id": [one.object_id for one in written],
            "method": [request.operation.method for request in self.requests],
            "path": [request.path for request in self.requests],
            "body": [None if payload is None else payload.decode() for payload in payloads],
        }
        return pl.DataFrame(columns, schema={**dict.fromkeys(self.keys, pl.String), **RESULT})
