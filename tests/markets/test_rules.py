"""The shipped rule files: each one reads, agrees with CLDR and the tz database, and is typed."""

import pytest
from babel.core import get_global

from recovery.facts import Consent
from recovery.markets import load_markets, market
from recovery.markets.book import shipped, sources, with_rules
from recovery.markets.schema import Status
from recovery.message import Channel, MessageClass
from recovery.money import digits
from tests.support.pages import ROOT

MARKETS = sorted(with_rules())
EVERY = [*MARKETS, "ZZ"]
SERVICE, MARKETING = MessageClass.SERVICE, MessageClass.MARKETING
SMS, EMAIL = Channel.SMS, Channel.EMAIL
RULES = ROOT / "recovery" / "markets" / "rules"


def test_there_are_twenty_two_markets() -> None:
    told = "AE AU BR CA DE ES FR GB ID IT JP KR MX MY NL PH PL SE SG TH US VN"
    assert told.split() == MARKETS


@pytest.mark.parametrize("name", EVERY)
def test_a_file_says_that_it_is_no_legal_advice_and_whose_it_is(name: str) -> None:
    text = (RULES / f"{name}.yaml").read_text("utf-8")
    assert "Not legal advice" in text.partition("\n")[0]
    assert shipped(name).market == name


@pytest.mark.parametrize("name", MARKETS)
def test_the_place_is_as_cldr_and_the_tz_database_say(name: str) -> None:
    home, place = market(name), shipped(name).place
    assert home is not None
    assert place is not None
    assert place.currency.value == home.currency
    assert place.decimals.value == digits(home.currency)
    assert place.time_zones.value == list(home.timezones)
    assert place.locales.value[0] == home.locale
    known = get_global("territory_currencies")[name]
    assert place.currency.value in {code for code, _, until, tender in known if tender}


def test_every_source_is_used_and_has_a_kind() -> None:
    named = {
        source
        for name in EVERY
        for _, fact in load_markets().rules(name).listed()
        for source in fact.source
    }
    for name in EVERY:
        content = shipped(name)
        for fact in (*content.payment, *content.prices, *content.notes):
            named |= set(fact.source)
    regional = (ROOT / "recovery" / "markets" / "regions" / "US.yaml").read_text("utf-8")
    assert {one for one in sources() if one not in named and one not in regional} == set()
    assert all({"title", "kind"} <= set(about) for about in sources().values())


def test_the_shares_of_what_we_know_are_told() -> None:
    found = [fact.status for name in MARKETS for _, fact in load_markets().rules(name).listed()]
    assert {*found} == {*Status}


@pytest.mark.parametrize("name", EVERY)
def test_no_market_asks_less_than_the_class_of_a_message(name: str) -> None:
    rules = load_markets().rules(name)
    for channel in (EMAIL, SMS):
        assert rules.consent(channel, MARKETING) is Consent.MARKETING
        assert rules.consent(channel, SERVICE) in (Consent.TRANSACTIONAL, Consent.MARKETING)


@pytest.mark.parametrize("name", MARKETS)
def test_a_country_without_a_file_gets_nothing_that_a_market_refuses(name: str) -> None:
    stranger, known = load_markets().rules("NO"), load_markets().rules(name)
    assert not stranger.known
    assert stranger.service_messages <= known.service_messages
    assert stranger.sms_per_order <= known.sms_per_order
    for message_class in MessageClass:
        mine, theirs = stranger.window(SMS, message_class), known.window(SMS, message_class)
        assert mine is not None
        assert theirs is not None
        pairs = zip(mine.week, theirs.week, strict=True)
        assert all(a is None or (b and b[0] <= a[0] and a[1] <= b[1]) for a, b in pairs)


@pytest.mark.parametrize(
    ("country", "channel", "message_class", "region", "window", "closed_on"),
    [
        ("DE", SMS, SERVICE, None, "mon-sun 08:00-21:00", None),
        ("DE", SMS, MARKETING, None, "mon-sat 09:00-20:00", "DE"),
        ("DE", SMS, MARKETING, "BY", "mon-sat 09:00-20:00", "DE-BY"),
        ("CA", SMS, MARKETING, None, "mon-fri 09:00-21:00, sat-sun 10:00-18:00", None),
        ("US", SMS, MARKETING, None, "mon-fri 10:00-18:00", "US"),
        ("US", SMS, MARKETING, "NY", "mon-sun 08:00-21:00", None),
        ("US", SMS, MARKETING, "TX", "mon-sat 09:00-21:00, sun 12:00-21:00", None),
        ("US", SMS, MARKETING, "RI", "mon-fri 09:00-18:00, sat-sun 10:00-17:00", None),
        ("US", SMS, MARKETING, "AL", "mon-sat 08:00-20:00", "US-AL"),
        ("US", SMS, SERVICE, "AL", "mon-sun 08:00-21:00", None),
        ("KR", EMAIL, MARKETING, None, "mon-sun 08:00-21:00", None),
        ("BR", SMS, MARKETING, None, "mon-sat 10:00-17:00", "BR"),
        ("NO", SMS, MARKETING, None, "mon-fri 10:00-17:00", "NO"),
    ],
)
def test_windows(
    country: str,
    channel: Channel,
    message_class: MessageClass,
    region: str | None,
    window: str,
    closed_on: str | None,
) -> None:
    found = load_markets().rules(country).window(channel, message_class, region)
    assert found is not None
    assert (str(found), found.closed_on) == (window, closed_on)


def test_most_e_mail_may_arrive_at_any_hour() -> None:
    assert load_markets().rules("DE").window(EMAIL, MARKETING) is None
    assert load_markets().rules("KR").window(EMAIL, SERVICE) is None
    assert load_markets().rules("DE").window(Channel.TASK, SERVICE) is None
    assert str(load_markets().rules("DE").call_hours) == "mon-sat 09:00-19:00"


@pytest.mark.parametrize(
    ("country", "label", "links", "names", "messages"),
    [
        ("DE", "", True, True, 1),
        ("KR", "(광고)", True, False, 2),
        ("VN", "[QC]", True, True, 2),
        ("SG", "<ADV>", True, True, 2),
        ("MY", "RM0.00", False, False, 2),
        ("AE", "", False, True, 2),
        ("US", "", True, False, 3),
    ],
)
def test_labels_links_senders_limits(
    country: str, label: str, links: bool, names: bool, messages: int
) -> None:
    rules = load_markets().rules(country)
    told = rules.labels(SMS, MARKETING), rules.sms_links, rules.names_as_sender
    assert (*told, rules.service_messages) == (label, links, names, messages)
    assert rules.sms_per_order == 1
    assert rules.labels(EMAIL, SERVICE) == ""


def test_every_state_of_the_usa_has_its_clocks() -> None:
    us = market("US")
    assert us is not None
    assert us.rules.regions is not None
    states = us.rules.regions.regions
    assert len(states) == 51
    for state in states:
        zones = us.rules.time_zones(state)
        assert zones, state
        assert set(zones) <= set(us.timezones), state
    assert us.rules.time_zones(None) == us.rules.time_zones("XX") == ()


def test_an_unknown_state_gets_what_all_states_have_in_common() -> None:
    rules = load_markets().rules("US")
    assert rules.regions is not None
    common = rules.window(SMS, MARKETING)
    assert common is not None
    for state in rules.regions.regions:
        window = rules.window(SMS, MARKETING, state)
        assert window is not None
        pairs = zip(common.week, window.week, strict=True)
        assert all(a is None or (b and b[0] <= a[0] and a[1] <= b[1]) for a, b in pairs), state


@pytest.mark.parametrize("name", EVERY)
def test_notes_are_told_in_both_languages(name: str) -> None:
    rules = load_markets().rules(name)
    english, chinese = rules.notes(), rules.notes("zh-CN")
    assert [note.about for note in english] == [note.about for note in chinese]
    assert all(note.text.isascii() or "’" in note.text for note in english)
    assert all(any("一" <= letter <= "鿿" for letter in note.text) for note in chinese)
    assert {note.status for note in english} <= {*Status}


def test_a_version_names_its_market_and_follows_its_values() -> None:
    markets = load_markets()
    versions = {name: markets.rules(name).version for name in EVERY}
    assert all(version.startswith(f"{name}-") for name, version in versions.items())
    assert len(set(versions.values())) == len(EVERY)
    assert markets.rules("NO").version == markets.rules("CN").version == versions["ZZ"]
