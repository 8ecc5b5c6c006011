"""The rules of every market as decisions: hours, days, holidays, consent, numbers, links."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from recovery.dispatch.policies import LOOK_AGAIN, link_allowed
from recovery.dispatch.situation import Decision, Send, Skip, Snooze
from recovery.facts import Consent, OrderStatus
from recovery.markets import MarketRules, load_markets
from recovery.markets.book import with_rules
from recovery.markets.schema import OwnFile
from recovery.message import Channel, EmailMessage, MessageClass, SmsMessage, Trace
from tests.support.situations import DAY, EMAIL, NOON, SMS, a_situation, decided

SERVICE, MARKETING = MessageClass.SERVICE, MessageClass.MARKETING

# Advertising by SMS on a Wednesday, on a Sunday at noon, on New Year's Day at noon; - is closed.
OPEN = """
AE Asia/Dubai            08:00 21:00 + +
AU Australia/Sydney      09:00 20:00 + -
BR America/Sao_Paulo     10:00 17:00 - -
CA America/Toronto       09:00 21:00 + +
DE Europe/Berlin         09:00 20:00 - -
ES Europe/Madrid         09:00 20:00 - -
FR Europe/Paris          09:00 20:00 - -
GB Europe/London         09:00 20:00 + +
ID Asia/Jakarta          09:00 20:00 + +
IT Europe/Rome           09:00 20:00 - -
JP Asia/Tokyo            09:00 20:00 + +
KR Asia/Seoul            08:00 21:00 + +
MX America/Mexico_City   09:00 20:00 - -
MY Asia/Kuala_Lumpur     09:00 20:00 + +
NL Europe/Amsterdam      09:00 20:00 - -
NO Europe/Oslo           10:00 17:00 - -
PH Asia/Manila           09:00 20:00 + +
PL Europe/Warsaw         09:00 20:00 - -
SE Europe/Stockholm      09:00 20:00 - -
SG Asia/Singapore        09:00 20:00 + +
TH Asia/Bangkok          09:00 21:00 + +
US America/New_York      10:00 18:00 - -
VN Asia/Ho_Chi_Minh      08:00 21:00 + +
"""
ROWS = [row.split() for row in OPEN.split("\n") if row]


def at(day: str, clock: str, zone: str) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def asked(
    now: datetime,
    country: str,
    zone: str,
    does: str = SMS,
    message_class: MessageClass = MARKETING,
    **more: object,
) -> Decision:
    """What becomes of a message that is due `now`, with every consent there is."""
    usual = {
        "planned_at": now,
        "window_ends_at": now + 6 * DAY,
        "order_country": country,
        "order_status": OrderStatus.PENDING,
        "zones": (zone,),
        "consent": Consent.MARKETING,
    }
    return decided(now, does=does, message_class=message_class, **(usual | more))


def test_every_market_is_in_the_table():
    assert {row[0] for row in ROWS} == with_rules() | {"NO"}


@pytest.mark.parametrize(("country", "zone", "opens", "closes", "sunday", "holiday"), ROWS)
def test_advertising_by_sms_keeps_to_the_hours_of_the_market(
    country: str, zone: str, opens: str, closes: str, sunday: str, holiday: str
):
    wednesday, thursday = "2026-11-18", "2026-11-19"
    assert asked(at(wednesday, opens, zone), country, zone) == Send()
    early, late = at(wednesday, "07:59", zone), at(wednesday, closes, zone)
    assert asked(early, country, zone) == Snooze(at(wednesday, opens, zone), "contact_hours")
    assert asked(late, country, zone) == Snooze(at(thursday, opens, zone), "contact_hours")
    for day, after, open_ in (
        ("2026-11-22", "2026-11-23", sunday),
        ("2026-01-01", "2026-01-02", holiday),
    ):
        waits = Snooze(at(after, opens, zone), "contact_hours")
        assert asked(at(day, "12:00", zone), country, zone) == (Send() if open_ == "+" else waits)


@pytest.mark.parametrize(("country", "zone"), [row[:2] for row in ROWS])
def test_service_by_sms_arrives_by_day_on_every_day(country: str, zone: str):
    for day in ("2026-11-18", "2026-11-22", "2026-01-01"):
        noon = at(day, "12:00", zone)
        assert asked(noon, country, zone, message_class=SERVICE) == Send()
    night, morning = at("2026-11-18", "21:00", zone), at("2026-11-19", "08:00", zone)
    waits = Snooze(morning, "contact_hours")
    assert asked(night, country, zone, message_class=SERVICE) == waits


@pytest.mark.parametrize(("country", "zone"), [row[:2] for row in ROWS])
def test_e_mail_arrives_at_night_but_for_advertising_in_korea(country: str, zone: str):
    night, morning = at("2026-11-18", "03:00", zone), at("2026-11-18", "08:00", zone)
    assert asked(night, country, zone, EMAIL, SERVICE) == Send()
    waits = Snooze(morning, "contact_hours")
    assert asked(night, country, zone, EMAIL) == (waits if country == "KR" else Send())


@pytest.mark.parametrize(
    ("region", "zone", "day", "clock", "decision"),
    [
        ("TX", "America/Chicago", "2026-11-22", "11:59", ("2026-11-22", "12:00")),
        ("TX", "America/Chicago", "2026-11-22", "20:59", None),
        ("AL", "America/Chicago", "2026-11-22", "12:00", ("2026-11-23", "08:00")),
        ("AL", "America/Chicago", "2026-11-26", "12:00", ("2026-11-27", "08:00")),
        ("NY", "America/New_York", "2026-11-26", "08:00", None),
        ("RI", "America/New_York", "2026-11-21", "17:00", ("2026-11-22", "10:00")),
        ("FL", "America/New_York", "2026-11-18", "20:00", ("2026-11-19", "08:00")),
        (None, "America/New_York", "2026-11-21", "12:00", ("2026-11-23", "10:00")),
        (None, "America/New_York", "2026-11-26", "12:00", ("2026-11-27", "10:00")),
    ],
)
def test_a_state_has_its_own_hours(
    region: str | None, zone: str, day: str, clock: str, decision: tuple[str, str] | None
):
    expected = Snooze(at(*decision, zone), "contact_hours") if decision else Send()
    assert asked(at(day, clock, zone), "US", zone, order_region=region) == expected


def test_quiet_hours_stay_on_top():
    nine = at("2026-11-18", "09:00", "Europe/Berlin")
    quiet = asked(nine, "DE", "Europe/Berlin", limits="{quiet: 21:00-10:00, min_gap: 0m}")
    assert quiet == Snooze(at("2026-11-18", "10:00", "Europe/Berlin"), "quiet_hours")


def test_a_wait_for_the_market_that_is_too_long_is_a_no():
    sunday = at("2026-11-22", "12:00", "Europe/Berlin")
    decision = asked(sunday, "DE", "Europe/Berlin", limits="{max_late: 2h, min_gap: 0m}")
    assert decision == Skip("too_late_after_contact_hours")


@pytest.mark.parametrize(
    ("country", "does", "status", "consent", "told", "decision"),
    [
        ("DE", EMAIL, "pending", "transactional", (0, 0), Send()),
        ("DE", EMAIL, "pending", "transactional", (1, 0), Skip("service_limit")),
        ("DE", EMAIL, "pending", "marketing", (1, 0), Send()),
        ("DE", EMAIL, "pending", "transactional", (0, 1), Send()),  # on each channel
        ("DE", EMAIL, "cart", "transactional", (0, 1), Skip("service_limit")),  # in all
        ("DE", EMAIL, "failed", "transactional", (0, 1), Send()),
        ("DE", SMS, "pending", "transactional", (1, 0), Send()),
        ("DE", SMS, "pending", "transactional", (0, 1), Skip("service_limit")),
        ("DE", SMS, "pending", "marketing", (0, 1), Skip("sms_limit")),
        ("GB", EMAIL, "pending", "transactional", (1, 0), Send()),
        ("GB", EMAIL, "pending", "transactional", (2, 0), Skip("service_limit")),
        ("GB", SMS, "pending", "transactional", (0, 1), Skip("sms_limit")),
        ("US", EMAIL, "pending", "transactional", (2, 0), Send()),
        ("US", EMAIL, "pending", "transactional", (3, 0), Skip("service_limit")),
        ("NO", EMAIL, "pending", "transactional", (1, 0), Skip("service_limit")),
    ],
)
def test_so_many_messages_about_one_order(
    country: str,
    does: str,
    status: str,
    consent: str,
    told: tuple[int, int],
    decision: Decision,
):
    counted = {Channel.EMAIL: told[0], Channel.SMS: told[1]}
    wednesday = at("2026-11-18", "12:00", "Europe/Berlin")
    got = asked(
        wednesday,
        country,
        "Europe/Berlin",
        does,
        SERVICE,
        consent=Consent(consent),
        order_status=OrderStatus(status),
        told=counted,
    )
    assert got == decision


def test_people_are_not_counted():
    told = {Channel.EMAIL: 5, Channel.SMS: 5}
    got = asked(NOON, "DE", "Europe/Berlin", "task: call-customer", SERVICE, told=told)
    assert got == Send()


def own_rules(text: dict[str, object]) -> MarketRules:
    shipped = load_markets().rules("DE").shipped
    own = OwnFile.model_validate({"market": "DE", "by": "Kim", "reason": "asked"} | text)
    return MarketRules("DE", shipped, own=own)


def test_a_market_may_ask_for_more_than_the_class_of_the_message():
    strict = own_rules({"consent": {"email_service": "marketing"}})
    for consent, decision in (("transactional", Skip("no_consent")), ("marketing", Send())):
        got = decided(rules=strict, consent=Consent(consent), message_class=SERVICE)
        assert got == decision


def test_a_market_whose_own_rules_can_not_be_read_waits():
    unreadable = MarketRules("DE", load_markets().rules("DE").shipped, unreadable=True)
    assert decided(rules=unreadable) == Snooze(NOON + LOOK_AGAIN, "market_error")
    assert decided(rules=unreadable, does="task: call-customer") == Send()


TRACE = Trace(1, "c", "s", "o")
BODIES = [
    ("Pay here: https://pay.shop.example/pay/x", True),
    ("Pay at www.shop.example", True),
    ("Pay at shop.example/pay", True),
    ("Pay at shop.example", True),
    ("Your order A-1001 is waiting. Look into your e-mail.", False),
    ("RM0.00 Shop: 19.99 MYR are open, see your e-mail of 12.11.", False),
]


@pytest.mark.parametrize(("body", "linked"), BODIES)
@pytest.mark.parametrize("country", ["MY", "AE", "DE", "NO"])
def test_a_link_in_an_sms_is_not_sent_where_it_is_blocked(country: str, body: str, linked: bool):
    s = a_situation(does=SMS, order_country=country)
    sms = SmsMessage(TRACE, NOON, "+60123456789", body, 1, SERVICE)
    blocked = linked and country in ("MY", "AE")
    assert link_allowed(s, sms) == (Skip("link_not_allowed") if blocked else Send())


def test_a_link_in_an_e_mail_is_sent():
    s = a_situation(order_country="MY")
    letter = EmailMessage(
        TRACE, NOON, "a@b.example", None, "s@b.example", "S", None, "x", "https://x", "", SERVICE
    )
    assert link_allowed(s, letter) == Send()
