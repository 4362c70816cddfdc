"""Removing a person from what is remembered."""

from __future__ import annotations

from actoolkit.loaders.progress import task
from actoolkit.settings import Account
from actoolkit.store.purge import Purged
from actoolkit.store.purge import purge as purge_store


def purge(*, email: str, account: Account | None = None, progress: bool | None = None) -> Purged:
    """Remove a person from everything that is remembered of an account.

    Snapshots, history, unfinished loads with their side files, damaged and temporary files. Rows
    about the person are removed, found by address and by the ids known for it; the address is
    blanked where another row mentions it.

    Args:
        email: The person's address; upper and lower case are the same.
        account: Whose memory; default `Account.from_env`.
        progress: Print what was removed and what is not within reach; default in terminals and
            notebooks.

    Returns:
        ``rows`` per table, ``files``, and ``out_of_reach``: the account itself, saved reports,
        running programs, backups.

    Raises:
        InvalidArgument: It is no address.
        StoreLocked: A load was under way for longer than a minute.
        StoreError: The cache folder cannot be used.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     gone = ac.purge(email=contacts["email"][0], account=account, progress=False)
        >>> gone.rows["contacts"]
        1
    """
    with task("purge", progress=progress) as shown:
        purged = purge_store(Account.chosen(account), email, on_wait=shown.waiting)
        shown.say(str(purged))
    return purged
