"""Site tracking: the domains whose visits count."""

from __future__ import annotations

import polars as pl

from actoolkit.actions._run import Action
from actoolkit.api.read_back import domains
from actoolkit.api.write_operations import WRITES, check_domain
from actoolkit.api.writes import Writer, Written
from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account


def add_site_tracking_domain(
    domain: str,
    *,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Count visits of a domain.

    Args:
        domain: Such as "shop.example"; international names are sent in their ``xn--`` form.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: domain (String), then

        - verdict (String): "dry run", "ok", "rejected", "not done" or "unknown"; "ok" too when the
          domain was there before.
        - status (Int64): HTTP status, null when there was no answer.
        - reason (String): why, in words.
        - object_id (String): the domain; it has no id.
        - method, path, body (String): what is sent.

    Raises:
        InvalidArgument: No domain name. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/add-a-site-tracking-domain

    Example:
        >>> add_site_tracking_domain("Shop.Example")["body"].item()
        '{"siteTrackingDomain":{"name":"shop.example"}}'
    """
    name = check_domain(domain)
    request = WRITES["add_site_tracking_domain"].request({"name": name})
    action = Action(
        name="add_site_tracking_domain",
        requests=[request],
        keys={"domain": [name]},
        existing="ok",
    )
    return action.run(account, apply=apply, progress=progress)


def remove_site_tracking_domain(
    domain: str,
    *,
    name: str,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Count visits of a domain no more.

    Args:
        domain: The domain.
        name: The domain once more: its own name is all it has. Compared with the account's before
            anything is sent.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: domain (String), then the columns of `add_site_tracking_domain`
        from ``verdict`` on; object_id is null.

    Raises:
        InvalidArgument: No domain name, or two different ones. Nothing was deleted.
        ApiError: The domains cannot be read. Nothing was deleted.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/sitetrackingdomainsname

    Example:
        >>> remove_site_tracking_domain("shop.example", name="shop.example")["path"].item()
        '/siteTrackingDomains/shop.example'
    """
    request = WRITES["remove_site_tracking_domain"].request(domain=domain)
    wire = request.segments["domain"]
    if check_domain(name) != wire:
        raise InvalidArgument(
            f"domain={domain!r} and name={name!r} differ: nothing was deleted.",
            hint="Pass the domain's name twice.",
        )

    def confirm(writer: Writer) -> Written | None:
        if wire in domains(writer.reader):
            return None
        return Written("rejected", 404, "there is no such domain")

    action = Action(
        name="remove_site_tracking_domain",
        requests=[request],
        keys={"domain": [wire]},
        confirm=confirm,
    )
    return action.run(account, apply=apply, progress=progress)
