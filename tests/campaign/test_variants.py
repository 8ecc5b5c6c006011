"""`variants` of a step: shares of its words, in the file, in its versions and in the editor."""

from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import ValidationError

from recovery.campaign.formatting import formatted
from recovery.campaign.json_schema import json_schema
from recovery.campaign.parsing import parse_campaign, read_campaign
from recovery.campaign.schema import Campaign, Step
from recovery.campaign.versions import Reach, changes, followed
from recovery.message import Channel
from tests.support.campaigns import a_campaign

TEMPLATES = {"hello": {Channel.EMAIL, Channel.SMS}, "call": {Channel.TASK}}
HALF = "{calm: 50%, urgent: 50%}"


def text(variants: str, does: str = "email: hello") -> str:
    step = f"{{step: mail, after: 0m, {does}, variants: {variants}}}"
    return a_campaign(sequences={"plain": [step]})


def step_of(campaign: Campaign) -> Step:
    return campaign.sequences["plain"][0]


def read(variants: str) -> Campaign:
    return parse_campaign(text(variants), "x.yaml").campaign


def codes(source: str) -> list[str]:
    return [one.code for one in read_campaign(source, "x.yaml", spoken=TEMPLATES).problems]


def test_shares_stand_in_the_order_of_the_file() -> None:
    found = step_of(read("{urgent: 33.34%, calm: 33.33%, 温和: 33.33%}")).variants
    assert list((found or {}).items()) == [("urgent", 3334), ("calm", 3333), ("温和", 3333)]
    assert step_of(parse_campaign(a_campaign(), "x.yaml").campaign).variants is None


WRONG = {
    "one alone": ("{urgent: 100%}", "CR056"),
    "none": ("{}", "CR056"),
    "too little": ("{calm: 50%, urgent: 40%}", "CR045"),
    "too much": ("{calm: 50%, urgent: 50.01%}", "CR045"),
    "nothing for one": ("{calm: 100%, urgent: 0%}", "CR033"),
    "no percent": ("{calm: 50, urgent: 50%}", "CR033"),
    "a list": ("[calm, urgent]", "CR024"),
    "one word": ("calm", "CR024"),
    "no name": ("{calm down: 50%, urgent: 50%}", "CR025"),
    "nothing": ("", "CR023"),
    "full-width signs": ("{calm： 50%，urgent: 50%}", "CR002"),
    "full-width, any script": ("{普通: 50%，加急：50%}", "CR002"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_once(case: str) -> None:
    variants, code = WRONG[case]
    assert codes(text(variants)) == [code]


def test_a_task_has_no_variants() -> None:
    assert codes(text(HALF, "task: call")) == ["CR052"]
    with pytest.raises(ValidationError, match="CR052"):
        Step(step="a", after="0m", task="call", variants={"a": 5000, "b": 5000})


@pytest.mark.parametrize("key", ["varients", "variant", "ab_test", "变体"])
def test_a_slip_of_the_key_is_guessed(key: str) -> None:
    (problem,) = read_campaign(text(HALF).replace("variants", key), "x.yaml").problems
    assert (problem.code, problem.cure) == ("CR020", "did you mean 'variants'?")


def test_fmt_writes_shares_in_one_way() -> None:
    source = formatted(text("{calm: 50 %, urgent: 50%}"), "x.yaml")
    assert "variants: {calm: 50%, urgent: 50%}" in source
    assert formatted(source, "x.yaml") == source


def test_who_entered_keeps_the_variants_and_the_news_is_for_newcomers() -> None:
    old, new = read(HALF), read("{calm: 20%, urgent: 80%}")
    assert step_of(followed(old, new)).variants == {"calm": 5000, "urgent": 5000}
    assert [(one.road, one.before, one.after, one.reach) for one in changes(old, new)] == [
        ("sequences.plain.mail.variants.calm", "50%", "20%", Reach.NEWCOMERS),
        ("sequences.plain.mail.variants.urgent", "50%", "80%", Reach.NEWCOMERS),
    ]


@pytest.mark.parametrize(
    ("value", "does", "fits"),
    [
        ({"calm": "50%", "urgent": "50%"}, "email", True),
        ({"calm": "50%", "urgent": "50%"}, "task", False),
        ({"urgent": "100%"}, "email", False),
        ({"calm": "100%", "urgent": "0%"}, "email", False),
        ({"calm down": "50%", "urgent": "50%"}, "email", False),
        (["calm", "urgent"], "email", False),
    ],
)
def test_the_editor_says_the_same(value: Any, does: str, fits: bool) -> None:
    schema = json_schema(templates=TEMPLATES)
    template = {"email": "hello", "task": "call"}[does]
    step = {"step": "mail", "after": "0m", does: template, "variants": value}
    whole = schema["definitions"]["Step"] | {"definitions": schema["definitions"]}
    assert Draft7Validator(whole).is_valid(step) == fits
