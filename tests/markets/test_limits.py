"""One counting for what sends and what foretells: the check warns where the dispatcher stops."""

from itertools import product

import pytest

from recovery.campaign.parsing import parse_campaign, read_campaign
from recovery.campaign.schema import Step
from recovery.dispatch.policies import Policy, service_limit, sms_limit
from recovery.dispatch.situation import Send
from recovery.facts import OrderStatus
from recovery.lawful import lawful
from recovery.markets import load_markets
from recovery.markets.limits import service_full, sms_full
from recovery.meaning import Voices, sensible
from recovery.message import Channel
from recovery.template.catalog import Catalog
from tests.support.campaigns import a_campaign
from tests.support.pages import ROOT
from tests.support.situations import NO_RATES, NOON, a_situation

CATALOG = Catalog(ROOT / "templates")
MARKETS = load_markets()
CHANNELS = {"email": Channel.EMAIL, "sms": Channel.SMS}


def test_a_basket_counts_all_channels_and_an_order_each_by_itself() -> None:
    rules = MARKETS.rules("DE")
    told = {Channel.EMAIL: rules.service_messages}
    assert service_full(rules, told, Channel.SMS, basket=True)
    assert not service_full(rules, told, Channel.SMS, basket=False)
    assert service_full(rules, told, Channel.EMAIL, basket=False)
    assert sms_full(rules, {Channel.SMS: rules.sms_per_order})
    assert not sms_full(rules, {Channel.SMS: rules.sms_per_order - 1})


@pytest.mark.parametrize("on", ["cart", "unpaid"])
@pytest.mark.parametrize("country", ["DE", "US", "JP"])
@pytest.mark.parametrize("ways", list(product(CHANNELS, repeat=3)), ids="-".join)
def test_the_check_foretells_the_dispatcher(on: str, country: str, ways: tuple[str, ...]) -> None:
    steps = [
        f"{{step: s{number}, after: {number}d, {way}: unpaid-reminder}}"
        for number, way in enumerate(ways)
    ]
    segment = f"{{segment: all, market: [{country}], customer: vip, sequence: plain}}"
    text = a_campaign(
        segments=[segment], sequences={"plain": steps}, trigger=f"{{on: {on}, after: 1h}}"
    )
    reading = lawful(read_campaign(text, "x.yaml"), CATALOG, MARKETS)
    found = sensible(reading, Voices(CATALOG), MARKETS).problems
    first = text.split("\n").index(f"    - {steps[0]}") + 1
    warned = {
        code: {one.line - first for one in found if one.code == code} for code in ("CR071", "CR204")
    }
    listed = parse_campaign(text, "x.yaml").campaign.sequences["plain"]
    assert warned == {
        "CR071": _stopped(service_limit, on, country, listed),
        "CR204": _stopped(sms_limit, on, country, listed),
    }


def _stopped(policy: Policy, on: str, country: str, steps: list[Step]) -> set[int]:
    """The numbers of steps that the dispatcher would skip after all earlier ones were sent."""
    stopped = set()
    for number, step in enumerate(steps):
        told = {
            channel: sum(one.channel is channel for one in steps[:number]) for channel in Channel
        }
        s = a_situation(
            order_status=OrderStatus.CART if on == "cart" else OrderStatus.PENDING,
            step=step,
            rules=MARKETS.rules(country),
            told=told,
        )
        if not isinstance(policy(s, NOON, NO_RATES), Send):
            stopped.add(number)
    return stopped
