"""The campaigns that come with the engine, and what their folder says about them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from recovery.campaign.loader import (
    LoadedCampaign,
    load_campaign,
    load_folder,
    parse_campaign,
    read_folder,
)
from recovery.campaign.schema import Status, TriggerOn
from recovery.markets import load_markets
from recovery.markets.book import with_rules
from recovery.message import Channel
from recovery.reasons import MEANINGS, FailureReason
from recovery.template.catalog import Catalog
from tests.support.cli import answered, recovery

FOLDER = Path(__file__).parents[2] / "campaigns"
NO_LINKS_IN_SMS = {"MY", "AE"}
PRESETS = sorted(FOLDER.glob("_*.yaml"))


@pytest.fixture(scope="module")
def shipped() -> dict[str, LoadedCampaign]:
    loaded, errors = load_folder(FOLDER)
    assert errors == []
    return {one.campaign.campaign: one for one in loaded}


def test_there_are_five_and_all_are_active(shipped: dict[str, LoadedCampaign]) -> None:
    assert list(shipped) == [
        "high-value",
        "card-declined",
        "voucher-waiting",
        "unpaid",
        "guest-cart",
    ]
    assert {one.campaign.status for one in shipped.values()} == {Status.ACTIVE}
    assert {one.campaign.trigger.on for one in shipped.values()} == set(TriggerOn)


def test_files_are_called_like_their_campaigns(shipped: dict[str, LoadedCampaign]) -> None:
    assert all(one.file == f"{name}.yaml" for name, one in shipped.items())


def test_all_have_a_hold_out_quiet_hours_and_an_end(shipped: dict[str, LoadedCampaign]) -> None:
    for one in shipped.values():
        limits, trigger = one.campaign.limits, one.campaign.trigger
        assert one.campaign.holdout > 0
        assert limits.quiet
        assert limits.per_customer
        assert trigger.not_after
        assert trigger.after >= timedelta(minutes=30)  # an earlier reminder can cost sales


def test_nobody_is_written_to_on_reasons_that_forbid_it(
    shipped: dict[str, LoadedCampaign],
) -> None:
    forbidden = {reason for reason, meaning in MEANINGS.items() if not meaning.may_contact}
    for name in ("card-declined", "high-value"):
        for segment in shipped[name].campaign.segments:
            assert segment.failure
            assert not forbidden & {FailureReason(word) for word in segment.failure}


def test_texts_go_only_where_they_may_carry_a_link(shipped: dict[str, LoadedCampaign]) -> None:
    steps = [
        step
        for one in shipped.values()
        for sequence in one.campaign.sequences.values()
        for step in sequence
        if step.channel is Channel.SMS
    ]
    assert steps
    for step in steps:
        assert step.if_
        assert step.if_.market
        assert not NO_LINKS_IN_SMS & set(step.if_.market)


def test_offers_are_late_limited_and_never_in_the_first_message(
    shipped: dict[str, LoadedCampaign],
) -> None:
    for one in shipped.values():
        assert all(offer.budget for offer in one.campaign.offers.values())
        assert all(offer.once_per_customer for offer in one.campaign.offers.values())
        for first, *later in one.campaign.sequences.values():
            assert first.offer is None
            assert all(step.after >= timedelta(days=1) for step in later if step.offer)


def test_a_person_calls_about_dear_orders(shipped: dict[str, LoadedCampaign]) -> None:
    steps = shipped["high-value"].campaign.sequences["personal"]
    assert [step.channel for step in steps] == [Channel.EMAIL, Channel.TASK]


def test_every_step_has_its_words(shipped: dict[str, LoadedCampaign]) -> None:
    catalog = Catalog(FOLDER.parent / "templates")
    channels = {name: catalog.channels(name) for name in catalog.names()}
    readings = read_folder(FOLDER, channels)
    assert [found for one in readings for found in one.problems] == []


def test_the_page_about_the_language_tells_the_truth() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    campaign = parse_campaign(example, "README.md").campaign
    assert campaign.offers["free-shipping"].worth


@pytest.mark.parametrize("file", PRESETS, ids=lambda file: file.stem)
def test_a_preset_passes_the_check_once_it_is_taken_on(file: Path, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    recovery("init", project)
    text = file.read_text("utf-8")
    assert "\nstatus: draft\n" in text
    taken_on = text.replace("status: draft", "status: active")
    (project / "campaigns" / file.name[1:]).write_text(taken_on, "utf-8")
    told = answered("check", "--project", project)["problems"]
    assert {one["code"] for one in told} <= {"CR070"}, "a preset is for many markets"


def test_every_file_of_the_folder_begins_with_its_schema() -> None:
    for file in FOLDER.glob("*.yaml"):
        first = file.read_text("utf-8").partition("\n")[0]
        schema = "defaults" if file.stem == "defaults" else "campaign"
        assert first == f"# yaml-language-server: $schema={schema}.schema.json"


def test_texts_first_go_to_every_market_with_rules() -> None:
    campaign = load_campaign(FOLDER / "_sms-first.yaml").campaign
    links, none, _ = campaign.segments
    rules = {country: load_markets().rules(country) for country in with_rules()}
    assert set(links.market or ()) == {one for one, rule in rules.items() if rule.sms_links}
    assert set(none.market or ()) == {one for one, rule in rules.items() if not rule.sms_links}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_pages_of_the_folder_tell_of_every_campaign(page: str) -> None:
    text = (FOLDER / page).read_text("utf-8")
    for file in FOLDER.glob("*.yaml"):
        assert f"`{file.name}`" in text
