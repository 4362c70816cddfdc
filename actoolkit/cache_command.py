"""``actoolkit cache info | clear | purge``: what is remembered, and forgetting it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from actoolkit.console import PlainCommand, standard_output
from actoolkit.errors import InvalidArgument

cache_app = typer.Typer(
    help="What is remembered of your account: list it, clear it, remove a person.",
    no_args_is_help=True,
)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@cache_app.command("info", short_help="List what is remembered, with sizes.")
def info() -> None:
    """List what is remembered: loads, history, unfinished loads, with their sizes."""
    from rich.table import Table

    from actoolkit.settings import Account
    from actoolkit.store.inventory import inventory

    account = Account.from_env()
    found = inventory(account)
    console = standard_output()
    console.print(str(account.folder), soft_wrap=True)
    if not found.height:
        console.print("Nothing is remembered. Next: actoolkit sync")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("table", "kept", "rows", "fetched (UTC)", "certainty", "kB", "snapshot"):
        right = name in ("rows", "kB")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in found.iter_rows(named=True):
        table.add_row(
            row["table"],
            row["kept"],
            "" if row["rows"] is None else f"{row['rows']:,}",
            "" if row["fetched_at"] is None else f"{row['fetched_at']:%Y-%m-%d %H:%M}",
            row["certainty"] or "",
            f"{row['bytes'] / 1000:,.0f}",
            (row["snapshot"] or "") + (" (pinned)" if row["pinned"] else ""),
        )
    console.print(table)
    console.print(f"{sum(found['bytes'].to_list()) / 1e6:,.1f} MB in all")


@cache_app.command("clear")
def clear(
    *,
    yes: Yes = False,
    keep_history: Annotated[
        bool, typer.Option("--keep-history", help="Leave the history of counters.")
    ] = False,
) -> None:
    """Forget everything that is remembered of the account."""
    from actoolkit.settings import Account
    from actoolkit.store.inventory import clear as clear_store
    from actoolkit.store.leftovers import of_other_tokens

    account = Account.from_env()
    what = "everything but the history" if keep_history else "everything, with the history"
    _confirm(f"Forget {what} in {account.folder}? The history cannot be loaded again.", yes=yes)
    freed = clear_store(account, keep_history=keep_history, on_wait=_waiting)
    typer.echo(f"Cleared {freed / 1e6:,.1f} MB.")
    for path in of_other_tokens(account):
        typer.echo(f"Left: {path}, loaded with another token. Remove the folder if it is yours.")


@cache_app.command(
    "purge", cls=PlainCommand, short_help="Remove a person from everything that is remembered."
)
def purge(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The person's address.")],
    *,
    contact_id: Annotated[
        str | None,
        typer.Option(
            "--contact-id", metavar="ID", help="The person's id, where contacts are not loaded."
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Remove a person from everything that is remembered, and say what is not within reach."""
    from actoolkit.settings import Account
    from actoolkit.store.purge import address_of, id_of
    from actoolkit.store.purge import purge as purge_store

    account, address, ident = Account.from_env(), address_of(email), id_of(contact_id)
    _confirm(f"Remove one person from everything in {account.folder}?", yes=yes)
    typer.echo(str(purge_store(account, address, contact_id=ident, on_wait=_waiting)))


def _waiting(seconds: float, reason: str) -> None:
    typer.echo(f"Waiting up to {seconds:.0f} s: {reason}", err=True)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidArgument("Nobody can be asked here.", hint="Add --yes.")
    typer.confirm(question, abort=True)
