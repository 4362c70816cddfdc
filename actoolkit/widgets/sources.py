"""The frames behind an explorer: loaded from an account, or given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw

from actoolkit import loaders
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import day
from actoolkit.charts.names import display_name, distinct
from actoolkit.errors import InvalidArgument, NotAvailable
from actoolkit.metrics.selection import select_campaigns
from actoolkit.settings import Account
from actoolkit.widgets.controls import Choice, Control, Several
from actoolkit.widgets.dates import Dates

CAMPAIGN_FRAMES = ("campaigns", "campaign_lists", "lists", "automations")
"""What the controls need."""

Params = Mapping[str, Any]

_DAYS = {
    "campaigns": "sent_local",
    "contact_automations": "added_local",
    "ecom_orders": "ordered_local",
}

_ONE_OFF, _AUTOMATED = "none", "any"


@dataclass(frozen=True, slots=True)
class Sources:
    """Frames by name, and how code names them.

    Args:
        frames: Frame by the name of its table; lacking ones lack their controls.
        today: Last day of the presets, in the account's zone.
        as_of: Moment of the data.
        origins: For each frame the line of code that makes it; none for frames that were given.
        zone: Name of the account's time zone.
        lacking: For each table that the account does not have, why.
        minor_units: Decimals of currencies that have no hundredths.
    """

    frames: Mapping[str, Any]
    today: date
    as_of: AsOf
    origins: Mapping[str, str]
    zone: str | None = None
    lacking: Mapping[str, str] = field(default_factory=dict)
    minor_units: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def loaded(
        cls,
        account: Account | None,
        names: Sequence[str],
        *,
        progress: bool | None,
        main: str = "campaigns",
    ) -> Sources:
        """Load frames from an account; what its plan lacks, it does without, and says so.

        Args:
            account: None is the environment's.
            names: Tables to load.
            progress: Whether to show how far loading is; None decides by where it runs.
            main: The one among them that there is nothing to explore without.
        """
        chosen = Account.chosen(account)
        argument = "" if account is None else "account=account"
        frames: dict[str, Any] = {}
        lacking: dict[str, str] = {}
        steps = [*names, "user"]
        with loaders.progress_display(progress=progress, steps=len(steps)) as display:
            for number, name in enumerate(steps, 1):
                load: Callable[..., Any] = getattr(loaders, f"load_{name}")
                try:
                    frames[name] = load(account=chosen)
                except NotAvailable as error:
                    if name == main:
                        raise
                    lacking[name] = error.message
                display.step(f"{number} of {len(steps)}")
        zone = loaders.zone_of(frames.pop("user", None))
        manifest = loaders.provenance(main, account=chosen)
        return cls(
            frames=frames,
            today=chosen.now().astimezone(zone).date(),
            as_of=loaders.moment_of(manifest).astimezone(zone),
            origins={name: f"{name} = ac.load_{name}({argument})" for name in frames},
            zone=zone.key,
            lacking=lacking,
            minor_units=chosen.minor_units,
        )

    @classmethod
    def given(
        cls,
        frames: Mapping[str, Any],
        *,
        today: date | None,
        as_of: AsOf,
        main: str = "campaigns",
    ) -> Sources:
        """Take frames as they are.

        Args:
            frames: Frame by the name of its table; None was not given.
            today: None is the day of the last sending, or order.
            as_of: Moment of the data.
            main: The one that there is nothing to explore without.
        """
        present = {name: frame for name, frame in frames.items() if frame is not None}
        if main not in present:
            raise InvalidArgument(
                f"Frames were given, but {main} is not among them.",
                hint=f"Pass {main}=actoolkit.load_{main}(...), or an account and no frames.",
            )
        return cls(
            frames=present,
            today=today or _last_day(present[main], _DAYS.get(main)),
            as_of=as_of,
            origins={},
        )

    def beside(self, **more: tuple[Any, str]) -> Sources:
        """Give the same with further frames.

        Args:
            **more: Frame and the line of code that makes it, by name.
        """
        frames = {**self.frames, **{name: frame for name, (frame, _) in more.items()}}
        origins = {**self.origins, **{name: line for name, (_, line) in more.items()}}
        return replace(self, frames=frames, origins=origins)

    def sent_campaigns(self) -> dict[str, str]:
        """Give the campaigns that were sent, the latest first: id by name."""
        return self._campaigns()

    def need(self, *names: str) -> None:
        """Refuse to go on without these frames.

        Args:
            *names: Tables.

        Raises:
            InvalidArgument: One of them was not given.
        """
        missing = [name for name in names if name not in self.frames]
        if missing:
            raise InvalidArgument(
                f"Frames were given, but {', '.join(missing)} is not among them.",
                hint="Pass it too, or an account and no frames.",
            )

    def campaigns(self, params: Params) -> Any:
        """Give the campaigns that the controls ask for.

        Args:
            params: The controls' values.
        """
        return select_campaigns(
            self.frames["campaigns"], self.frames.get("campaign_lists"), **_conditions(params)
        )

    def campaigns_code(self, params: Params) -> str:
        """Give the call that makes `campaigns`.

        Args:
            params: The controls' values.
        """
        conditions = {k: v for k, v in _conditions(params).items() if v is not None}
        arguments = ["campaigns", *(["campaign_lists"] if "list_ids" in conditions else [])]
        arguments += [f"{name}={value!r}" for name, value in conditions.items()]
        return f"chosen = ac.metrics.select_campaigns({', '.join(arguments)})"

    def note(self, *names: str) -> str:
        """Say which of these tables the account lacks; empty when it has them all.

        Args:
            *names: Tables.
        """
        return " ".join(self.lacking[name] for name in names if name in self.lacking)

    def currencies(self) -> dict[str, str | None]:
        """Give the currencies of the orders by their names, those of most orders first."""
        codes = Counter(_column(self.frames["ecom_orders"], "currency"))
        ordered = sorted(codes, key=lambda code: (-codes[code], code or ""))
        return {display_name(code, missing="unknown"): code for code in ordered} or {"none": None}

    def scores(self) -> dict[str, str | None]:
        """Give the scores that contacts have by their names."""
        values = nw.from_native(self.frames["score_values"]).lazy()
        held = values.filter(~nw.col("contact_id").is_null()).select("score_id").unique()
        names = self.names("scores", "score_id")
        ids = sorted(one for one in _column(held.to_native(), "score_id") if one is not None)
        named = _named([(one, names.get(one) or f"Score {one}", f"id {one}") for one in ids])
        return dict(named) or {"none": None}

    def names(self, table: str, key: str) -> dict[str, str]:
        """Give the names of a table's rows by their id; none where the table is lacking.

        Args:
            table: Which.
            key: Column of the id.
        """
        if table not in self.frames:
            return {}
        rows = _rows(self.frames[table], [key, "name"])
        return {row[key]: row["name"] for row in rows if row["name"] is not None}

    def local(self, moment: datetime) -> datetime:
        """Give a moment in the account's zone; in its own where there is none.

        Args:
            moment: With a zone.
        """
        return moment if self.zone is None else moment.astimezone(ZoneInfo(self.zone))

    def controls(self) -> list[Control[Any]]:
        """Make the controls for which there are frames: dates, lists, campaigns, automation."""
        made: list[Control[Any]] = [Dates("dates", today=self.today)]
        if "lists" in self.frames and "campaign_lists" in self.frames:
            made.append(
                Several("lists", label="Lists", options=self._lists(), everything="All lists")
            )
        made.append(
            Several(
                "campaigns",
                label="Campaigns",
                options=self._campaigns(),
                everything="All campaigns",
            )
        )
        made.append(Choice("automation", label="Mails", options=self._automations()))
        return made

    def _lists(self) -> dict[str, str]:
        """Those that a campaign went to."""
        rows = _rows(self.frames["lists"], ["list_id", "name"])
        mailed = set(_column(self.frames["campaign_lists"], "list_id"))
        return _named([(r["list_id"], r["name"], "") for r in rows if r["list_id"] in mailed])

    def _campaigns(self) -> dict[str, str]:
        rows = _rows(self.frames["campaigns"], ["campaign_id", "name", "sent_local", "sends"])
        sent = [row for row in rows if row["sent_local"] is not None and row["sends"]]
        sent.sort(key=lambda row: row["sent_local"], reverse=True)
        return _named([(r["campaign_id"], r["name"], day(r["sent_local"])) for r in sent])

    def _automations(self) -> dict[str, str | None]:
        fixed: dict[str, str | None] = {
            "All mails": None,
            "One-off campaigns": _ONE_OFF,
            "All automations": _AUTOMATED,
        }
        if "automations" not in self.frames:
            return fixed
        rows = _rows(self.frames["automations"], ["automation_id", "name"])
        mailing = set(_column(self.frames["campaigns"], "automation_id"))
        named = _named(
            [
                (row["automation_id"], row["name"], "")
                for row in rows
                if row["automation_id"] in mailing
            ]
        )
        return fixed | {f"Automation: {name}": identifier for name, identifier in named.items()}


def script(sources: Sources, *calls: str) -> str:
    """Put calls together into a program that can be pasted.

    Args:
        sources: Where the frames come from that the calls name, and ``as_of``.
        *calls: One statement each; the last one makes ``chart``.
    """
    body = "\n".join([f"as_of = {sources.as_of!r}", *calls, "chart"])
    words = set(re.findall(r"\w+", body))
    needed = [name for name in sources.frames if name in words]
    made = [sources.origins[name] for name in needed if name in sources.origins]
    comment = f"# {', '.join(needed)}: as given to the explorer"
    modules = [name for name in ("datetime", "zoneinfo") if name in words]
    head = [*(f"import {name}" for name in modules), "", "import actoolkit as ac"]
    return "\n".join([*head, "", *(made or [comment]), "", body]).lstrip()


def _conditions(params: Params) -> dict[str, Any]:
    return {
        "since": params["dates"].since,
        "until": params["dates"].until,
        "campaign_ids": list(params["campaigns"]) or None,
        "list_ids": list(params.get("lists", ())) or None,
        "automation": params["automation"],
    }


def _named(entries: Sequence[tuple[str, str | None, str]]) -> dict[str, str]:
    """Give the id of each name; equal names are told apart by their hint and a number."""
    names = [display_name(name) for _, name, _ in entries]
    labels = distinct(names, [hint for _, _, hint in entries])
    return {label: identifier for label, (identifier, _, _) in zip(labels, entries, strict=True)}


def _rows(frame: Any, columns: Sequence[str]) -> list[dict[str, Any]]:
    values = [_column(frame, name) for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _column(frame: Any, name: str) -> list[Any]:
    native = nw.from_native(frame).lazy().collect()
    series = native[name]
    pairs = zip(series.to_list(), series.is_null().to_list(), strict=True)
    return [None if null else value for value, null in pairs]


def _last_day(frame: Any, column: str | None) -> date:
    moments = _column(frame, column) if column else []
    sent = [moment for moment in moments if moment is not None]
    return max(sent).date() if sent else datetime.now().astimezone().date()
