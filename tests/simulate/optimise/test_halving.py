"""Successive halving: who goes on, who stays on the front, and how much work it is."""

from recovery.simulate.optimise.halving import (
    FEWEST,
    Score,
    Tried,
    front,
    halve,
    plays,
    ranked,
    rounds,
)


def one(net: float, annoyance: float) -> Tried:
    return Tried((Score(net, annoyance),))


def test_the_front_is_whom_nobody_beats():
    found = {"rich": one(10, 5), "calm": one(4, 1), "both": one(10, 4), "poor": one(3, 1)}
    assert front(found) == ["both", "calm"]
    assert ranked(found) == ["both", "calm", "rich", "poor"]


def test_twins_stay_together():
    assert front({"a": one(1, 1), "b": one(1, 1)}) == ["a", "b"]


def test_seeds_double():
    assert rounds(1) == [1]
    assert rounds(4) == [1, 2, 4]
    assert rounds(6) == [1, 2, 4, 6]


def test_the_better_half_goes_on_and_the_best_is_found():
    played: list[tuple[int, int]] = []

    def play(pairs):
        played.extend(pairs)
        return [Score(-abs(name - 11) + 0.1 * seed, 0.0) for name, seed in pairs]

    found, through = halve(range(16), [1, 2, 3, 4], play, keep=0)
    assert front({name: found[name] for name in through}) == [11]
    assert {name for name, seed in played if seed == 1} == set(range(16))
    assert len({name for name, seed in played if seed == 2}) == 8 + 1  # and the one that is kept
    assert len({name for name, seed in played if seed == 4}) == FEWEST + 1
    assert len(found[0].scores) == 4
    assert len(played) == len(set(played)) <= plays(16, 4)


def test_who_goes_over_the_budget_is_out():
    def play(pairs):
        return [Score(name, 0.0, over=name == 3 and seed == 2) for name, seed in pairs]

    found, through = halve([1, 2, 3], [1, 2], play, keep=1)
    assert through == [1, 2]
    assert found[3].over
