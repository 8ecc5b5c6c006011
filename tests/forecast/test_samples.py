"""What messages cost, by messages that were really written."""

from datetime import timedelta

from recovery.forecast.outlook import Outlook
from recovery.forecast.samples import Bill
from recovery.foresight import foresee
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.house import House

TEXTS = a_campaign(sequences={"plain": ["{step: text, after: 0m, sms: unpaid-reminder}"]})


def plan(house: House) -> Outlook:
    return foresee(house.engine, timedelta(hours=3))


def texting(house: House, count: int, **fields: object) -> None:
    """So many orders of people who agreed to texts."""
    for _ in range(count):
        number = len(house._told)
        house.an_unpaid_order(phone=f"+49 30 90182{number:03}", sms_consent="marketing", **fields)


def test_segments_are_those_that_the_run_counts(house: House) -> None:
    house.has(TEXTS)
    texting(house, 3)
    texting(house, 2, locale="zh-CN")
    foretold = plan(house)
    house.run()
    counted: dict[str, int] = {}
    for touch in house.touches():
        counted[touch["campaign"]] = counted.get(touch["campaign"], 0) + touch["segments"]
    told = sum(bill.segments for bill in foretold.bills.values())
    assert {"winback": told} == counted
    assert {kind.locale for kind in foretold.bills} == {"de-DE", "zh-CN"}


def test_each_variant_costs_what_its_own_words_cost(house: House) -> None:
    """Strangers who are alike in all else differ in what they will be drawn into."""
    step = "{step: text, after: 0m, sms: long-or-short, variants: {short: 30%, long: 70%}}"
    house.has(a_campaign(sequences={"plain": [step]}))
    folder = house.project / "templates" / "long-or-short"
    (folder / "en").mkdir(parents=True)
    (folder / "message.yaml").write_text("class: service\n", "utf-8")
    words = "{% if variant == 'long' %}" + "Please pay. " * 20 + "{% endif %}{{ pay_url }}\n"
    (folder / "en" / "sms.txt").write_text(words, "utf-8")
    texting(house, 30)
    foretold = plan(house)
    house.run()
    counted: dict[str, int] = {}
    for touch in house.touches():
        counted[touch["variant"]] = counted.get(touch["variant"], 0) + touch["segments"]
    told = {kind.variant: bill.segments for kind, bill in foretold.bills.items()}
    assert told == counted
    assert counted["long"] > counted["short"] > 0


def test_prices_are_those_of_the_settings(small_house: House) -> None:
    small_house.has(TEXTS)
    texting(small_house, 4)
    engine = small_house.engine
    prices = engine.settings.costs.model_copy(update={"sms": "0.05 EUR"})
    engine.settings = engine.settings.model_copy(update={"costs": prices})
    (sms,) = (one for one in plan(small_house).costs if one.channel is Channel.SMS)
    assert sms.messages == 4
    assert str(sms.money) == f"{sms.units * 5 / 100:.2f}"


def test_a_message_that_cant_be_written_waits_as_in_a_run(house: House) -> None:
    house.has(a_campaign())
    letter = next((house.project / "templates" / "unpaid-reminder").glob("de/letter.txt"))
    letter.write_text("Subject: {{ nothing.like.this }}\n\nHallo\n", "utf-8")
    house.orders(3)
    foretold = plan(house)
    told = foretold.now()
    result = house.run()
    assert told["snoozed"] == dict(result.touches.snoozed) == {"template_error": 3}
    assert foretold.broken


def test_more_than_were_written_are_counted_in_proportion() -> None:
    bill = Bill(messages=100, written=2, written_for=10, parts=15, dearest=2)
    assert bill.segments == 150
    assert Bill().segments == 0
