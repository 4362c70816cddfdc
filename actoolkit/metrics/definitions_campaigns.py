"""What the metrics of campaigns mean."""

from __future__ import annotations

from actoolkit.metrics.counters import ADDED, RATES, VERIFIED, Rate
from actoolkit.metrics.definitions import Definition

_CAMPAIGNS = "https://developers.activecampaign.com/reference/list-all-campaigns"
_ORDERS = "https://developers.activecampaign.com/reference/list-all-orders"
_WILSON = "https://doi.org/10.1214/ss/1009213286"

_BASE = ("sends", "hard_bounces", "soft_bounces")
_CAMPAIGN_RATES = (
    "campaign_id",
    "name",
    "type",
    "automation_id",
    "sent_at",
    *ADDED,
    VERIFIED,
)
"""All that `campaign_rates` gives is made of: none of its rates can be had of fewer."""
_PRIVACY = (
    "Mail-privacy software opens mails by itself, so this is an upper bound; "
    "the verified open rate is the lower one."
)
_EXPOSURE_CAVEATS = (
    "Near in time, not proven cause: those on a list may have bought anyway.",
    "A campaign narrowed by a segment counts its whole lists.",
    "An order counts once for every campaign that it follows, so campaigns do not add up.",
    "Not known for mails of automations.",
    "Orders whose e-mail address is no contact's are missed.",
)


def _rate(rate_id: str, title: str, formula: str, *caveats: str) -> Definition:
    rate: Rate = RATES[rate_id]
    return Definition(
        id=rate_id,
        title=title,
        formula=formula,
        numerator=" + ".join(rate.numerator),
        denominator=rate.denominator,
        columns=_CAMPAIGN_RATES,
        caveats=caveats,
        source=_CAMPAIGNS,
        function="campaign_rates",
    )


CAMPAIGNS: tuple[Definition, ...] = (
    Definition(
        "delivered",
        "Delivered mails",
        "mails sent minus hard and soft bounces, at least 0",
        numerator="sends - hard_bounces - soft_bounces",
        columns=_CAMPAIGN_RATES,
        caveats=("Accepted by the recipient's server; the spam folder counts as delivered.",),
        source=_CAMPAIGNS,
        function="campaign_rates",
    ),
    _rate(
        "delivery_rate",
        "Delivery rate",
        "delivered mails ÷ mails sent",
        "Accepted by the recipient's server; the spam folder counts as delivered.",
    ),
    _rate(
        "bounce_rate",
        "Bounce rate",
        "hard and soft bounces ÷ mails sent",
        "Of mails sent, where opens and clicks are of delivered ones.",
        "The sum of two counters: the API has none of all bounces.",
    ),
    _rate(
        "hard_bounce_rate",
        "Hard bounce rate",
        "mails refused for good ÷ mails sent",
        "Mails of campaigns; bounce_health and domain_mix count the contacts.",
        "The API counts them and gives no reason: an address that is gone and a sender who is "
        "blocked look alike.",
    ),
    _rate(
        "soft_bounce_rate",
        "Soft bounce rate",
        "mails refused for now ÷ mails sent",
        "The API does not tell whether a mail that was refused for now arrived later; it is not "
        "counted as delivered.",
    ),
    _rate("open_rate", "Open rate", "contacts with an open ÷ delivered mails", _PRIVACY),
    _rate(
        "verified_open_rate",
        "Verified open rate",
        "contacts with a verified open ÷ delivered mails",
        "In a group, over the campaigns that have verified opens only, in both counts.",
        "Misses people who read with images off or behind privacy software: a lower bound.",
    ),
    _rate(
        "click_rate",
        "Click rate",
        "contacts who clicked any link ÷ delivered mails",
        "Counts people, not clicks: unique link clicks count a contact once per link.",
        "Mail scanners click links too; the API does not tell them from people.",
    ),
    _rate(
        "click_to_open_rate",
        "Click-to-open rate",
        "contacts who clicked any link ÷ contacts with an open",
        "Falls as privacy software adds opens.",
        "One can click without an open that is seen; where more did, the rate is left empty.",
    ),
    _rate(
        "unsubscribe_rate",
        "Unsubscribe rate",
        "contacts who unsubscribed ÷ delivered mails",
        "Misses those who mark as spam instead: the API gives no complaints.",
    ),
    _rate(
        "reply_rate",
        "Reply rate",
        "contacts who replied ÷ delivered mails",
        "Replies are seen where the campaign tracks them, which its column reply_tracking says; "
        "a 0 of another tells nothing.",
    ),
    _rate(
        "forward_rate",
        "Forward rate",
        "contacts who forwarded by the mail's own link ÷ delivered mails",
        "Who forwards in the mail program itself is not seen.",
    ),
    _rate(
        "privacy_open_share",
        "Opens by privacy software",
        "contacts with an open that is not verified ÷ contacts with an open",
        "Of the campaigns that have verified opens only.",
        "How much the open rate is inflated; people who read behind such software are among them.",
    ),
    Definition(
        "links_per_clicker",
        "Links per clicker",
        "pairs of a contact and a link that was clicked ÷ contacts who clicked any link",
        numerator="unique_link_clicks",
        denominator="clickers",
        columns=(*_CAMPAIGN_RATES, "unique_link_clicks"),
        caveats=(
            "A mean of 1 or more, not a share, so Wilson's interval does not fit: it has none.",
            "In a group it is the ratio of sums: campaigns with many clickers weigh more.",
            "Mail scanners click every link and raise it; the API does not tell them from people.",
            "Depends on how many links a mail has.",
        ),
        source=_CAMPAIGNS,
        function="campaign_rates",
    ),
    Definition(
        "shrunk_rate",
        "Shrunk rate",
        "(hits + common rate x history's weight) ÷ (mails + history's weight)",
        numerator="hits",
        denominator="trials",
        columns=("campaign_id", "name", *ADDED, VERIFIED),
        caveats=(
            "A small campaign is drawn to the rate that the account's campaigns have in common.",
            "For ranking: it is not what happened, which is the rate itself.",
        ),
        source="https://doi.org/10.1080/01621459.1973.10481332",
        function="shrunk_rates",
    ),
    Definition(
        "robust_z",
        "Robust z",
        "0.6745 x (rate - median of the group's rates in the days before) ÷ their median absolute "
        "deviation",
        columns=("campaign_id", "name", "type", "sent_at", *ADDED, VERIFIED),
        caveats=(
            "Beyond 3.5 is commonly called an outlier.",
            "Not known with fewer than 8 campaigns before.",
            "It does not know sizes: the control limits do.",
        ),
        source="https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm",
        function="campaign_anomalies",
    ),
    Definition(
        "control_limits",
        "Control limits",
        "common rate ± 3 standard deviations of a campaign of this size, widened by how much "
        "campaigns differ from one to the next (Laney's p' chart)",
        columns=("campaign_id", "name", "type", "sent_at", *ADDED, VERIFIED),
        caveats=("A point beyond says that something was different, not what.",),
        source="https://doi.org/10.1081/QEN-120003555",
        function="campaign_anomalies",
    ),
    Definition(
        "difference",
        "Difference of two campaigns",
        "rate of a campaign - rate of the baseline",
        columns=("campaign_id", "name", *ADDED, VERIFIED),
        caveats=(
            "The campaigns' doing only where contacts were divided at random.",
            "Newcombe's interval; the verdict allows for several comparisons (Holm).",
            "No difference shown is not the same as no difference: see the mails needed.",
        ),
        source="https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
        function="compare_campaigns",
    ),
    Definition(
        "wilson",
        "95% interval",
        "Wilson score interval of one campaign's rate; of a group's, widened by how much its "
        "campaigns differ",
        caveats=(
            "Of one campaign: chance alone, as if mails were drawn independently.",
            "Of a group: as if other campaigns were like those seen; few tell little.",
        ),
        source=_WILSON,
        function="wilson",
    ),
    Definition(
        "campaign_funnel",
        "Campaign funnel",
        "each step ÷ delivered mails; sent and delivered ÷ mails sent",
        numerator="count",
        denominator="denominator",
        columns=(*_BASE, "unique_opens", VERIFIED, "clickers"),
        caveats=(
            "Steps are not nested: one can click without a seen open, and buy without a click.",
            _PRIVACY,
        ),
        source=_CAMPAIGNS,
        function="campaign_funnel",
    ),
    Definition(
        "campaign_exposure",
        "Ordered (exposure)",
        "contacts who ordered within 7 days after a one-off campaign went to a list they were on",
        numerator="exposed_buyers",
        denominator="delivered mails of the campaigns whose exposure is known",
        columns=(
            "campaign_id",
            "automation_id",
            "sent_at",
            "sends",
            "list_id",
            "contact_id",
            "status",
            "subscribed_at",
            "unsubscribed_at",
            "email",
            "order_id",
            "state",
            "ordered_at",
        ),
        caveats=_EXPOSURE_CAVEATS,
        source=_ORDERS,
        function="campaign_exposure",
    ),
    Definition(
        "engagement_by_period",
        "Engagement over time",
        "opens and clicks ÷ delivered mails, one-off campaigns by day, week or month of sending",
        numerator="unique_opens, clickers",
        denominator="delivered",
        columns=("automation_id", "sent_local", *_BASE, "unique_opens", "clickers"),
        caveats=(
            "Opens and clicks count where the mail was sent: the latest period is not over.",
            _PRIVACY,
        ),
        source=_CAMPAIGNS,
        function="engagement_by_period",
    ),
    Definition(
        "campaign_curve",
        "Opens and clicks since the sending",
        "counters of a campaign at each moment at which a refresh saw them changed ÷ the most seen",
        numerator="unique_opens, clickers",
        denominator="the largest value seen",
        columns=(
            "campaign_id",
            "observed_at",
            "sent_at",
            "unique_opens",
            VERIFIED,
            "clickers",
            "unsubscribes",
        ),
        caveats=(
            "As fine as the refreshes were frequent: the API keeps the present counters only.",
            _PRIVACY,
        ),
        source=_CAMPAIGNS,
        function="campaign_curve",
    ),
    Definition(
        "engagement_heatmap",
        "Sending time",
        "opens and clicks ÷ delivered mails, one-off campaigns by weekday and hour of sending",
        numerator="unique_opens, clickers",
        denominator="delivered",
        columns=("automation_id", "sent_local", *_BASE, "unique_opens", "clickers"),
        caveats=(
            "The time of sending in the account's zone; the API has no times of opens and clicks.",
            "Different mails go out at different times, so a better hour need not be the cause.",
            "A shrunk rate draws a cell to the rate of all: to compare by, not what happened.",
        ),
        source=_CAMPAIGNS,
        function="engagement_heatmap",
    ),
)
"""Definitions of campaigns, in the order of the reference."""
