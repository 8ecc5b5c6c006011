"""The schema for editors says what the grammar says: value by value, and over whole files."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic_core import PydanticCustomError

from recovery.campaign import experiments, json_schema, values
from recovery.campaign.json_schema import json_schema as made
from recovery.campaign.key_words import KEYS, TITLES, WANTED
from recovery.campaign.loader import CampaignError, parse_campaign
from recovery.campaign.schema import Campaign, Defaults
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.editor import as_an_editor_reads

ROOT = Path(__file__).parents[2]
BOTH = frozenset({Channel.EMAIL, Channel.SMS})
TEMPLATES = {
    "unpaid-reminder": BOTH,
    "payment-failed": BOTH,
    "last-call": BOTH,
    "call-customer": frozenset({Channel.TASK}),
}
READERS: dict[str, Callable[[str], object]] = {
    "name": values.read_name,
    "duration": values.read_duration,
    "span": values.read_span,
    "share": values.read_share,
    "money": values.read_money,
    "cap": values.read_cap,
    "budget": values.read_budget,
    "quiet": values.read_quiet,
    "number": values.read_number,
    "count": experiments.read_count,
    "lift": experiments.read_lift,
}
WRITTEN = {
    "name": [
        "a",
        "spring-sale",
        "a.b",
        "春季",
        "a b",
        "-a",
        "a-",
        "",
        "a/b",
        "null",
        "~",
        "x" * 64,
        "x" * 65,
    ],
    "duration": ["0m", "30m", "1d12h", "12h1d", "72", "2 dayz", "1,5h", "PT1H", "P3D", "3天", ""],
    "span": ["0m", "1m", "PT0M", "0d1h", "1w", "-1d"],
    "share": ["0%", "10%", "10 %", "0.25%", "0.125%", "100%", "101%", "100.00%", "0.1", "10"],
    "money": ["50 USD", "0 USD", "19.99 EUR", "19.999 EUR", "1250 JPY", "12.5 JPY", "$50", "50"],
    "money ": [
        "1.234,50 EUR",
        "1,234 EUR",
        "50 usd",
        "50 XYZ",
        "0.001 KWD",
        "1.000 USD",
        "1e3 USD",
        "50  USD",
        "5. USD",
    ],
    "cap": ["3 per week", "0 per week", "2 per 10d", "3/week", "3 per fortnight", "1 per 0d"],
    "budget": ["500 USD", "500 USD per month", "500 USD per year", "per month", "0 USD per day"],
    "quiet": [
        "21:00-08:00",
        "21:00 - 08:00",
        "9-20",
        "9am",
        "24:00-08:00",
        "20:00-24:00",
        "21:60-08:00",
        "21:00-21:00",
        "00:00-24:00",
    ],
    "number": ["20", "-3", "+3", "012", "1.5", "ten", "1234567890"],
    "count": ["5000", "012", "0", "000", "-3", "1.5", "many", "1234567890"],
    "lift": ["30%", "0%", "0.00%", "150 %", "1000%", "1000.01%", "1001%", "0.3", "12.345%"],
}


def fits(name: str, text: str) -> bool:
    return re.search(json_schema._PATTERNS[name], text) is not None


def reads(name: str, text: str) -> bool:
    try:
        READERS[name](text)
    except PydanticCustomError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "text"), [(n.strip(), t) for n, ts in WRITTEN.items() for t in ts]
)
def test_a_value_fits_where_it_is_read(name: str, text: str) -> None:
    assert fits(name, text) == reads(name, text)


@pytest.mark.parametrize("name", sorted(READERS))
@given(data=st.data())
def test_whatever_is_read_fits(name: str, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from([one for one in WRITTEN[name] if one]))
    at = data.draw(st.integers(0, len(sample)))
    sign = data.draw(st.sampled_from("0159 .,:-%dhmwUSD天"))
    text = sample[:at] + sign + sample[at + data.draw(st.integers(0, 1)) :]
    assert fits(name, text) or not reads(name, text), text


def verdicts(text: str) -> tuple[bool, bool]:
    """Whether the schema and the check accept the text of a file."""
    try:
        parse_campaign(text, "it.yaml")
        checked = True
    except CampaignError:
        checked = False
    return _validator().is_valid(as_an_editor_reads(text)), checked


def _validator(model: type = Campaign) -> Draft7Validator:
    return Draft7Validator(made(model, templates=TEMPLATES))


@pytest.mark.parametrize("file", sorted((ROOT / "campaigns").glob("*.yaml")), ids=lambda f: f.stem)
def test_shipped_files_are_accepted(file: Path) -> None:
    shipped = {folder.name: frozenset(Channel) for folder in (ROOT / "templates").iterdir()}
    model = Defaults if file.stem == "defaults" else Campaign
    schema = Draft7Validator(made(model, templates=shipped))
    assert list(schema.iter_errors(as_an_editor_reads(file.read_text("utf-8")))) == []


SOUND = a_campaign(
    segments=(
        "{segment: big, market: [NO, DE], amount: {from: 200 USD}, customer: vip, sequence: plain}",
        "{segment: 2026, failure: [05, insufficient_funds, 51], "
        "sequence: {plain: 50%, other: 50%}}",
    ),
    sequences={
        "plain": (
            "{step: first, after: 0m, email: payment-failed}",
            "{step: second, after: 1d, sms: last-call, offer: ten, without_offer: skip,"
            " if: {not_clicked: first}}",
            "{step: call, after: 2d, task: call-customer, to: service}",
        ),
        "other": ("{step: first, after: PT2H, email: unpaid-reminder}",),
    },
    offers="{ten: {kind: percent, percent: 10%, valid: 3d, budget: 50 USD per month}}",
    limits="{quiet: 21:00-08:00, per_customer: 3 per week, min_gap: 20h}",
)


def test_a_sound_file_is_sound_for_both() -> None:
    assert verdicts(SOUND) == (True, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status: active", "status: live"),
        ("status: active\n", ""),
        ("priority: 0", "prioriti: 0"),
        ("priority: 0", "priority: high"),
        ("{on: unpaid}", "{on: unpayed}"),
        ("{on: unpaid}", "unpaid"),
        ("{paid_within: 7d}", "{paid_within: 7}"),
        ("holdout: 0%", "holdout: 0.1"),
        ("market: [NO, DE]", "market: [UK]"),
        ("market: [NO, DE]", "market: []"),
        ("from: 200 USD", "from: $200"),
        ("amount: {from: 200 USD}", "amount: {}"),
        ("customer: vip", "customer: regular"),
        ("insufficient_funds", "insuficient_funds"),
        ("{plain: 50%, other: 50%}", "{}"),
        ("{plain: 50%, other: 50%}", "{plain: 100%, other: 0%}"),
        ("step: first, after: 0m", "step: first, after: 0"),
        ("email: payment-failed", "email: payment-failed, sms: payment-failed"),
        (", email: payment-failed", ""),
        ("to: service", "to: service, offer: ten"),
        ("email: payment-failed", "email: payment-failed, to: service"),
        (" offer: ten,", ""),
        ("if: {not_clicked: first}", "if: {}"),
        ("kind: percent, percent: 10%", "kind: percent"),
        ("kind: percent, percent: 10%", "kind: fixed, percent: 10%"),
        ("kind: percent, percent: 10%", "kind: free_shipping"),
        ("quiet: 21:00-08:00", "quiet: 9-20"),
        ("3 per week", "three a week"),
        ("segment: big", "segment: big ones"),
    ],
)
def test_what_the_grammar_refuses_is_refused_by_both(before: str, after: str) -> None:
    assert before in SOUND
    assert verdicts(SOUND.replace(before, after)) == (False, False)


def test_an_unknown_template_is_underlined() -> None:
    text = SOUND.replace("email: unpaid-reminder", "email: unpaid-remainder")
    assert not _validator().is_valid(as_an_editor_reads(text))
    text = SOUND.replace("task: call-customer", "task: last-call")
    assert not _validator().is_valid(as_an_editor_reads(text)), "has no words for a task"


@pytest.mark.parametrize("model", [Campaign, Defaults])
def test_every_key_is_explained_in_both_languages(model: type) -> None:
    english, chinese = (made(model, templates=TEMPLATES, lang=lang) for lang in ("en", "zh-CN"))
    Draft7Validator.check_schema(english)
    for found, other in zip(_blocks(english), _blocks(chinese), strict=True):
        assert found["title"] != other["title"]
        assert found["properties"].keys() == other["properties"].keys()
        for key, value in found["properties"].items():
            assert value["description"] != other["properties"][key]["description"], key


def _blocks(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in (schema, *schema["definitions"].values()) if "properties" in one]


def test_nothing_is_explained_that_is_not_there() -> None:
    text = json.dumps([made(model, templates=TEMPLATES) for model in (Campaign, Defaults)])
    for words in (*KEYS.values(), *TITLES.values(), *WANTED.values()):
        assert json.dumps(words) in text, words


@pytest.mark.parametrize("kind", ["campaign", "defaults"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_shipped_schemas_are_up_to_date(kind: str, lang: str) -> None:
    from recovery.cli.schema import schema_of
    from recovery.settings import load_settings

    suffix = "" if lang == "en" else f".{lang}"
    shipped = json.loads((ROOT / f"campaigns/{kind}.schema{suffix}.json").read_text("utf-8"))
    assert shipped == schema_of(load_settings(ROOT, {}), kind, lang), "`recovery schema --write`"


@pytest.mark.parametrize("file", sorted((ROOT / "campaigns").glob("*.yaml")), ids=lambda f: f.stem)
def test_each_file_names_its_schema(file: Path) -> None:
    kind = "defaults" if file.stem == "defaults" else "campaign"
    first = file.read_text("utf-8").partition("\n")[0]
    assert first == f"# yaml-language-server: $schema={kind}.schema.json"
