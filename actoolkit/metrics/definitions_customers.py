"""What each metric of customers' future and of scores means, in words that a report can print."""

from __future__ import annotations

from actoolkit.metrics.definitions import Definition

_BG_NBD = "https://doi.org/10.1287/mksc.1040.0098"
_ORDERS = "https://developers.activecampaign.com/reference/list-all-orders"
_VALUES = "https://developers.activecampaign.com/reference/list-all-contacts"
_SCORED = (
    "observed_at",
    "score_value_id",
    "score_id",
    "contact_id",
    "score_value",
    "email",
    "state",
    "ordered_at",
)
_LEAK = (
    "The API overwrites scores, so only loads from before the moment can tell what was known then."
)
_BOUGHT = ("email", "state", "currency", "total_cents", "ordered_local")
_CUSTOMER = "A customer is an e-mail address, trimmed and in lower case; one person may have two."
_LATE = "Where the history begins late, people who bought before it count as new."
_HISTORY = "Purchases are taken to follow no season, and nothing to have changed the shop."

CUSTOMERS: tuple[Definition, ...] = (
    Definition(
        "customer_purchases",
        "Purchases of customers",
        "days with an order after the first, days from the first to the last and to the end, "
        "and the mean value of a day after the first, per customer",
        columns=_BOUGHT,
        caveats=(_CUSTOMER, _LATE, "Several orders of one day are one purchase."),
        source=_ORDERS,
        function="customer_purchases",
    ),
    Definition(
        "clv",
        "Customer lifetime value",
        "purchases expected in each 30 days ahead (BG/NBD) x value expected of one (Gamma-Gamma) "
        "÷ (1 + discount)^years, summed",
        columns=_BOUGHT,
        caveats=(
            _CUSTOMER,
            _LATE,
            _HISTORY,
            "Revenue, not profit; of known customers, not of those to come.",
            "Number and value of a customer's purchases are taken to be independent.",
            "What is expected of one customer is far less sure than of many together.",
        ),
        source=_BG_NBD,
        function="clv",
    ),
    Definition(
        "clv_fit",
        "Parameters of lifetime value",
        "the parameters of BG/NBD and Gamma-Gamma of greatest likelihood, searched from several "
        "starting points",
        columns=_BOUGHT,
        caveats=("Parameters without a convergence are no estimate.",),
        source="https://www.brucehardie.com/notes/025/gamma_gamma.pdf",
        function="clv_fit",
    ),
    Definition(
        "clv_holdout",
        "Hold-out of lifetime value",
        "purchases of the last days, as predicted from the days before and as they came, by number "
        "of repeat purchases before",
        numerator="purchases",
        denominator="customers",
        columns=_BOUGHT,
        caveats=(_HISTORY, "Only customers who had bought before the last days are counted."),
        source=_BG_NBD,
        function="clv_holdout",
    ),
    Definition(
        "score_distribution",
        "Distribution of scores",
        "contacts by score, in bins of equal width ÷ contacts with this score",
        numerator="contacts",
        denominator="contacts of the score",
        columns=("score_id", "contact_id", "score_value"),
        caveats=("Contacts without a value of the score are not in it.",),
        source=_VALUES,
        function="score_distribution",
    ),
    Definition(
        "score_outcomes",
        "Buying by score",
        "contacts with an order in the days after ÷ contacts, by tenth of the score as it was "
        "known before",
        numerator="buyers",
        denominator="contacts",
        columns=_SCORED,
        caveats=(
            _LEAK,
            "A score that counts purchases may tell no more than that buyers buy again.",
            "Contacts of one score are never parted, so tenths may differ in size.",
        ),
        source=_VALUES,
        function="score_outcomes",
    ),
    Definition(
        "score_quality",
        "Quality of a score",
        "chance that a buyer had the higher score than one who did not buy, equal scores counting "
        "half; buy rate of the best tenth ÷ buy rate of all",
        numerator="buyers",
        denominator="contacts",
        columns=_SCORED,
        caveats=(
            _LEAK,
            "An area of 0.5 is what a score without any meaning has.",
            "The interval holds for one score, not for the best of many.",
        ),
        source="https://doi.org/10.2307/2531595",
        function="score_quality",
    ),
)
