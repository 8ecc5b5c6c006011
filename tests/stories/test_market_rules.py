"""What a market's rules do to real messages, on both databases."""

from datetime import UTC, datetime, timedelta

from recovery.models import Coupon, Touch
from tests.support.campaigns import a_campaign
from tests.support.house import House

ONE_SMS = a_campaign(
    sequences={"plain": ["{step: text, after: 0m, sms: last-call}"]}, limits="{max_late: 6d}"
)
TWO_MAILS = a_campaign(
    sequences={
        "plain": [
            "{step: first, after: 0m, email: unpaid-reminder}",
            "{step: second, after: 1d, email: unpaid-reminder}",
        ]
    }
)
BERLIN = {"timezone": "Europe/Berlin", "phone": "+4915112345678", "sms_consent": "marketing"}


def at(house: House, moment: datetime) -> House:
    """The same house, at another time."""
    moved = House(house.project, house.environ["RECOVERY_DATABASE_URL"], moment)
    house.engine.close()
    house.engine = moved.engine
    return moved


def test_advertising_by_sms_waits_over_a_german_sunday(house: House):
    house.has(ONE_SMS)
    house = at(house, datetime(2026, 11, 22, 10, tzinfo=UTC))  # a Sunday
    order = house.an_unpaid_order(**BERLIN)
    house.run()
    assert house.states(order) == {"text": "planned contact_hours"}
    house.advance(hours=30, every=timedelta(minutes=30))
    (message,) = house.messages(order)
    assert message.at == datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine in Berlin


def test_and_over_a_holiday_after_it(house: House):
    house.has(ONE_SMS)
    house = at(house, datetime(2027, 3, 28, 9, tzinfo=UTC))  # Easter Sunday
    order = house.an_unpaid_order(**BERLIN)
    house.advance(days=3, every=timedelta(hours=1))
    (message,) = house.messages(order)
    assert message.at == datetime(2027, 3, 30, 7, tzinfo=UTC)  # Tuesday, nine in Berlin


def test_an_sms_with_a_link_never_leaves_for_malaysia(house: House):
    house.has(
        a_campaign(
            sequences={"plain": ["{step: text, after: 0m, sms: last-call, offer: gift}"]},
            offers="{gift: {kind: percent, percent: 10%, valid: 72h, budget: 100 MYR per month}}",
        )
    )
    order = house.an_unpaid_order(
        country="MY", currency="MYR", phone="+60123456789", sms_consent="marketing"
    )
    house.clock.advance(timedelta(hours=16))  # ten in the morning over there
    house.run()
    assert house.messages(order) == []
    assert house.states(order) == {"text": "skipped link_not_allowed"}
    assert [coupon["state"] for coupon in house.rows(Coupon)] == ["withdrawn"]


def test_a_second_service_e_mail_needs_more_consent_in_germany(house: House):
    house.has(TWO_MAILS)
    modest = house.an_unpaid_order()
    eager = house.an_unpaid_order(email_consent="marketing")
    british = house.an_unpaid_order(country="GB", currency="GBP")
    house.advance(days=2)
    assert house.steps_sent_to(modest) == ["first"]
    assert house.states(modest)["second"] == "skipped service_limit"
    assert house.steps_sent_to(eager) == ["first", "second"]
    assert house.steps_sent_to(british) == ["first", "second"]


def test_what_was_said_about_the_basket_does_not_count_for_the_order(house: House):
    house.has(
        a_campaign("basket", trigger="{on: cart}"),
        a_campaign("order"),
    )
    order = house.an_order("cart")
    house.run()
    house.clock.advance(timedelta(hours=1))
    house.tells(order, "pending")
    house.advance(hours=3)
    assert [message.campaign for message in house.messages(order)] == ["basket", "order"]


def test_a_state_has_its_own_sunday(house: House):
    house.has(ONE_SMS)
    house = at(house, datetime(2026, 11, 22, 20, tzinfo=UTC))  # Sunday, two in the afternoon
    about = {"country": "US", "currency": "USD", "sms_consent": "marketing"}
    texas = house.an_unpaid_order(region="US-TX", phone="+12145550123", **about)
    alabama = house.an_unpaid_order(region="AL", phone="+12055550123", **about)
    unknown = house.an_unpaid_order(phone="+12125550123", **about)
    house.advance(hours=40, every=timedelta(hours=1))
    sent = {message.order: message.at for message in house.messages()}
    assert sent[texas] == datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert sent[alabama] == datetime(2026, 11, 23, 14, tzinfo=UTC)  # Monday, eight
    assert sent[unknown] == datetime(2026, 11, 23, 20, tzinfo=UTC)  # ten in Honolulu


def test_korean_advertising_says_what_it_is(house: House):
    house.has(
        a_campaign(
            sequences={
                "plain": [
                    "{step: mail, after: 0m, email: last-call}",
                    "{step: text, after: 0m, sms: last-call}",
                ]
            }
        )
    )
    house = at(house, datetime(2026, 11, 18, 3, tzinfo=UTC))  # noon in Seoul
    about = {"country": "KR", "currency": "KRW", "amount": "50000", "items": []}
    consents = {"email_consent": "marketing", "sms_consent": "marketing"}
    order = house.an_unpaid_order(phone="+821012345678", **about, **consents)
    house.run()
    mail, text = sorted(house.messages(order), key=lambda message: message.channel)
    assert mail.subject.startswith("(광고) ")
    assert text.body.startswith("(광고) ")
    (touch,) = (touch for touch in house.touches(order) if touch["channel"] == "sms")
    assert touch["segments"] == -(-len(text.body) // 67)  # UCS-2: the label is paid for


def test_a_service_message_carries_no_label(house: House):
    house.has(a_campaign())
    order = house.an_unpaid_order(country="KR", currency="KRW", amount="50000", items=[])
    house.run()
    assert "광고" not in house.messages(order)[0].subject


def test_every_message_keeps_the_version_of_the_rules_that_let_it_go(house: House):
    house.has(a_campaign())
    german, norwegian = house.an_unpaid_order(), house.an_unpaid_order(country="NO")
    house.run()
    versions = {touch["order"]: touch["rules"] for touch in house.touches()}
    rules = house.engine.markets.rules
    assert versions == {german: rules("DE").version, norwegian: rules("NO").version}
    told = house.engine.explain(german).payload()["events"]
    assert {event["rules"] for event in told if "rules" in event} == {versions[german]}


def test_a_merchants_own_rules_hold_from_the_next_run(house: House):
    house.has(TWO_MAILS)
    shipped = house.engine.markets.rules("DE").version
    folder = house.project / "markets"
    folder.mkdir()
    own = "market: DE\nby: Kim\nreason: counsel agreed\nlimits: {service_messages: 2}\n"
    (folder / "DE.yaml").write_text(own, "utf-8")
    order = house.an_unpaid_order()
    house.advance(days=2)
    assert house.steps_sent_to(order) == ["first", "second"]
    assert {touch["rules"] for touch in house.rows(Touch)} != {shipped}


def test_a_merchants_rules_that_can_not_be_read_hold_their_market_and_no_other(house: House):
    house.has(a_campaign())
    folder = house.project / "markets"
    folder.mkdir()
    (folder / "DE.yaml").write_text("market: DE\nby: Kim\n", "utf-8")
    german, french = house.an_unpaid_order(), house.an_unpaid_order(country="FR")
    result = house.run()
    assert house.states(german) == {"reminder": "planned market_error"}
    assert house.steps_sent_to(french) == ["reminder"]
    assert result.problems == [
        "markets/DE.yaml:1:1: reason: 'reason' is missing [CR021]; add 'reason: ...'"
    ]
    (folder / "DE.yaml").unlink()
    house.advance(hours=2)
    assert house.steps_sent_to(german) == ["reminder"]
