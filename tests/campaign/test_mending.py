"""Safe fixes, one after the other until none is left: none of them holds up the others."""

from pathlib import Path

import pytest

from recovery.campaign.mending import mended
from recovery.campaign.parsing import read_campaign
from recovery.problems import Edit, Fix, Place, Problem, problem

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")
FROM, BUDGET = "{from: 200 USD}", "500 USD per month"
Edits = tuple[tuple[str, str], ...]


def changed(edits: Edits) -> str:
    text = SAMPLE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def check(text: str) -> tuple[Problem, ...]:
    return read_campaign(text, "x.yaml").problems


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (((FROM, "{from: ９，５０ EUR}"),), ((FROM, "{from: 9.50 EUR}"),)),
        (((FROM, "{from: 9，50 EUR}"),), ((FROM, "{from: 9.50 EUR}"),)),
        (((BUDGET, "５００元"),), ((BUDGET, "500 CNY"),)),
        (((BUDGET, "500 USD／月"),), ((BUDGET, BUDGET),)),
        (((FROM, "{from: 1,500.00 USD}"),), ((FROM, "{from: 1500 USD}"),)),
        (
            ((FROM, "{from: 1,500 USD}"), (BUDGET, "９９元")),
            ((FROM, "{from: 1,500 USD}"), (BUDGET, "99 CNY")),
        ),
        (
            (
                ("    market: [US, GB]", "\u3000\u3000market: [US, UK]"),
                (f"    amount: {FROM}", "\u3000\u3000amount: {from: 9,50 EUR}"),
                ("holdout: 10%", "holdout：１０ percent"),
            ),
            ((FROM, "{from: 9.50 EUR}"),),
        ),
    ],
)
def test_each_fix_is_written(wrong: Edits, right: Edits) -> None:
    raw, done = mended(changed(wrong).encode(), "x.yaml", check)
    assert raw.decode() == changed(right)
    assert done


def test_what_is_no_name_is_told_once() -> None:
    wrong = changed((("sequence: personal", "sequence: A/B"),))
    assert [one.code for one in check(wrong) if one.severity == "error"] == ["CR025"]


def test_the_fix_that_is_shown_is_of_its_own_line() -> None:
    wrong = changed((("holdout: 10%", "\u3000holdout: 10%"), ("segments:", "\u3000segments:")))
    odd = {one.line: one.fix for one in check(wrong) if one.code == "CR001"}
    assert [(line, fix and fix.shown) for line, fix in odd.items()] == [
        (9, "holdout: 10%"),
        (10, "segments:"),
    ]


@pytest.mark.parametrize("money", ["9，500 EUR", "1,500 USD", "9 50 EUR", "500 USD/yr"])
def test_what_may_mean_two_things_stays(money: str) -> None:
    raw = changed(((FROM, f"{{from: {money}}}"),)).encode()
    assert mended(raw, "x.yaml", check) == (raw, ())


def test_a_right_line_stays_where_it_is() -> None:
    right = "  free-shipping:\n    kind: gift\n    gift: socks\n    worth: 8 USD\n    valid: 72h"
    offer = next(line for line in SAMPLE.split("\n") if line.startswith("  free-shipping: {"))
    wrong = changed(((offer, right.replace("    gift", "gift")),))
    assert mended(wrong.encode(), "x.yaml", check).raw.decode() == changed(((offer, right),))


def test_a_fix_that_does_harm_is_not_written() -> None:
    """`bad` alone is one mistake; its fix would be two."""

    def judge(text: str) -> list[Problem]:
        place = Place(1, 1, 4)
        fix = Fix("worse", (Edit(place, "worse"),), safe=True)
        if text == "bad":
            return [problem("CR005", "x.yaml", place, fix=fix, cure="")]
        return [
            problem(code, "x.yaml", Place(2, 1, 2), key="a", guess="")
            for code in ("CR020", "CR020")
        ]

    assert mended(b"bad", "x.yaml", judge) == (b"bad", ())
