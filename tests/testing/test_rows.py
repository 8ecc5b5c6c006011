"""How a test words an order, and what it hears when the words are wrong."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from recovery.connectors.table_file.columns import FIELDS
from recovery.facts import OrderStatus
from recovery.markets import countries, load_rates
from recovery.money import Money
from recovery.testing import KitError
from recovery.testing.rows import read, told, usual
from tests.support.kit import Opener

NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)
RATES = load_rates(NOW.date())
EVERYTHING: dict[str, Any] = {
    "order_id": "A-7",
    "status": "awaiting",
    "placed_at": "2026-01-12T10:00:00+01:00",
    "updated_at": "2026-01-12T10:05:00+01:00",
    "amount": "80.00",
    "currency": "EUR",
    "country": "AT",
    "email": "ada@example.org",
    "phone": "+43 664 1234567",
    "customer_id": "C-7",
    "customer_type": "vip",
    "name": "Ada",
    "locale": "de-AT",
    "region": "AT-9",
    "timezone": "Europe/Vienna",
    "payment_method": "eps",
    "failure_code": "insufficient_funds",
    "failure_source": "stripe",
    "payment_url": "https://shop.example/pay/7",
    "expires_at": "2026-01-15T10:00:00+01:00",
    "email_consent": "none",
    "sms_consent": "transactional",
    "discount_code": "WELCOME",
    "shipping_amount": "4.90",
    "items": [{"name": "Cup", "quantity": 2, "price": "40.00"}],
}


def an_order(**fields: Any) -> Any:
    return read(usual(told(fields), "T-1001", NOW, RATES))


def test_every_field_of_the_import_can_be_told() -> None:
    assert set(EVERYTHING) == FIELDS
    assert read(usual(told(EVERYTHING), "T-1001", NOW, RATES)) == read(EVERYTHING)


def test_words_that_read_better_mean_the_same() -> None:
    spoken = an_order(
        market="FR", amount="80.50 EUR", reason="expired_card", customer="vip", at=NOW
    )
    plain = an_order(
        country="FR",
        amount=Decimal("80.50"),
        currency="EUR",
        failure_code="expired_card",
        customer_type="vip",
        placed_at="2026-01-12T09:00:00Z",
    )
    assert spoken == plain
    assert an_order(amount=Money(80_50, "EUR"), status=OrderStatus.CART).amount == plain.amount


def test_what_is_not_told_is_somebody_who_can_be_written_to() -> None:
    order = an_order()
    assert (order.status, order.country, str(order.amount)) == ("pending", "DE", "100.00")
    assert order.email == "kim.t-1001@example.com"
    assert order.phone is not None
    assert (order.email_consent, order.sms_consent) == ("marketing", "marketing")
    assert an_order(reason="expired_card").status == "failed"
    assert an_order(phone=None).phone is None


@pytest.mark.parametrize(
    ("market", "amount"), [("DE", "100.00"), ("GB", "100.00"), ("JP", "20000"), ("CZ", "2000.00")]
)
def test_the_usual_amount_is_a_round_one_worth_about_the_same(market: str, amount: str) -> None:
    assert str(an_order(market=market).amount) in (amount, amount.replace("2", "5"))


def test_every_market_has_usual_orders() -> None:
    for country in sorted(countries()):
        assert an_order(market=country).country == country


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"market": "XX"}, "country: 'XX' is no country code; write ISO 3166 with two letters"),
        ({"reason": "expird_card"}, "did you mean 'expired_card'"),
        ({"reason": "card_expired"}, "did you mean 'voucher_expired'"),
        ({"markt": "DE"}, "no field 'markt'; did you mean 'market'"),
        ({"market": "DE", "country": "FR"}, "another word for country; say one of them"),
        ({"amount": "12,50 EUR"}, "amount: '12,50' has a comma"),
        ({"amount": 12.5}, "amount must be text, not 12.5"),
        ({"amount": "0 EUR"}, "leaves nothing to pay"),
        ({"currency": "EUX"}, "currency: 'EUX'"),
        ({"status": "unpayed"}, "status: 'unpayed' is no status"),
        ({"email": None, "phone": None}, "neither email nor phone is there"),
        ({"timezone": "Europe/Berlinn"}, "timezone: "),
    ],
)
def test_a_mistake_is_named_with_its_cure(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(KitError) as told_so:
        an_order(**fields)
    assert says in str(told_so.value)


def test_a_time_without_an_offset_is_refused(opened: Opener) -> None:
    with pytest.raises(KitError, match=r"^at: .* has no offset from UTC; write e\.g\. 2026"):
        opened().an_unpaid_order(at="2026-11-22T23:10")


def test_an_order_that_has_ended_is_no_unpaid_one(opened: Opener) -> None:
    with pytest.raises(KitError, match="is pending, failed, awaiting or cart; let it end"):
        opened().an_unpaid_order(status="paid")


def test_a_number_is_given_once(opened: Opener) -> None:
    world = opened()
    world.an_unpaid_order(order_id="A-1")
    with pytest.raises(KitError, match="there is an order A-1 already"):
        world.an_unpaid_order(order_id="A-1")
