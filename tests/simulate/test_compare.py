"""Comparing on the same shoppers: the interval of paired differences, and what may be said."""

from dataclasses import replace
from math import isclose

import pytest

from recovery.errors import UsageError
from recovery.simulate.chance import Chance
from recovery.simulate.compare import Answer, Comparison, Contrast, Entrant
from recovery.simulate.gist import Outcome
from tests.support.plays import gist


def contest(*sides: list[float]) -> Comparison:
    return Comparison(
        tuple(Entrant(name, (gist(one),)) for name, one in zip("abcde", sides, strict=False))
    )


def noise(seed: int, mean: float, count: int = 400) -> list[float]:
    luck = Chance("noise", seed)
    return [mean + 10 * luck.normal(str(n)) for n in range(count)]


def test_the_interval_is_students_of_paired_differences():
    found = Contrast((1.0, 2.0, 3.0, 4.0, 5.0), orders=1000, alpha=0.05)
    assert found.difference == 15
    # t(0.975, 4) = 2.776445; the deviation of 1 … 5 and 995 times 0 is 0.234158
    half = 2.776445 * 0.234158 * 1000**0.5
    assert isclose(found.interval.low, 15 - half, rel_tol=1e-5)
    assert isclose(found.interval.high, 15 + half, rel_tol=1e-5)


def test_how_many_leave_an_order_unpaid_is_chance_too():
    """Everybody fares the same; yet of other shoppers, more or fewer would leave an order."""
    found = Contrast((1.0,) * 100, orders=1000, alpha=0.05).interval
    # t(0.975, 99) = 1.984217; of 1,000 orders with odds of 10 %, the deviation is 9.4868
    assert isclose(found.high - found.low, 2 * 1.984217 * 9.4868, rel_tol=1e-3)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """250 shops of 300 orders; 40 % are left unpaid, and fare better by 1 on the average."""
    caught = 0
    for shop in range(250):
        luck = Chance("shop", shop)
        left = (n for n in range(300) if luck.happens(f"left {n}", 0.4))
        values = tuple(1 + 0.4 * luck.normal(f"fares {n}") for n in left)
        span = Contrast(values, orders=300, alpha=0.05).interval
        caught += span.low <= 400.0 <= span.high
    assert 229 <= caught <= 246  # of 95 % of 250, the outer 0.5 % on both sides left out


def test_the_interval_does_not_see_what_both_sides_share():
    """Customers differ a hundred times more than the campaigns do; paired, that is no noise."""
    shared = [1000 * Chance(n).number("shared") for n in range(200)]
    found = contest([one + 1 + n % 2 for n, one in enumerate(shared)], shared)
    assert found.best.name == "a"


@pytest.mark.parametrize(
    ("mine", "answer", "best"),
    [
        (noise(1, 5.0), Answer.CLEAR, "a"),
        (noise(1, -5.0), Answer.CLEAR, "b"),
        (noise(2, 0.4), Answer.UNCLEAR, None),
        ([0.0] * 400, Answer.SAME, None),
        ([50.0] * 9 + [0.0] * 391, Answer.UNCLEAR, None),  # too few customers stand behind it
        ([50.0] * 10 + [0.0] * 391, Answer.CLEAR, "a"),
        ([1.0, -1.0] * 100 + [0.001], Answer.HOPELESS, None),
    ],
)
def test_better_or_not_clear(mine, answer, best):
    found = contest(mine, [0.0] * len(mine))
    assert found.pairs[0].points.answer is answer
    assert (found.best.name if found.best else None) == best
    assert found.payload()["best"] == best


def test_twice_the_orders_that_would_settle_it_do_settle_it():
    """A difference of the size that was seen, over so many orders as are asked for, is clear."""
    seen = contest(noise(2, 0.4), [0.0] * 400).pairs[0].points
    times = 2 * seen.orders_to_settle // seen.orders + 1
    more = Contrast(seen.values * times, seen.orders * times, 0.05)
    assert not seen.is_clear
    assert more.is_clear


def test_several_comparisons_ask_for_more():
    two = contest(noise(1, 5.0), [0.0] * 400).pairs[0].points.interval
    three = contest(noise(1, 5.0), [0.0] * 400, noise(3, 1.0)).pairs
    both = next(p for p in three if {p.a.name, p.b.name} == {"a", "b"}).points.interval
    assert both.low < two.low < two.high < both.high
    assert len(three) == 3


def test_the_best_of_three_beats_each():
    assert contest(noise(1, 9.0), noise(2, 1.0), [0.0] * 400).best.name == "a"
    assert contest(noise(1, 9.0), noise(2, 9.0), [0.0] * 400).best is None


def test_different_shoppers_are_not_compared():
    one, other = Entrant("a", (gist([1.0], seed=1),)), Entrant("b", (gist([1.0], seed=2),))
    with pytest.raises(UsageError, match="can't be compared"):
        Comparison((one, other))
    with pytest.raises(UsageError, match="can't be compared"):
        Comparison((one, Entrant("b", (gist([1.0], orders=500),))))


def test_an_order_that_only_one_side_left_unpaid_was_paid_on_the_other():
    """A coupon has taught somebody to wait: that is no recovered order more."""
    taught = gist([0.0, 0.0])
    plain = replace(taught, outcomes={"o0": taught.outcomes["o0"]})
    found = Comparison((Entrant("a", (taught,)), Entrant("b", (plain,)))).pairs[0]
    assert found.recovered.difference == 0
    waits = replace(taught, outcomes={**plain.outcomes, "o1": Outcome("p1", False, 0.0, 0.0)})
    found = Comparison((Entrant("a", (waits,)), Entrant("b", (plain,)))).pairs[0]
    assert found.recovered.difference == -1


def test_a_hidden_scenario_has_no_differences():
    shown = gist(noise(1, 5.0))
    hidden = replace(shown, payload={k: v for k, v in shown.payload.items() if k != "curve"})
    found = Comparison((Entrant("a", (hidden,)), Entrant("b", (hidden,))))
    told = found.payload()
    assert found.best is None
    assert told["pairs"] == []
    assert "curves" not in told
    assert "paid" not in told["campaigns"][0]
