"""The commands: doctor, report, sync, plan, notebooks, export, sandbox serve, cache, account.

Thin on purpose: each command calls one public function and prints what a person needs next.
Exit codes: 0 done, 1 the account or the data refused, 2 wrong usage, 130 interrupted,
143 terminated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

import actoolkit
from actoolkit.account_command import account_app, use_profile
from actoolkit.cache_command import cache_app
from actoolkit.command_endings import (
    INTERRUPTED,
    WrongUsage,
    fail,
    misused,
    say,
    told,
    was_interrupt,
)
from actoolkit.console import PlainCommand, standard_output
from actoolkit.errors import ActoolkitError, InvalidArgument, SettingsError
from actoolkit.export_command import export_command
from actoolkit.notebooks_command import notebooks_command
from actoolkit.sandbox_command import SandboxSize, Seed, Size, sandbox_app

if TYPE_CHECKING:
    from actoolkit.settings import Account

app = typer.Typer(
    name="actoolkit",
    help="Analytics over ActiveCampaign data: reports, synced tables, notebooks.",
    epilog=(
        "Your account: set ACTIVECAMPAIGN_URL and ACTIVECAMPAIGN_API_TOKEN (Settings > Developer), "
        "in the environment or in a .env file. No account: add --sandbox."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(sandbox_app, name="sandbox")
app.add_typer(
    cache_app, name="cache", short_help="What is remembered of your account: list, clear, purge."
)
app.add_typer(
    account_app, name="account", short_help="Keep an account in the keyring of your system."
)


class Subject(StrEnum):
    """Reports there are."""

    overview = "overview"
    funnel = "funnel"
    engagement = "engagement"
    revenue = "revenue"
    customers = "customers"
    automations = "automations"
    all = "all"


UseSandbox = Annotated[
    bool, typer.Option("--sandbox", help="Use the built-in synthetic account: no key, no network.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Ask again, whatever is remembered.")]


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as YYYY-MM-DD.") from None


Since = Annotated[
    date | None,
    typer.Option(parser=_a_day, metavar="YYYY-MM-DD", show_default=False, help="First day."),
]
Until = Annotated[
    date | None,
    typer.Option(
        parser=_a_day, metavar="YYYY-MM-DD", show_default=False, help="The day after the last."
    ),
]


@contextmanager
def _account(*, sandbox: bool, size: Size, seed: int) -> Iterator[Account]:
    from actoolkit.settings import Account

    if not sandbox:
        yield Account.from_env()
        return
    from actoolkit.sandbox import sandbox_account

    with sandbox_account(size=size.value, seed=seed) as account:
        yield account


def _version(value: bool) -> None:  # noqa: FBT001 - the signature of an option's callback
    if value:
        print(f"actoolkit {actoolkit.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: ARG001, FBT002 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    *,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which of several accounts. Default: ACTOOLKIT_PROFILE."),
    ] = None,
) -> None:
    use_profile(profile)


@app.command("doctor", short_help="Check URL, token, plan, clock and cache folder.")
def doctor_command(
    *, sandbox: UseSandbox = False, size: SandboxSize = Size.tiny, seed: Seed = 7
) -> None:
    """Check URL, token, plan, clock and cache folder, and say what to do next."""
    from actoolkit.doctor import Finding, examine

    marks = {"ok": "ok  ", "note": "note", "problem": "FAIL"}

    def shown(finding: Finding) -> Finding:
        print(f"{marks[finding.verdict]}  {finding.subject}: {finding.message}", flush=True)
        if finding.remedy:
            print(f"      {finding.remedy}", flush=True)
        return finding

    with _account(sandbox=sandbox, size=size, seed=seed) as account:
        findings = [shown(finding) for finding in examine(account)]
    problems = sum(finding.verdict == "problem" for finding in findings)
    if problems:
        raise typer.Exit(1)
    print("Ready. Next: actoolkit report" + (" --sandbox" if sandbox else ""))


@app.command("report", cls=PlainCommand)
def report_command(
    subject: Annotated[
        Subject, typer.Argument(metavar="SUBJECT", help=f"Which report: {', '.join(Subject)}.")
    ] = Subject.overview,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.", dir_okay=False)
    ] = Path("report.html"),
    since: Since = None,
    until: Until = None,
    last_days: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS",
            show_default=False,
            help="So many days before --until, or before the day of the data, not --since.",
        ),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="NAME",
            help="Only mails to this list and orders of its people: id or name. May be repeated.",
        ),
    ] = None,
    automation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only its mails and orders of who entered it: id or name."
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only orders in this currency, such as EUR."),
    ] = None,
    personal_data: Annotated[
        bool,
        typer.Option("--personal-data", help="Name the best customers by their addresses."),
    ] = False,
    locale: Annotated[
        str | None,
        typer.Option(
            metavar="LOCALE",
            help="Numbers, amounts and days as there, such as de_DE; English words.",
        ),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Write a PDF beside the page; needs Chromium or Chrome.")
    ] = False,
    sandbox: UseSandbox = False,
    size: SandboxSize = Size.small,
    seed: Seed = 7,
    refresh: Refresh = False,
    quiet: Quiet = False,
) -> None:
    """Write a report as one HTML file that needs no network.

    The period is half-open: --since is in, --until is out; --last-days counts back from there.
    Default: the last 12 months.
    """
    from actoolkit.reports import report
    from actoolkit.reports.document import check_place
    from actoolkit.reports.period import checked_days

    checked_days(last_days, since)
    _look_into(output.parent)
    if output.is_dir():  # "" is ".", which older versions of Typer let pass
        raise InvalidArgument(
            f"{str(output)!r} is a folder.", hint="Name a file in it, such as -o report.html."
        )
    if output.suffix.lower() == ".pdf":
        raise InvalidArgument(
            f"{output.name} is the name of a print, and this writes a page.",
            hint=f"Use -o {output.with_suffix('.html').name} --pdf: the print is put beside it.",
        )
    for file in (output, output.with_suffix(".pdf")) if pdf else (output,):
        check_place(file)
    with _account(sandbox=sandbox, size=size, seed=seed) as account:
        made = report(
            subject.value,
            account=account,
            since=since,
            until=until,
            last_days=last_days,
            lists=lists,
            automation=automation,
            currency=currency,
            personal_data=personal_data,
            refresh=refresh,
            progress=False if quiet else None,
            locale=locale,
        )
        made.save(output)
    printed = made.save_pdf(output.with_suffix(".pdf")) if pdf else None
    if not quiet:
        print(f"Wrote {output} ({output.stat().st_size / 1e6:.1f} MB). Open it in a browser.")
        if printed:
            print(f"Wrote {printed} ({printed.stat().st_size / 1e6:.1f} MB).")


def _look_into(folder: Path) -> None:
    """Refuse a folder that is not there, before hours are spent on what shall be in it."""
    reason = "does not exist"
    try:
        if folder.is_dir():
            return
    except (OSError, ValueError) as error:
        reason = f"cannot be looked into: {getattr(error, 'strerror', None) or error}"
    raise InvalidArgument(
        f"The folder {str(folder)!r} {reason}.", hint="Create it, or choose another --output."
    )


@app.command("sync", cls=PlainCommand)
def sync_command(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TABLE",
            help="Tables to load, such as campaigns ecom_orders. Default: all that a report needs.",
        ),
    ] = None,
    *,
    sandbox: UseSandbox = False,
    size: SandboxSize = Size.small,
    seed: Seed = 7,
    refresh: Refresh = False,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile", help="Load every row again, so that those deleted at the source go."
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Load tables into the cache and say what came from where."""
    from actoolkit.loaders import sync

    with _account(sandbox=sandbox, size=size, seed=seed) as account:
        summary = sync(
            account=account,
            tables=tables or None,
            refresh=refresh,
            reconcile=reconcile,
            progress=False if quiet else None,
        )
    if not quiet:
        _print_rows(summary.to_dicts())


@app.command(
    "plan", cls=PlainCommand, short_help="Tell how many requests and seconds a sync will take."
)
def plan_command(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TABLE",
            help="Tables, such as contacts ecom_orders. Default: all of a sync.",
        ),
    ] = None,
    *,
    sandbox: UseSandbox = False,
    size: SandboxSize = Size.small,
    seed: Seed = 7,
) -> None:
    """Tell how many requests and seconds a sync will take, without loading anything."""
    from actoolkit.loaders import plan
    from actoolkit.loaders._telling import describe_duration

    with _account(sandbox=sandbox, size=size, seed=seed) as account:
        planned = plan(*(tables or ()), account=account)
    _print_rows(planned.to_dicts())
    seconds = sum(planned["seconds"].drop_nulls().to_list())
    requests = sum(planned["requests"].drop_nulls().to_list())
    unknown = planned.filter(planned["source"] == "account", planned["requests"].is_null())
    beside = f" Not counted: {', '.join(unknown['table'])}." if unknown.height else ""
    print(f"About {requests:,} requests, {describe_duration(seconds)}.{beside}")


def _print_rows(rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0] if rows else ():
        numbers = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    standard_output().print(table)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.1f}"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M UTC")
        case _:
            return str(value)


app.command("notebooks", cls=PlainCommand)(notebooks_command)
app.command("export", cls=PlainCommand)(export_command)


def main() -> NoReturn:
    """Run the command line; every expected error is one line that ends with the next step."""
    try:
        code = app(standalone_mode=False)
    except WrongUsage as error:
        misused(error, app)
    except (InvalidArgument, SettingsError) as error:
        fail(str(error), 2)
    except ActoolkitError as error:
        fail(str(error), 1)
    except typer.Abort:
        fail("Nothing was done.", 1)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except OSError as error:
        fail(f"{told(error)} Mend that, then run the same command again.", 1)
    except BaseException as error:
        if not was_interrupt(error):
            raise
        code = INTERRUPTED
    if code == INTERRUPTED:
        say("Interrupted. What was loaded is kept; run the same command to go on.")
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
