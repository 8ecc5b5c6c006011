"""Every cell of an order row: what comes in, and what is refused with which cure."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from recovery.connectors.table_file.row import read_row
from recovery.facts import Consent, CustomerType, Item, OrderStatus
from recovery.money import Money
from tests.support.order_rows import refused, row, snapshot


def test_a_good_row_says_everything_in_our_own_types():
    order = snapshot(
        customer_type="vip",
        name=" Kim Beispiel ",
        locale="pt_BR",
        timezone="Europe/Berlin",
        expires_at="2026-11-24T00:00:00+01:00",
        email_consent="marketing",
        sms_consent="TRANSACTIONAL",
        discount_code="ABCD-EFGH",
        shipping_amount="4.90",
        items='[{"name": "Teekanne", "quantity": 2, "price": "7.50"}]',
    )
    assert order.status is OrderStatus.FAILED
    assert order.placed_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
    assert order.amount == Money(1999, "EUR")
    assert order.phone == "+4930901820"
    assert order.customer_type is CustomerType.VIP
    assert (order.name, order.locale, order.timezone) == ("Kim Beispiel", "pt-BR", "Europe/Berlin")
    assert order.expires_at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert (order.email_consent, order.sms_consent) == (Consent.MARKETING, Consent.TRANSACTIONAL)
    assert order.shipping == Money(490, "EUR")
    assert order.items == (Item("Teekanne", 2, Money(750, "EUR")),)


def test_what_is_not_said_is_left_open():
    order = snapshot(updated_at=None, customer_id="", phone="  ", payment_url=None)
    assert order.updated_at == order.placed_at
    assert order.customer_id is order.phone is order.payment_url is order.locale is None
    assert order.email_consent is order.sms_consent is order.items is None
    assert snapshot(items="[]").items == ()


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("USD", "19.99", 1999),
        ("JPY", "1250", 1250),
        ("JPY", 1250, 1250),
        ("BHD", "0.125", 125),
        ("USD", "19.9", 1990),
        ("EUR", "20.000", 2000),
        ("eur", " 20 ", 2000),
    ],
)
def test_amounts_are_exact(currency: str, amount: Any, minor: int):
    order = snapshot(currency=currency, amount=amount)
    assert order.amount == Money(minor, currency.upper())


@pytest.mark.parametrize(
    ("changes", "field", "cure"),
    [
        ({"amount": "19,99"}, "amount", "decimal point"),
        ({"amount": "1,234.50"}, "amount", "thousands"),
        ({"amount": "1,000 EUR"}, "amount", "1234.50; the currency (EUR) has its own field"),
        ({"amount": "1,000", "currency": "JPY"}, "amount", "no thousands separator: 1234"),
        ({"amount": "19.999"}, "amount", "more decimals"),
        ({"amount": "12.5", "currency": "JPY"}, "amount", "more decimals"),
        ({"amount": "€19.99"}, "amount", "digits only"),
        ({"amount": "-5"}, "amount", "negative"),
        ({"amount": "0.00"}, "amount", "nothing to pay"),
        ({"amount": "1e400000"}, "amount", "plain digits"),
        ({"amount": "NaN"}, "amount", "plain digits"),
        ({"amount": True}, "amount", "must be text"),
        ({"amount": None}, "amount", "missing"),
        ({"currency": "EURO"}, "currency", "'EUR'"),
        ({"currency": "€"}, "currency", "EUR"),
        ({"currency": "XXX"}, "currency", "ISO 4217"),
        ({"country": "UK"}, "country", "'GB'"),
        ({"country": "Germany"}, "country", "'DE'"),
        ({"country": "DEU"}, "country", "'DE'"),
        ({"country": "ZZ"}, "country", "ISO 3166"),
        ({"status": "payed"}, "status", "'paid'"),
        ({"status": ""}, "status", "missing"),
        ({"order_id": "   "}, "order_id", "missing"),
        ({"order_id": "9" * 500}, "order_id", "longer than"),
        ({"placed_at": "2026-11-20T10:00:00"}, "placed_at", "no offset"),
        ({"placed_at": "2026-11-20"}, "placed_at", "no offset"),
        ({"placed_at": "20.11.2026 10:00"}, "placed_at", "ISO 8601"),
        ({"placed_at": 1763632800}, "placed_at", "ISO 8601"),
        ({"placed_at": "0001-01-01T00:00:00Z"}, "placed_at", "before 1990"),
        ({"updated_at": "2026-11-20T10:00:00"}, "updated_at", "no offset"),
        ({"expires_at": "9999-12-31T23:59:59-01:00"}, "expires_at", "calendar"),
        ({"email": "kim@"}, "email", "no e-mail address"),
        ({"email": "kim example.com"}, "email", "no e-mail address"),
        ({"email": "kim@localhost"}, "email", "no e-mail address"),
        ({"phone": "call me"}, "phone", "country code"),
        ({"phone": "12"}, "phone", "in DE"),
        ({"email": None, "phone": None}, "email", "at least one"),
        ({"customer_type": "VIPs"}, "customer_type", "'vip'"),
        ({"email_consent": "yes"}, "email_consent", "marketing"),
        ({"locale": "klingon"}, "locale", "pt-BR"),
        ({"timezone": "Europe/Berlim"}, "timezone", "'Europe/Berlin'"),
        ({"timezone": "CET+1"}, "timezone", "IANA"),
        ({"payment_url": "javascript:alert(1)"}, "payment_url", "https://"),
        ({"payment_url": "https://shop.example@evil.example/"}, "payment_url", "password"),
        ({"payment_url": "shop.example/pay"}, "payment_url", "https://"),
        ({"name": "Kim\nBcc: all@example.com"}, "name", "line break"),
        ({"name": "\ud800"}, "name", "control character"),
        ({"name": ["Kim"]}, "name", "must be text"),
        ({"shipping_amount": "-1"}, "shipping_amount", "negative"),
        ({"items": "Teapot"}, "items", "no JSON"),
        ({"items": '{"name": "Teapot"}'}, "items", "JSON list"),
        ({"items": [{"name": "Teapot", "quantity": 0, "price": "1"}]}, "items", "[0].quantity"),
        ({"items": [{"name": "Teapot", "quantity": 1, "price": "1,5"}]}, "items", "[0].price"),
        ({"items": [{"name": "", "quantity": 1, "price": "1"}]}, "items", "[0].name"),
    ],
)
def test_a_mistake_is_refused_with_its_field_and_cure(
    changes: dict[str, Any], field: str, cure: str
):
    errors = refused(**changes)
    assert list(errors) == [field]
    assert cure in errors[field]


def test_everything_wrong_with_a_row_is_said_at_once():
    wrong = {"amount": "1,5", "currency": "EURO", "country": "UK", "placed_at": "now", "email": "x"}
    assert set(refused(**wrong, status="gone")) == {*wrong, "status"}


def test_a_paid_order_may_have_cost_nothing():
    assert snapshot(status="paid", amount="0").amount == Money(0, "EUR")


@pytest.mark.parametrize("domain", ["example.com", "example.net", "shop.example", "x.test"])
def test_reserved_domains_are_fine_for_trying_things(domain: str):
    assert snapshot(email=f"Kim@{domain}").email == f"Kim@{domain}"


def test_a_domain_in_another_script_travels_in_ascii():
    assert snapshot(email="kim@BÜCHER.example").email == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("country", "text", "e164"),
    [
        ("DE", "+49 30 901820", "+4930901820"),
        ("DE", "0049 30 901820", "+4930901820"),
        ("US", "(201) 555-0123", "+12015550123"),
        ("JP", "090-1234-5678", "+819012345678"),
        ("DE", "+1 201 555 0123", "+12015550123"),
        ("GB", 447400123456, "+447400123456"),
    ],
)
def test_a_phone_in_any_form_becomes_e164(country: str, text: Any, e164: str):
    assert snapshot(country=country, phone=text).phone == e164


@pytest.mark.parametrize(
    ("text", "tag"),
    [("de", "de"), ("zh_hans_cn", "zh-Hans-CN"), ("de-US", "de"), ("EN-gb", "en-GB")],
)
def test_a_locale_is_a_tag_that_can_be_formatted_with(text: str, tag: str):
    assert snapshot(locale=text).locale == tag


def test_numbers_as_json_has_them_stay_exact():
    text = json.dumps(row()).replace('"19.99"', "19.990")
    values = json.JSONDecoder(parse_float=str).decode(text)
    order = read_row(values | {"order_id": 17}, "shop", 1)
    assert not isinstance(order, list)
    assert (order.order_id, order.amount) == ("17", Money(1999, "EUR"))


def test_marks_of_an_earlier_refusal_are_not_looked_at():
    assert snapshot(_line=4, _file="x", _errors=[{"field": "amount"}]) == snapshot()


@pytest.mark.parametrize(
    ("region", "country", "kept"),
    [("US-TX", "US", "TX"), ("tx", "US", "TX"), ("BY", "DE", "BY"), ("", "US", None)],
)
def test_a_region_is_kept_without_its_country(region: str, country: str, kept: str | None):
    assert snapshot(country=country, region=region, phone="").region == kept


@pytest.mark.parametrize(
    ("region", "told"),
    [("Texas", "no region; write its ISO 3166-2 code"), ("DE-BY", "no region of US")],
)
def test_a_region_that_is_none(region: str, told: str):
    assert told in refused(country="US", region=region, phone="")["region"]
