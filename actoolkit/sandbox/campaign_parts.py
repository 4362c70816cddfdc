"""What a campaign consists of, as the API tells it: its links, and its messages with counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actoolkit.sandbox.brand import PRODUCTS
from actoolkit.sandbox.campaigns import COUNTERS, campaign_rows
from actoolkit.sandbox.collection import Refused, links, record_collection

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

Row = dict[str, object]
SHARES = (0.6, 0.3, 0.1)
"""How a campaign's clicks part among its links."""


def _parted(total: int) -> list[int]:
    first, second = round(total * SHARES[0]), round(total * SHARES[1])
    return [first, second, total - first - second]


def links_of(world: World, ident: str) -> list[Row]:
    """Give the links of one campaign; they share its clicks, and "open" counts its opens.

    Raises:
        Refused: There is no such campaign.
    """
    found = [row for row in campaign_rows(world) if row["id"] == ident]
    if not found:
        raise Refused(404, {"message": f"No Result found for Campaign with id {ident}"})
    (row,) = found
    clicks = _parted(int(str(row["linkclicks"])))
    people = _parted(int(str(row["uniquelinkclicks"])))
    urls = [f"https://shop.example.com/{one.sku}" for one in PRODUCTS[: len(SHARES)]]
    told = [
        ("open", "", int(str(row["opens"])), int(str(row["uniqueopens"]))),
        *zip(urls, [one.name for one in PRODUCTS], clicks, people, strict=False),
    ]
    return [
        {
            "campaignid": ident,
            "messageid": row["message_id"],
            "link": url,
            "name": name,
            "ref": "",
            "tracked": "1",
            "uniquelinkclicks": str(unique),
            "linkclicks": str(every),
            "created_timestamp": row["created_timestamp"],
            "updated_timestamp": row["updated_timestamp"],
            "created_by": None,
            "updated_by": None,
            "links": links(f"links/{ident}{place}", "campaign", "message"),
            "id": f"{ident}{place}",
            "campaign": ident,
            "message": row["message_id"],
        }
        for place, (url, name, every, unique) in enumerate(told)
    ]


def _messages(world: World) -> list[Row]:
    return [
        {
            "campaignid": row["id"],
            "messageid": row["message_id"],
            "percentage": "100",
            "sourcesize": "24576",
            **{name: row[name] for name in COUNTERS},
            "initial_split_percentage": "100",
            "spamcheck_score": None,
            "spamcheck_max": None,
            "subject": str(row["name"]).split(",", maxsplit=1)[0],
            "screenshot": row["screenshot"],
            "links": links(f"campaignMessages/{row['campaign_message_id']}", "campaign", "message"),
            "id": row["campaign_message_id"],
            "campaign": row["id"],
            "message": row["message_id"],
        }
        for row in campaign_rows(world)
    ]


CAMPAIGN_MESSAGES = record_collection("campaignMessages", _messages)
