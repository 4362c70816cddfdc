"""Masked frames: nobody is in them, everybody is the same in all of them, and metrics do not mind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import inspect
import os
import re
import stat
import threading
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit import errors
from actoolkit.home import KEY_VARIABLE
from actoolkit.loaders._mask import mask, mask_manifest, namer
from actoolkit.loaders._mask_key import mask_key
from actoolkit.settings import Account
from actoolkit.tables import TABLES, decode

KEY = b"k" * 32
LOADERS = sorted(name for name in ac.__all__ if name.startswith("load_"))


def oracle(address, key=KEY):
    digest = hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()
    return "person-" + digest[:16]


@pytest.fixture(scope="module")
def account():
    with ac.sandbox_account(size="tiny", seed=11) as one:
        yield one


@pytest.fixture(scope="module")
def people(account):
    """Every address, name and telephone number that the account knows."""
    contacts = ac.load_contacts(account=account, progress=False)
    found = {
        value.strip().lower()
        for name in ("email", "phone")
        for value in contacts[name].drop_nulls().to_list()
        if len(value) > 5
    }
    orders = ac.load_ecom_orders(account=account, progress=False)["email"].drop_nulls().to_list()
    return found | {one.strip().lower() for one in orders}


@pytest.mark.parametrize("name", LOADERS)
def test_every_loader_takes_it(name):
    parameter = inspect.signature(getattr(ac, name)).parameters["mask"]
    assert parameter.default is False
    assert "mask: Cover personal data" in getattr(ac, name).__doc__


PLAIN = sorted(
    name
    for name in LOADERS
    if all(
        p.default is not p.empty for p in inspect.signature(getattr(ac, name)).parameters.values()
    )
)


@pytest.mark.parametrize("name", PLAIN)
def test_nobody_is_in_a_masked_frame(name, account, people):
    load = getattr(ac, name)
    bare = load(account=account, progress=False)
    covered = load(account=account, progress=False, mask=True)
    assert covered.schema == bare.schema
    assert covered.height == bare.height
    text = covered.write_json().lower()
    assert "@" not in text or not re.search(r"[\w.+-]+@[\w-]+\.\w+", text)
    assert not [one for one in people if one in text]
    table = TABLES.get(name.removeprefix("load_"))
    if table is not None:
        personal = {column.name for column in table.columns if column.pii}
        same = [one for one in bare.columns if one not in personal and one != "_extra"]
        plain = bare.select(same)
        if not re.search(r"[\w.+-]+@[\w-]+\.\w+", plain.write_json()):
            assert_frame_equal(covered.select(same), plain)
        assert covered["_extra"].null_count() == covered.height
        for column in personal & set(bare.columns):
            assert covered[column].is_null().to_list() == bare[column].is_null().to_list() or (
                covered[column].dtype != pl.String
            )


def test_the_same_person_is_the_same_everywhere(account):
    plain, covered = {}, {}
    for table in ("contacts", "ecom_orders", "ecom_customers"):
        load = getattr(ac, f"load_{table}")
        plain[table] = load(account=account, progress=False)["email"]
        covered[table] = load(account=account, progress=False, mask=True)["email"]
    names = {}
    for table, values in plain.items():
        for address, name in zip(values, covered[table], strict=True):
            if address is not None:
                assert names.setdefault(address.strip().lower(), name) == name
    assert len(set(names.values())) == len(names) >= 200
    assert set(names) & set(plain["ecom_orders"].drop_nulls().str.strip_chars().str.to_lowercase())
    key = mask_key(account)
    assert all(name == oracle(address, key) for address, name in names.items())


def test_metrics_come_out_the_same(account):
    loaded = [
        {
            table: getattr(ac, f"load_{table}")(account=account, progress=False, mask=covered)
            for table in ("campaigns", "campaign_lists", "contact_lists", "contacts", "ecom_orders")
        }
        for covered in (False, True)
    ]
    made = [
        ac.metrics.campaign_exposure(
            one["campaigns"],
            one["campaign_lists"],
            one["contact_lists"],
            one["contacts"],
            one["ecom_orders"],
        )
        for one in loaded
    ]
    assert made[0]["exposed_buyers"].sum() > 0
    assert_frame_equal(*made)


@pytest.mark.parametrize("how", [{"lazy": True}, {"frame": "pandas"}, {"wide": True}])
def test_every_kind_of_frame(how, account):
    load = ac.load_field_values if "wide" in how else ac.load_contacts
    bare = load(account=account, progress=False, **how)
    covered = load(account=account, progress=False, mask=True, **how)
    assert type(covered) is type(bare)
    if "lazy" in how:
        covered = covered.collect()
    assert list(covered.columns) == list(bare.collect_schema() if "lazy" in how else bare.columns)
    if "frame" in how:
        assert "personal data are masked" in covered.attrs["actoolkit"]["notes"]
    if "wide" in how:
        assert set(covered["brewing_method"].drop_nulls()) == {"masked"}
        assert covered["birthday"].null_count() == covered.height
        assert covered["contact_id"].to_list() == bare["contact_id"].to_list()


def test_the_address_asked_for_is_not_in_the_notes_either(account, people):
    address = ac.load_contacts(account=account, progress=False)["email"][0]
    found = ac.load_contacts(
        email=address, account=account, progress=False, mask=True, frame="pandas"
    )
    assert len(found) == 1
    assert address not in repr(found.attrs) + found.to_csv()


def test_what_is_stored_stays_as_it_came(account):
    ac.load_contacts(account=account, progress=False, mask=True)
    assert ac.load_contacts(account=account, progress=False)["email"].str.contains("@").all()


addresses = st.from_regex(r"\A[A-Za-z0-9.+-]{1,12}@[A-Za-z0-9-]{1,9}\.[a-z]{2,4}\Z")


@settings(max_examples=150, deadline=None)
@given(addresses, st.text(max_size=9), st.text(max_size=9))
def test_whatever_the_api_sends(address, before, after):
    row = {
        "id": "1",
        "email": f" {address.upper()} ",
        "firstName": before + after,
        "phone": address,
        "orgname": f"{before} <{address}>{after}",
        "brandNew": {"mail": address, "deep": [address]},
        "sentcnt": address,
    }
    frame = decode(TABLES["contacts"], [row]).frame
    covered = mask(frame, TABLES["contacts"], namer(KEY))
    (one,) = covered.to_dicts()
    assert one["email"] == one["phone"] == oracle(address)
    assert one["_extra"] is None
    assert one["first_name"] in (None, "", "masked") or "person-" in one["first_name"]
    assert address.lower() not in covered.write_json().lower()
    assert covered.schema == frame.schema


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example/?who=ada%40shop.example&x=1",
        "https://shop.example/u/ada%40shop.example/orders",
        "https://shop.example/?who=Ada@shop.example#top",
        "for ada@shop.example",
        "https://shop.example/?who=ad%61%40shop.example",
    ],
)
def test_an_address_in_a_link_is_the_same_person(text):
    frame = pl.DataFrame({"campaign_id": ["1"], "name": [text], "_extra": [None]})
    (covered,) = mask(frame, TABLES["campaigns"], namer(KEY))["name"]
    assert oracle("ada@shop.example") in covered
    assert covered.startswith(text[:4])


@pytest.mark.parametrize(
    "text", ['"ada x"@shop.example', "see <ada,b>@shop.example", '"a"%40b.example']
)
def test_an_address_that_has_no_name_takes_the_text_with_it(text):
    frame = pl.DataFrame({"campaign_id": ["1"], "name": [text], "_extra": [None]})
    assert mask(frame, TABLES["campaigns"], namer(KEY))["name"].to_list() == ["masked"]


@pytest.mark.parametrize("text", ["Meet @ noon", "50%40 off", "a @b", "@ada", "x@", "1%40"])
def test_what_is_no_address_stays(text):
    frame = pl.DataFrame({"campaign_id": ["1"], "name": [text], "_extra": [None]})
    kept = mask(frame, TABLES["campaigns"], namer(KEY))["name"].to_list()
    assert kept == [text] or "person-" in kept[0]


def test_a_custom_field_cannot_pass_for_a_column_of_the_table():
    frame = pl.DataFrame({"contact_id": ["7"], "created_at": ["12 May 1970"], "field_id": ["Ada"]})
    covered = mask(frame, TABLES["field_values"], namer(KEY), kept=("contact_id",))
    assert covered.row(0) == ("7", "masked", "masked")


class TestKey:
    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "keys"))
        return tmp_path / "keys"

    def of(self, url="https://you.api-us1.com", token="one", **more):
        return mask_key(Account(url=url, token=token, **more))

    def test_it_is_made_once_and_is_the_owners_alone(self, folder, tmp_path):
        old = os.umask(0)
        try:
            key = self.of(cache_dir=tmp_path / "cache")
        finally:
            os.umask(old)
        assert len(key) == 32
        (path,) = folder.iterdir()
        assert path.read_bytes() == key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not (tmp_path / "cache").exists()
        assert self.of(token="another") == key
        assert self.of(url="https://other.api-us1.com") != key

    def test_the_default_place_is_not_the_cache(self, monkeypatch, tmp_path):
        monkeypatch.delenv(KEY_VARIABLE, raising=False)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        self.of()
        assert [path.name for path in tmp_path.iterdir()] == ["data"]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
    def test_others_must_not_read_it(self, folder, mode):
        self.of()
        (path,) = folder.iterdir()
        path.chmod(mode)
        with pytest.raises(errors.StoreUnsafe, match="chmod 600"):
            self.of()

    def test_a_link_or_a_damaged_one_is_refused(self, folder, tmp_path):
        key = self.of()
        (path,) = folder.iterdir()
        path.write_bytes(key[:9])
        with pytest.raises(errors.StoreError, match="damaged"):
            self.of()
        path.unlink()
        (tmp_path / "elsewhere").write_bytes(key)
        path.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(errors.StoreUnsafe):
            self.of()

    def test_twenty_at_once_agree(self, folder):
        keys = []
        threads = [threading.Thread(target=lambda: keys.append(self.of())) for _ in range(20)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(set(keys)) == 1
        assert len(list(folder.iterdir())) == 1

    def test_no_room(self, folder):
        folder.parent.joinpath("keys").write_text("a file")
        with pytest.raises(errors.StoreError):
            self.of()


CODED = [
    "https://shop.example/u?mail=ada%2540shop.example",
    "ada&#64;shop.example",
    r"ada\u0040shop.example",
    "ada=40shop.example",
    base64.b64encode(b"ada.lovelace@shop.example").decode(),
]


@pytest.mark.parametrize("value", CODED)
def test_an_address_behind_a_coding_is_covered_too(value):
    frame = pl.DataFrame({"campaign_id": ["1", "2"], "name": [value, "News & more %20"]})
    covered = mask(frame, TABLES["campaigns"], namer(KEY))
    assert covered["name"].to_list() == ["masked", "News & more %20"]
    lists = pl.DataFrame({"campaign_id": ["1"], "name": [["News", value]]})
    assert mask(lists, TABLES["campaigns"], namer(KEY))["name"].to_list() == [["News", "masked"]]


def test_a_short_address_in_a_list_is_covered_too():
    lists = pl.DataFrame({"campaign_id": ["1", "2"], "name": [["News", "a@b.de"], None]})
    covered = mask(lists, TABLES["campaigns"], namer(KEY))["name"].to_list()
    assert covered == [["News", oracle("a@b.de")], None]


def test_nothing_stays_nothing():
    names = pl.DataFrame({"contact_id": ["1", "2", "3"], "first_name": ["", "Ada", None]})
    covered = mask(names, TABLES["contacts"], namer(KEY))["first_name"].to_list()
    assert covered == ["", "masked", None]


@pytest.mark.parametrize("sign", ["\uff20", "\ufe6b"])
def test_another_at_sign_is_the_same_person(sign):
    frame = pl.DataFrame({"contact_id": ["1"], "email": [f"Ada{sign}Shop.example"]})
    covered = mask(frame, TABLES["contacts"], namer(KEY))["email"].to_list()
    assert covered == [oracle("ada@shop.example")]


def test_each_address_asked_for_is_covered_in_the_notes(account):
    ac.load_contacts(account=account, progress=False)
    asked = {"a": "ada@shop.example", "b": ("bob@shop.example", "7"), "c": "1"}
    manifest = replace(ac.provenance("contacts", account=account), query=asked)
    covered = mask_manifest(manifest, namer(KEY)).query
    ada, bob = oracle("ada@shop.example"), oracle("bob@shop.example")
    assert covered == {"a": ada, "b": (bob, "7"), "c": "1"}
