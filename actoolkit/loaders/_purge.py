"""Removing a person from what is remembered."""

from __future__ import annotations

from actoolkit.loaders.progress import task
from actoolkit.settings import Account
from actoolkit.store.purge import Purged
from actoolkit.store.purge import purge as purge_store


def purge(
    *,
    email: str,
    contact_id: str | int | None = None,
    account: Account | None = None,
    progress: bool | None = None,
) -> Purged:
    """Remove a person from everything that is remembered of an account.

    Snapshots, history, unfinished loads with their side files, damaged and temporary files. Rows
    about the person are removed, found by address and by the ids known for it; the address is
    blanked where another row mentions it. Nothing is requested from the account: where no contact
    with the address is stored, its id is not known, and ``unsearched`` names the tables that may
    still hold rows of the person. Load contacts first, or give ``contact_id``.

    Args:
        email: The person's address; upper and lower case are the same.
        contact_id: The person's id in the account, where no contact with the address is stored.
        account: Whose memory; default `Account.from_env`.
        progress: Print what was removed and what is not within reach; default in terminals and
            notebooks.

    Returns:
        ``rows`` per table, ``files``, ``out_of_reach``: the account itself, saved reports, running
        programs, backups; and ``unsearched``: tables with rows by contact id, where no id of the
        person was known.

    Raises:
        InvalidArgument: It is no address, or no id, or the contact with this id is stored with
            another address only; nothing is removed then.
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
        purged = purge_store(
            Account.chosen(account), email, contact_id=contact_id, on_wait=shown.waiting
        )
        shown.say(str(purged))
    return purged
