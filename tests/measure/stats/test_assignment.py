"""The draw under GrowthBook's names is our own draw."""

import pytest

from recovery.draws import slot
from recovery.measure import stats


def test_a_hash_is_our_slot() -> None:
    assert stats.hash("seed", "a", 2) == slot("seed", "a") / 10_000
    assert stats.hash("seed", "a") == stats.hash("seed", "a", 2)
    assert stats.hash("seed", "a", 3) is None


def test_one_call_and_many_give_the_same() -> None:
    ranges = [[0, 0.5], [0.5, 1]]
    assert stats.chooseVariation(0.5, ranges) == 1
    assert stats.chooseVariation(cases=[[0.5, ranges], [1, ranges]]) == {"values": [1, -1]}
    assert stats.getBucketRanges(0) == []
    assert stats.getBucketRanges(2, 0.5) == [[0, 0.25], [0.5, 0.75]]
    assert stats.getBucketRanges(cases=[[2, 0.5]]) == {"values": [[[0, 0.25], [0.5, 0.75]]]}


def test_weights_that_round_badly_leave_nobody_out() -> None:
    ids = [f"cus_{n:06d}" for n in range(3000)]
    drawn = stats.assign("layer:checkout:v1:", ids, [0.1] * 10, list("abcdefghij"))
    assert set(drawn.arm) == set("abcdefghij")
    assert max(drawn.bucket) >= 0.999
    balance = stats.srm([drawn.arm.count(arm) for arm in "abcdefghij"], [0.1] * 10)
    assert not balance.srm


@pytest.mark.parametrize("weights", [[0.4, 0.5], [0.5], [1.5, -0.5], []])
def test_weights_share_one_among_the_arms(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="do not share 1"):
        stats.assign("seq:unpaid:v1:", ["cus_1"], weights, ["A", "B"])
