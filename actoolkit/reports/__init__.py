"""Chart, table and prose in one offline HTML file.

`report` builds it: one page with everything inside, no network, controls that work without a
kernel, safe against hostile names, light and dark. `export_notebook` writes a notebook of one's own
in the same look.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from actoolkit.reports.document import Report, check_place
from actoolkit.reports.notebook import export_notebook

if TYPE_CHECKING:
    from actoolkit.settings import Account

__all__ = ["Report", "export_notebook", "report"]


def report(
    subject: str = "overview",
    *,
    account: Account | None = None,
    path: str | os.PathLike[str] | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    lists: str | Sequence[str] | None = None,
    automation: str | None = None,
    currency: str | None = None,
    metrics: str | Sequence[str] | None = None,
    personal_data: bool = False,
    progress: bool | None = None,
    refresh: bool = False,
    locale: str | None = None,
    last_days: int | None = None,
) -> Report:
    """Load an account's data and build a report of it.

    Days are whole days of the account's time zone, and "now" is the moment of the data, so that
    the same data give the same bytes.

    Args:
        subject: Which report: "overview", "funnel", "engagement", "revenue", "customers",
            "automations", or "all" for their sections on one page.
        account: Whose data; None takes the account of the environment.
        path: Also write the page here.
        since: First day, a date or "2026-01-31". Default: 12 months before ``until``.
        until: The day after the last. Default: the day of the data, which is not over.
        lists: Only campaigns to these lists, and contacts, entries and orders of the people who
            are or were on them: ids or names.
        automation: Only the mails of this automation, and contacts and orders of the people who
            entered it: id or name.
        currency: Only orders in this currency, such as "EUR".
        metrics: Metrics to show in a section with their definitions, by their ids: your own, see
            `actoolkit.metrics.register_metric`, and rates of campaigns such as "reply_rate".
        personal_data: Name the best customers by their e-mail addresses, and let addresses stand
            on the page; without it no address is ever on it.
        progress: Whether to show progress; None decides by the terminal.
        refresh: Load everything again, whatever is remembered.
        locale: Write numbers, amounts and days as there, such as "de_DE"; the words stay English.
            Needs the ``locale`` extra.
        last_days: So many whole days before ``until``, in place of ``since``: 30 is the last 30
            days before the day of the data.

    Returns:
        The report; ``.save(path)`` writes it as one HTML file, ``.html()`` gives the page.

    Raises:
        InvalidArgument: An unknown subject, list, automation, currency, metric or locale, an empty
            period, or a metric of your own that cannot be drawn. Also whatever its function raises.
        MissingExtra: A locale without the ``locale`` extra.
        ReportError: The account shows no campaigns, or the file cannot be written.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:  # doctest: +SKIP
        ...     ac.report("overview", account=account, path="report.html", progress=False)
    """
    from actoolkit.charts.locales import writing_of
    from actoolkit.reports.material import TABLES, gather
    from actoolkit.reports.own import needed_tables, own_metrics
    from actoolkit.reports.period import checked_days, first_day
    from actoolkit.reports.scope import Scope
    from actoolkit.reports.subjects import build, subject_of
    from actoolkit.settings import Account

    checked_days(last_days, since)
    own = own_metrics(metrics, personal_data=personal_data)
    wanted = (
        *subject_of(subject).tables,
        *needed_tables(own),
        *(("automations", "contact_automations") if automation else ()),
    )
    if locale is not None:
        writing_of(locale)  # before anything is loaded
    if path is not None:
        check_place(Path(path))
    chosen = Account.chosen(account)
    scope = Scope(
        lists=(lists,) if isinstance(lists, str) else tuple(lists or ()),
        automation=automation,
        currency=currency,
    )
    extra = tuple(dict.fromkeys(table for table in wanted if table not in TABLES))
    material = gather(chosen, progress=progress, refresh=refresh, extra=extra)
    if last_days is not None:
        since = first_day(last_days, until, today=material.today)
    made = build(
        subject,
        material,
        since=since,
        until=until,
        scope=scope,
        own=own,
        personal_data=personal_data,
        locale=locale,
    )
    if path is not None:
        made.save(path)
    return made
