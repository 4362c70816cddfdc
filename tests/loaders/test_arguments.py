"""What loaders are asked for: refused before a request is sent, or kept to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actoolkit.errors import InvalidArgument, LoadError, SnapshotMissing
from actoolkit.loaders import load_ecom_orders, load_lists, load_score_values, provenance


@pytest.fixture
def lists(stub):
    stub.rows["/lists"] = ("lists", [{"id": "1"}])
    return stub


class TestArguments:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"frame": "spark"},
            {"frame": "pandas", "lazy": True},
            {"limit": 0},
            {"limit": True},
            {"max_age": 3600},
            {"max_age": timedelta(-1)},
            {"since": "yesterday"},
            {"since": 5},
        ],
    )
    def test_refused_before_anything_is_sent(self, lists, account, wrong):
        with pytest.raises(InvalidArgument):
            load_lists(account=account, **wrong)
        assert lists.seen == []

    def test_no_time_column_no_period(self, lists, account):
        with pytest.raises(InvalidArgument, match="no time column"):
            load_score_values(account=account, since="2026-01-01")

    def test_unknown_state(self, account):
        for state in ("paid", ("completed", "paid")):
            with pytest.raises(InvalidArgument, match="completed"):
                load_ecom_orders(account=account, state=state)

    def test_several_states_with_a_limit(self, account):
        with pytest.raises(InvalidArgument, match="states"):
            load_ecom_orders(account=account, state=("completed", "recovered"), limit=5)

    def test_a_filter_that_the_api_ignores_is_noticed(self, stub, account):
        rows = [{"id": "1", "customerid": "7"}, {"id": "2", "customerid": "8"}]
        stub.rows["/ecomOrders"] = ("ecomOrders", rows)
        with pytest.raises(LoadError, match="ignored the filter customer_id=7"):
            load_ecom_orders(account=account, customer_id=7)

    def test_provenance_of_nothing(self, account):
        with pytest.raises(InvalidArgument):
            provenance("unicorns", account=account)
        with pytest.raises(SnapshotMissing, match="load_lists"):
            provenance("lists", account=account)

    def test_several_states_come_from_one_whole_load(self, stub, account):
        rows = [{"id": str(n), "state": str(n % 5)} for n in range(1, 41)]
        stub.rows["/ecomOrders"] = ("ecomOrders", rows)
        paid = load_ecom_orders(account=account, state=("completed", "recovered"))
        assert set(paid["state"]) == {"completed", "recovered"}
        assert paid.height == 16
        sent = len(stub.seen)
        load_ecom_orders(account=account, state=["abandoned"])
        assert len(stub.seen) == sent
