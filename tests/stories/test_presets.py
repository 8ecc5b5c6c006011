"""The presets, one by one: what their comments say goes out at that hour, and nothing else.

Each is copied into a shop as a marketer would, taken on, foretold by the plan and run on customers
of one market until its last step is over. Nobody pays, nobody clicks.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from recovery.campaign.loader import LoadedCampaign, parse_campaign
from recovery.campaign.schema import TriggerOn
from recovery.foresight import foresee
from recovery.markets import load_markets
from recovery.message import Channel, MessageClass
from recovery.sms import has_link
from recovery.template.catalog import Catalog
from tests.conftest import ROOT
from tests.support.house import House

PRESETS = {file.stem[1:]: file for file in sorted((ROOT / "campaigns").glob("_*.yaml"))}
STATUS = {
    TriggerOn.UNPAID: "pending",
    TriggerOn.PAYMENT_FAILED: "failed",
    TriggerOn.AWAITING: "awaiting",
    TriggerOn.CART: "cart",
}
ZONES = {
    "AE": "Asia/Dubai",
    "BR": "America/Sao_Paulo",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "ID": "Asia/Jakarta",
    "JP": "Asia/Tokyo",
    "US": "America/New_York",
}
Said = list[tuple[str, float]]  # step, hours after the order


@dataclass(frozen=True)
class Story:
    """What customers of a market who agreed to everything get, by sequence."""

    preset: str
    country: str
    said: dict[str, Said]
    without_marketing: dict[str, Said] = field(default_factory=dict)  # where it is less
    expires: float | None = None


EARLY_US = [("first", 1), ("second", 24), ("offer", 72)]
STORIES = (
    Story(
        "dtc-email",
        "US",
        {"early-twice": EARLY_US, "late": [("first", 24), ("offer", 72)]},
        {"early-twice": EARLY_US[:2], "late": [("first", 24)]},
    ),
    Story(
        "dtc-email",
        "DE",
        {"early-once": [("first", 1), ("offer", 72)], "late": [("first", 24), ("offer", 72)]},
        {"early-once": [("first", 1)], "late": [("first", 24)]},
    ),
    Story(
        "sms-first",
        "GB",
        {"text-first": [("text", 4), ("mail", 24)], "mail-first": [("mail", 4), ("text", 24)]},
    ),
    Story(
        "sms-first",
        "AE",
        {
            "plain-text-first": [("plain-text", 4), ("mail", 24)],
            "mail-first-plain": [("mail", 4), ("plain-text", 24)],
        },
    ),
    Story("sms-first", "CN", {"mail": [("mail", 4)]}),
    Story("person-first", "DE", {"personal": [("note", 24.5)]}),
    Story("voucher-by-expiry", "JP", {"twice": [("reminder", 30), ("last-day", 58)]}, expires=72),
    Story("voucher-by-expiry", "BR", {"twice": []}, expires=24),  # Pix: over before the reminder
    Story("voucher-by-expiry", "ID", {"once": [("reminder", 21)]}, expires=24),
    Story(
        "cuifu",
        "US",
        {"three": [("early", 1 / 3), ("again", 3), ("closing", 22 + 1 / 3)]},
        expires=24,
    ),
    Story("cuifu", "JP", {"two": [("early", 1 / 3), ("closing", 22 + 1 / 3)]}, expires=24),
    Story("cuifu", "CN", {"one": [("again", 3)]}, expires=24),
    Story("cuifu-plain", "US", {"two": [("first", 24), ("second", 72)]}),
    Story("cuifu-plain", "DE", {"one": [("first", 24)]}),
    Story("subject-test", "JP", {"plain": [("notice", 24)]}),
)


def taken_on(preset: str) -> str:
    """The text as it runs: active, and nobody held out, so that everybody's story can be told."""
    text = PRESETS[preset].read_text("utf-8").replace("status: draft", "status: active")
    return "".join(
        "holdout: 0%\n" if line.startswith("holdout:") else line
        for line in text.splitlines(keepends=True)
    )


def on_the_shelf(preset: str) -> LoadedCampaign:
    return parse_campaign(taken_on(preset), f"{preset}.yaml")


def customers(house: House, story: Story) -> dict[str, str]:
    """Ten customers who order at ten in their morning; order → what they agreed to."""
    here = datetime(2026, 11, 3, 10, tzinfo=ZoneInfo(ZONES[story.country]))
    house.clock.advance_to(here)
    status = STATUS[on_the_shelf(story.preset).campaign.trigger.on]
    about = {
        "country": story.country,
        "timezone": ZONES[story.country],
        "amount": "3000.00",
        "currency": "USD",
        "failure_code": "expired_card" if status == "failed" else "",
        "failure_source": "stripe" if status == "failed" else "",
    }
    if story.expires is not None:
        about["expires_at"] = (here + timedelta(hours=story.expires)).isoformat()
    agreed = ["marketing"] * 6 + ["transactional"] * 3 + ["none"]
    return {
        house.an_order(
            status,
            email_consent=consent,
            sms_consent="none" if consent == "transactional" else consent,
            phone=f"+49309018{2000 + number}",
            **about,
        ): consent
        for number, consent in enumerate(agreed)
    }


def said(house: House, order: str, placed: datetime) -> Said:
    """What an order got: step and hours, as the tables of this file have them."""
    hours = timedelta(hours=1)
    return [(one.step, round((one.at - placed) / hours, 2)) for one in house.messages(order)]


def texts_of(story: Story) -> set[str]:
    steps = on_the_shelf(story.preset).campaign.sequences.values()
    return {step.step for some in steps for step in some if step.channel is Channel.SMS}


@pytest.mark.parametrize("story", STORIES, ids=lambda one: f"{one.preset}-{one.country}")
def test_a_preset_says_what_its_comments_say_and_nothing_forbidden(
    small_house: House, story: Story
) -> None:
    house = small_house
    house.has(taken_on(story.preset))
    agreed = customers(house, story)
    placed, sequences = house.now, dict[str, str]()
    longest = max((at for steps in story.said.values() for _, at in steps), default=48)
    between_runs = {"cuifu": timedelta(minutes=20), "person-first": timedelta(minutes=30)}
    house.advance(every=between_runs.get(story.preset, timedelta(hours=1)), hours=longest + 2)
    for touch in house.touches():
        sequences[touch["order"]] = touch["sequence"]
    assert set(sequences) == set(agreed)
    assert set(sequences.values()) == set(story.said)  # every arm was drawn
    for order, consent in agreed.items():
        steps = story.said[sequences[order]]
        if consent != "marketing":  # and nobody said a word about SMS
            fewer = story.without_marketing.get(sequences[order], steps)
            steps = [one for one in fewer if one[0] not in texts_of(story)]
        expected = [] if consent == "none" else [(name, round(at, 2)) for name, at in steps]
        assert said(house, order, placed) == expected, (order, consent, sequences[order])
        assert is_lawful(house, order, story)


def is_lawful(house: House, order: str, story: Story) -> bool:
    """Whether all that `order` got stands within the rules of its market."""
    zone, rules = ZoneInfo(ZONES[story.country]), load_markets().rules(story.country)
    catalog, got = Catalog(house.engine.settings.templates_dir), house.messages(order)
    texts = [one for one in got if one.channel == "sms"]
    sequences = on_the_shelf(story.preset).campaign.sequences.values()
    templates = {step.step: step.template for steps in sequences for step in steps}
    notices = [
        one
        for one in got
        if one.channel == "email"
        and catalog.message_class(templates[one.step]) is MessageClass.SERVICE
    ]
    return (
        len(notices) <= rules.service_messages
        and len(texts) <= rules.sms_per_order
        and all(8 <= one.at.astimezone(zone).hour < 21 for one in texts)
        and (rules.sms_links or not any(has_link(one.body) for one in texts))
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_the_plan_foretells_a_preset(small_house: House, preset: str) -> None:
    house = small_house
    (story, *_) = (one for one in STORIES if one.preset == preset)
    house.has(taken_on(preset))
    customers(house, story)
    house.clock.advance(on_the_shelf(preset).campaign.trigger.after)
    told = foresee(house.engine).now()
    done = house.run()
    assert told["enrolled"] == done.enrolled
    assert told["sent"] == done.touches.sent
    assert sum(done.enrolled[preset].values()) == 10


def test_two_calls_frame_the_letter_of_a_person(small_house: House) -> None:
    house = small_house
    house.has(taken_on("person-first"))
    agreed = customers(house, Story("person-first", "DE", {}))
    house.advance(every=timedelta(minutes=30), hours=24)
    assert len(house.tasks()) == len(agreed)  # the call, half an hour after the refusal
    assert house.messages() == []
    house.advance(every=timedelta(hours=1), days=3)
    assert len(house.tasks()) == 2 * len(agreed)


def test_whoever_copies_a_preset_sends_nothing_before_saying_so(small_house: House) -> None:
    house = small_house
    for name, file in PRESETS.items():
        (house.folder / f"{name}.yaml").write_text(file.read_text("utf-8"), "utf-8")
    house.an_unpaid_order()
    house.advance(days=2)
    assert house.touches() == []
