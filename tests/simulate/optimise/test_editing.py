"""Changes in a campaign's text: comments, order and style stay, and it says what was meant."""

import pytest
import yaml

from recovery.campaign.loader import parse_campaign
from recovery.simulate.optimise.candidates import Change, Key
from recovery.simulate.optimise.editing import edited

TEXT = """\
campaign: unpaid     # the name
status: active
trigger: {on: unpaid, after: 12h}
goal: {paid_within: 7d}
segments: [{segment: all, sequence: {flow: 50%, block: 50%}}]
sequences:
  flow:
    # first a word
    - {step: reminder, after: 0m, email: unpaid-reminder}   # friendly
    - {step: last, after: 2d, email: last-call, offer: ship, without_offer: skip}
  block:
    - step: reminder
      after: 1h      # not at once
      email: unpaid-reminder
    # then an offer
    - step: last
      after: 2d
      offer: ship    # dear
      email: last-call
offers:
  ship: {kind: free_shipping, worth: 8 USD, valid: 72h}
  ten: {kind: percent, percent: 10%, valid: 72h}
"""


def steps(text: str, sequence: str):
    return {s.step: s for s in parse_campaign(text, "x.yaml").campaign.sequences[sequence]}


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_nothing_changed_is_the_same_file():
    assert edited(TEXT, ()) == TEXT


def test_a_delay_is_changed_where_it_stands():
    told = edited(TEXT, (Change("reminder", Key.AFTER, "3h"),))
    assert comments(told) == comments(TEXT)
    for name in ("flow", "block"):
        assert steps(told, name)["reminder"].after.total_seconds() == 3 * 3600
        assert steps(told, name)["last"] == steps(TEXT, name)["last"]


def test_a_channel_keeps_its_template():
    told = edited(TEXT, (Change("reminder", Key.CHANNEL, "sms"),))
    assert comments(told) == comments(TEXT)
    assert [steps(told, n)["reminder"].sms for n in ("flow", "block")] == ["unpaid-reminder"] * 2


@pytest.mark.parametrize("name", ["flow", "block"])
def test_offers_come_and_go(name):
    without = edited(TEXT, (Change("last", Key.OFFER, "none"),))
    assert steps(without, name)["last"].offer is None
    assert steps(without, name)["last"].email == "last-call"
    other = edited(TEXT, (Change("last", Key.OFFER, "ten"),))
    assert steps(other, name)["last"].offer == "ten"
    assert comments(other) == comments(TEXT)
    more = edited(TEXT, (Change("reminder", Key.OFFER, "ten"), Change("reminder", Key.AFTER, "4h")))
    assert steps(more, name)["reminder"].offer == "ten"
    assert steps(more, name)["reminder"].after.total_seconds() == 4 * 3600
    assert comments(more) == comments(TEXT)


def test_a_step_is_left_out_with_nothing_else():
    told = edited(TEXT, (Change("last", Key.KEPT, "no"),))
    assert [list(steps(told, name)) for name in ("flow", "block")] == [["reminder"]] * 2
    assert "first a word" in told
    told = edited(TEXT, (Change("reminder", Key.KEPT, "no"),))
    assert [list(steps(told, name)) for name in ("flow", "block")] == [["last"]] * 2
    assert "then an offer" in told


def test_steps_on_one_line():
    line = "[{step: a, after: 0m, email: x}, {step: b, after: 1d, email: y}]"
    text = TEXT[: TEXT.index("  flow:")] + f"  flow: {line}\n"
    assert "sequences:\n  flow: [{step: a, after: 0m, email: x}]\n" in edited(
        text, (Change("b", Key.KEPT, "no"),)
    )
    assert "  flow: [{step: b, after: 1d, email: y}]\n" in edited(
        text, (Change("a", Key.KEPT, "no"),)
    )


def test_what_has_no_place_is_refused():
    with pytest.raises(ValueError, match="no step is called 'other'"):
        edited(TEXT, (Change("other", Key.AFTER, "1h"),))
    one = edited(TEXT, (Change("last", Key.KEPT, "no"),))
    with pytest.raises(ValueError, match="keeps one step"):
        edited(one, (Change("reminder", Key.KEPT, "no"),))


def test_neighbours_are_left_out_together():
    """In a list on one line two steps share the comma between them, and the last one stays."""
    steps_ = """\
  flow: [{step: one, after: 0m, email: a},
         {step: two, after: 1h, email: b}, {step: three, after: 2h, email: c}]
"""
    text = f"sequences:\n{steps_}"
    gone = [Change(name, Key.KEPT, "no") for name in ("one", "two", "three")]
    left = yaml.safe_load(edited(text, tuple(gone[:2])))
    assert left == {"sequences": {"flow": [{"step": "three", "after": "2h", "email": "c"}]}}
    with pytest.raises(ValueError, match="a sequence keeps one step"):
        edited(text, tuple(gone))
