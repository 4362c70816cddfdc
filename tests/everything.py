"""Every public name that works on an account's data, as calls without arguments.

The names come from the package itself. A new one is called too; where it takes something that
is not named here, its call fails, and with it the tests of tiny accounts.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

import actoolkit as ac
from actoolkit import errors
from actoolkit.tables import TABLES, decode

ROOT = Path(__file__).parents[1]
UNTIL, NOW = date(2026, 6, 30), datetime(2026, 6, 30, 15, tzinfo=UTC)
"""The sandbox's present."""

Calls = Mapping[str, Callable[[], Any]]

FRAMES = (
    "campaigns",
    "campaign_lists",
    "contact_lists",
    "contacts",
    "contact_automations",
    "automations",
    "email_activities",
    "score_values",
    "ecom_orders",
    "ecom_order_products",
    "ecom_customers",
)
"""Tables that metrics take."""

NO_FRAME = {
    "explain": "a definition's text",
    "register_metric": "changes the registry",
    "unregister_metric": "changes the registry",
    "wilson": "takes two numbers",
}
"""Public functions of `actoolkit.metrics` that no account can break, and why."""

NO_CALL = {
    "Account": "an account itself",
    "actions": "module, whose functions change one thing each",
    "charts": "module, drawn by the gallery",
    "errors": "module",
    "metrics": "module, see `metric_calls`",
    "report": "see its own test",
    "sandbox_account": "an account itself",
    "widgets": "module, see `explorer_calls`",
}
"""Names of `actoolkit` that are not called here, and why."""

OTHERS: Mapping[str, Callable[[ac.Account, Path], Any]] = {
    "data_as_of": lambda account, _: ac.data_as_of("campaigns", account=account),
    "describe": lambda *_: [ac.describe(name) for name in TABLES],
    "history": lambda account, _: ac.history("campaigns", account=account),
    "pin": lambda account, _: ac.pin("campaigns", account=account),
    "plan": lambda account, _: ac.plan("contacts", account=account),
    "provenance": lambda account, _: ac.provenance("campaigns", account=account),
    "purge": lambda account, _: ac.purge(email="nobody@example.com", account=account),
    "sync": lambda account, _: ac.sync(account, progress=False),
    "to_csv": lambda account, folder: ac.to_csv(
        loaded(account, "load_contacts"), folder / "contacts.csv", personal_data=True
    ),
    "to_excel": lambda account, folder: ac.to_excel(
        loaded(account, "load_contacts"), folder / "contacts.xlsx", personal_data=True
    ),
    "unpin": lambda account, _: ac.unpin(ac.pin("campaigns", account=account), account=account),
}
"""What else works on an account."""


PARENTS = {
    "campaign_ids": ("load_campaigns", "campaign_id"),
    "contact_ids": ("load_contacts", "contact_id"),
    "list_id": ("load_lists", "list_id"),
    "message_id": ("load_messages", "message_id"),
    "schema_id": ("load_custom_object_schemas", "schema_id"),
}
"""Where ids come from that loaders cannot do without."""


def loaded(account: ac.Account, name: str) -> Any:
    """Load by the loader's name; where it needs an id, that of the first there is."""
    load = getattr(ac, name)
    needed = {
        one.name: _first(account, *PARENTS[one.name])
        for one in inspect.signature(load).parameters.values()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }
    return load(**needed, account=account, progress=False)


def _first(account: ac.Account, name: str, column: str) -> str:
    try:
        return next(iter(loaded(account, name)[column]), "1")
    except errors.NotAvailable:
        return "1"


def loader_calls(account: ac.Account) -> Calls:
    """Every loader."""
    names = [one for one in ac.__all__ if one.startswith("load_")]
    return {name: partial(loaded, account, name) for name in names}


def other_calls(account: ac.Account, folder: Path) -> Calls:
    """Whatever else works on an account."""
    return {name: partial(call, account, folder) for name, call in OTHERS.items()}


def frames_of(account: ac.Account) -> dict[str, pl.DataFrame]:
    """The tables that metrics take; one that the account lacks is empty."""
    found = {}
    for name in FRAMES:
        try:
            found[name] = loaded(account, f"load_{name}")
        except errors.NotAvailable:
            found[name] = decode(TABLES[name], []).frame
    return {**found, "orders": found["ecom_orders"], "customers": found["ecom_customers"]}


def metric_calls(frames: Mapping[str, pl.DataFrame], folder: Path) -> Calls:
    """Every metric, with all tables that it can take."""
    more = _inputs(frames)
    file = folder / "touches.csv"
    more["touches"].head(1000).with_columns(kind=pl.lit("click")).write_csv(file)
    given: dict[str, Callable[[], Any]] = {
        "all_touches": partial(ac.metrics.all_touches, more["touches"]),
        "compute_metric": partial(ac.metrics.compute_metric, "click_rate", frames["campaigns"]),
        "touches_from_csv": partial(ac.metrics.touches_from_csv, file),
        "touches_from_log": partial(ac.metrics.touches_from_log, more["touches"]),
    }
    return {
        name: given.get(name) or _call(getattr(ac.metrics, name), more, frames)
        for name in ac.metrics.__all__
        if inspect.isfunction(getattr(ac.metrics, name)) and name not in NO_FRAME
    }


def _call(
    metric: Callable[..., Any], more: Mapping[str, Any], frames: Mapping[str, Any]
) -> Callable[[], Any]:
    taken = {
        one.name: more[one.name]
        for one in inspect.signature(metric).parameters.values()
        if one.name in more
        and (one.default is one.empty or one.name == "currency" or one.name in frames)
    }
    if metric is ac.metrics.automation_funnel:
        taken["until"] = NOW  # a moment, where others take a day
    if metric is ac.metrics.campaign_curve:
        taken["history"] = frames["campaigns"].with_columns(observed_at=pl.lit(NOW))
    return partial(metric, **taken)


def _inputs(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """What metrics take, by the names of their arguments."""
    touches = ac.metrics.list_touches(
        frames["campaigns"],
        frames["campaign_lists"],
        frames["contact_lists"],
        orders=frames["orders"],
        contacts=frames["contacts"],
    )
    sent = frames["campaigns"].filter(pl.col("sends") > 0)["campaign_id"]
    currency = min(frames["orders"]["currency"].drop_nulls().mode(), default=None)
    return {
        **frames,
        "touches": touches,
        "events": ac.metrics.contact_events(contacts=frames["contacts"], orders=frames["orders"]),
        "steps": ["joined", "ordered"],
        "attributed": ac.metrics.attributed_revenue(
            frames["orders"], touches, frames["contacts"], by="campaign_id"
        ).head(1),
        "joined": ac.metrics.joined_orders(frames["orders"], frames["contacts"], touches),
        "reported": pl.DataFrame({"campaign_id": ["1"], "reported_cents": [100]}),
        "order_products": frames["ecom_order_products"],
        "frame": frames["contacts"],
        "until": UNTIL,
        "since": date(2026, 1, 1),
        "as_of": NOW,
        "holdout_days": 90,
        "baseline": next(iter(sent), "1"),
        "currency": currency,
        "scores": ac.metrics.rfm(frames["orders"], currency=currency),
        "history": frames["score_values"].with_columns(observed_at=pl.lit(NOW)),
    }


def gallery() -> Any:
    """The module that draws every chart."""
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "build_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def explorer_calls(account: ac.Account) -> Calls:
    """Every explorer."""
    names = [one for one in ac.widgets.__all__ if one.endswith("_explorer")]
    return {
        name: partial(getattr(ac.widgets, name), account=account, progress=False) for name in names
    }


def changes_of(explorer: Any, most: int) -> Iterator[tuple[str, Any]]:
    """Control and value of so many options of each control, each back at its start before the next.

    Args:
        explorer: Of `actoolkit.widgets`.
        most: Options tried of a control.
    """
    for control in explorer.controls.values():
        before = control.value
        for value in [one for one in values_of(control) if one != before][:most]:
            yield control.name, value
            explorer.set(**{control.name: before})


def values_of(control: Any) -> list[Any]:
    """What a control can be set to."""
    if hasattr(control, "_ranges"):
        return list(control._ranges.values())
    if hasattr(control, "_ids"):
        return [(one,) for one in control._ids.values()]
    return list(control._values)
