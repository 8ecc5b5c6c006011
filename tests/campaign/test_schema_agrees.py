"""Editor and check say the same of a file in which any one value was replaced by any other.

Left out is what a schema can't know: names that must exist elsewhere, sums, order, and how a number
was spelt before the editor typed it (docs/campaign-file.md has the list).
"""

from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from recovery.campaign.json_schema import json_schema
from recovery.campaign.parsing import read_campaign
from recovery.problems import Severity
from tests.campaign.test_json_schema import SOUND, TEMPLATES
from tests.support.editor import as_an_editor_reads

SCHEMA = Draft7Validator(json_schema(templates=TEMPLATES))
ELSEWHERE = {f"CR0{number}" for number in (41, 42, 43, 44, 45, 46, 49, 50, 51, 52, 53)}
OTHERS = [
    *("null", "Null", "~", "", "'null'", "'  '", "true", "no", "NO", "[]", "{}", "{a: b}"),
    *("0", "12", "123456789", "12345678901", "51", "'05'", "2026-11-22", "1_000", "a b", "x-"),
    *("0%", "10%", "' 10%'", "100%", "0m", "3d", "' 3d '", "0 USD", "50 USD", "'50 USD '"),
    *("22:00-22:00", "00:00-24:00", "21:00-08:00", "1 per week", "3 per 2d", "vip", "[vip, vip]"),
    *("DE", "[DE, DE]", "[[DE]]", "[null]", "active", "unpaid", "[unpaid]", "first", "春", "é"),
]


def values(node: yaml.Node) -> Iterator[tuple[int, int]]:
    """Where each value of a file begins and ends."""
    yield node.start_mark.index, node.end_mark.index
    inside = node.value if isinstance(node, yaml.CollectionNode) else ()
    for one in inside:
        yield from values(one[1] if isinstance(one, tuple) else one)


PLACES = sorted(set(values(yaml.compose(SOUND, yaml.BaseLoader))))[1:]


def refused(text: str) -> set[str]:
    """The codes for which the check refuses a text."""
    problems = read_campaign(text, "it.yaml", spoken=TEMPLATES).problems
    return {one.code for one in problems if one.severity is Severity.ERROR}


def verdicts(text: str) -> tuple[bool, bool]:
    """Whether the editor and the check have nothing against a text."""
    return SCHEMA.is_valid(as_an_editor_reads(text)), not refused(text)


def replaced(place: tuple[int, int], new: str) -> str:
    start, end = place
    old = SOUND[start:end]
    return SOUND[:start] + new + old[len(old.rstrip()) :] + SOUND[end:]


@settings(max_examples=600)
@given(place=st.sampled_from(PLACES), new=st.sampled_from(OTHERS))
def test_any_value_in_any_place(place: tuple[int, int], new: str) -> None:
    text = replaced(place, new)
    try:
        yaml.compose(text, yaml.BaseLoader)
    except yaml.YAMLError:
        return
    wrong = refused(text)
    if wrong and wrong <= ELSEWHERE:
        return
    assert SCHEMA.is_valid(as_an_editor_reads(text)) != bool(wrong), (wrong, text[place[0] - 20 :])


@pytest.mark.parametrize(
    ("before", "after", "sound"),
    [
        ("campaign: winback", "campaign: null", False),
        ("campaign: winback", "campaign: ~", False),
        ("campaign: winback", "campaign: 2026", True),
        ("campaign: winback", "campaign: -7", False),
        ("to: service", "to: null", False),
        ("priority: 0", "priority: +7", True),
        ("priority: 0", "priority: -7", True),
        ("priority: 0", "priority: 1234567890", False),
        ("quiet: 21:00-08:00", "quiet: 22:00-22:00", False),
        ("quiet: 21:00-08:00", "quiet: 00:00 - 24:00", False),
        ("quiet: 21:00-08:00", "quiet: 22:00-24:00", True),
        ("failure: [05, insufficient_funds, 51]", "failure: 99999", False),
        ("failure: [05, insufficient_funds, 51]", "failure: 51", True),
    ],
)
def test_where_they_once_differed(before: str, after: str, sound: bool) -> None:
    assert before in SOUND
    assert verdicts(SOUND.replace(before, after, 1)) == (sound, sound)


@pytest.mark.parametrize("spelt", ["0x10", "0o17", "1e3", "7.0", "5."])
def test_what_an_editor_can_not_see(spelt: str) -> None:
    assert verdicts(SOUND.replace("priority: 0", f"priority: {spelt}")) == (True, False)
