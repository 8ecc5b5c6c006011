"""The list of coupons: terms of the version that was told, whatever the file says today."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from recovery.db import reading, table, writing
from recovery.incentives.ledger import Entry, listed
from recovery.intake.orders import take
from recovery.models import CampaignVersion, CouponState, Customer
from recovery.settings import VipSettings
from tests.support.coupons import CAMPAIGN
from tests.support.house import House
from tests.support.ledger import T0, Ledger
from tests.support.order_rows import snapshot

STATES = (CouponState.ISSUED, CouponState.RESERVED, CouponState.EXPIRED, CouponState.ISSUED)


@pytest.fixture
def books(database: Engine) -> Engine:
    """One coupon of each kind, an hour apart, in the four states."""
    kinds = ("tenth", "percent"), ("note", "fixed"), ("post", "free_shipping"), ("towel", "gift")
    with writing(database) as connection:
        ledger = Ledger(connection)
        enrolment = ledger.enrolment(ledger.order(external_id="A-1"))
        for hours, ((offer, kind), state) in enumerate(zip(kinds, STATES, strict=True)):
            ledger.coupon(
                enrolment,
                ledger.touch(enrolment, step=f"step-{offer}"),
                code=f"CODE-{hours}",
                offer=offer,
                kind=kind,
                state=state,
                issued_at=T0 + timedelta(hours=hours),
            )
        connection.execute(update(table(CampaignVersion)).values(source=CAMPAIGN))
    return database


def codes(database: Engine, **asked: Any) -> list[str]:
    with reading(database) as connection:
        return [entry.code for entry in listed(connection, **asked)]


def entries(database: Engine) -> list[Entry]:
    with reading(database) as connection:
        return listed(connection, state=None)


def test_only_what_is_out_is_listed_unless_asked(books: Engine) -> None:
    assert codes(books) == ["CODE-0", "CODE-3"]
    assert codes(books, state=CouponState.EXPIRED) == ["CODE-2"]
    assert codes(books, state=None) == ["CODE-0", "CODE-1", "CODE-2", "CODE-3"]
    assert codes(books, state=None, since=T0 + timedelta(hours=2)) == ["CODE-2", "CODE-3"]
    assert codes(books, campaign="card-declined") == ["CODE-0", "CODE-3"]
    assert codes(books, campaign="another") == []


def test_each_kind_names_its_terms_and_no_others(books: Engine) -> None:
    tenth, note, post, towel = entries(books)
    assert (tenth.percent, tenth.min_order, tenth.min_order_currency) == ("12.5", "50.00", "USD")
    assert (tenth.amount, tenth.currency, tenth.gift) == (None, None, None)
    assert (note.amount, note.currency, note.percent, note.min_order) == ("1000", "JPY", None, None)
    assert (post.kind, post.amount, post.percent, post.gift) == ("free_shipping", None, None, None)
    assert (towel.kind, towel.gift) == ("gift", "a tea towel")
    assert (tenth.source, tenth.order_id, tenth.step) == ("shop", "A-1", "step-tenth")
    assert (tenth.campaign, tenth.offer, tenth.customer_id) == ("card-declined", "tenth", None)
    assert (tenth.issued_at, tenth.expires_at) == (T0, T0 + timedelta(hours=73))


def test_a_used_code_names_when_and_where_and_what_it_cost(books: Engine) -> None:
    with writing(books) as connection:
        connection.execute(update(table(Customer)).values(external_id="C7"))
        paid = snapshot(order_id="B-2", status="paid", amount="87.50", discount_code="code-0")
        take(connection, [paid], VipSettings(), T0)
    used = entries(books)[0]
    assert (used.state, used.redeemed_order_id) == ("redeemed", "B-2")
    assert used.redeemed_at == paid.updated_at
    assert (used.cost, used.cost_currency, used.customer_id) == ("12.50", "EUR", "C7")
    assert codes(books, state=CouponState.REDEEMED) == ["CODE-0"]


def test_a_text_that_cannot_be_read_leaves_the_code_without_terms(books: Engine) -> None:
    with writing(books) as connection:
        connection.execute(update(table(CampaignVersion)).values(source="no: campaign"))
    first = entries(books)[0]
    assert (first.code, first.kind, first.percent) == ("CODE-0", "percent", None)


def test_the_codes_of_the_list_are_those_in_the_messages(house: House) -> None:
    house.has(CAMPAIGN)
    order = house.a_declined_order(email_consent="marketing", country="US")
    house.advance(hours=2)
    with reading(house.engine.database) as connection:
        (entry,) = listed(connection)
    (message,) = house.messages(order)
    assert entry.code in message.body
    assert (entry.order_id, entry.customer_id, entry.step) == (order, f"C-{order}", "reminder")
    house.has(CAMPAIGN.replace("12.5%", "20%"))
    with reading(house.engine.database) as connection:
        assert listed(connection) == [entry]
