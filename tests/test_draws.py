"""The draw: GrowthBook's own vectors, evenness, independence of salts, quarters."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from math import erfc, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery import draws
from recovery.draws import SLOTS, bucket, bucket_ranges, choose_variation, slot, slots

# GrowthBook SDK test cases, key "hash" (specification 0.8.0): seed, value, version, n.
GROWTHBOOK = [
    ("", "a", 1, 0.22),
    ("", "b", 1, 0.077),
    ("b", "a", 1, 0.946),
    ("ef", "d", 1, 0.652),
    ("asdf", "8952klfjas09ujk", 1, 0.549),
    ("", "123", 1, 0.011),
    ("", '___)((*":&', 1, 0.563),
    ("seed", "a", 2, 0.0505),
    ("seed", "b", 2, 0.2696),
    ("foo", "ab", 2, 0.2575),
    ("foo", "def", 2, 0.2019),
    ("89123klj", "8952klfjas09ujkasdf", 2, 0.124),
    ("90850943850283058242805", "123", 2, 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 2, 0.0128),
    ("abc", "def", 99, None),
]
# Key "getBucketRange": how many, coverage, weights, ranges.
RANGES = [
    (2, 1, None, [(0, 0.5), (0.5, 1)]),
    (2, 0.5, None, [(0, 0.25), (0.5, 0.75)]),
    (2, 0, None, [(0, 0), (0.5, 0.5)]),
    (2, -0.2, None, [(0, 0), (0.5, 0.5)]),
    (2, 1.5, None, [(0, 0.5), (0.5, 1)]),
    (3, 0.2, [0.2, 0.3, 0.5], [(0, 0.04), (0.2, 0.26), (0.5, 0.6)]),
    (2, 1, [0.4, 0.1], [(0, 0.5), (0.5, 1)]),
    (2, 1, [0.7, 0.6], [(0, 0.5), (0.5, 1)]),
    (4, 1, [0.4, 0.4, 0.2], [(0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)]),
    (2, 1, [0.4, 0.5999], [(0, 0.4), (0.4, 0.9999)]),
]
CHI2_99 = 160.06  # of 99 degrees of freedom, p = 0.0001
HALVES, GAPS = [(0, 0.5), (0.5, 1)], [(0, 0.25), (0.5, 0.75)]
ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
ANY_SCRIPT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
STYLES = {
    "numbers": "shop:{}".format,
    "padded": "shop:cus_{:06d}".format,
    "guests": lambda n: f"shop:~{n * 2654435761 % 2**64:032x}",
    "words": lambda n: f"shop-de:c%20{n}@mail",
}


@pytest.mark.parametrize(("seed", "value", "version", "expected"), GROWTHBOOK)
def test_hash_agrees_with_growthbook(seed, value, version, expected):
    assert bucket(seed, value, version) == expected


@pytest.mark.parametrize(("count", "coverage", "weights", "expected"), RANGES)
def test_ranges_agree_with_growthbook(count, coverage, weights, expected):
    ranges = bucket_ranges(count, coverage, weights)
    assert ranges == [pytest.approx(one, abs=1e-9) for one in expected]


@pytest.mark.parametrize(
    ("number", "ranges", "chosen"),
    [
        (0, HALVES, 0),
        (0.4, HALVES, 0),
        (0.5, HALVES, 1),
        (0.8, HALVES, 1),
        (0.2, GAPS, 0),
        (0.25, GAPS, -1),
        (0.4, GAPS, -1),
        (0.8, GAPS, -1),
        (0.5, [(0, 0.5), (0.5, 0.5), (0.5, 1)], 2),
    ],
)
def test_choice_agrees_with_growthbook(number, ranges, chosen):
    assert choose_variation(number, ranges) == chosen


def test_ten_percent_held_out_and_two_arms_by_hand():
    salt, shares = "seq:abandoned-3step:v1:", {"holdout": 1000, "A": 4500, "B": 4500}
    drawn = slots(salt, [f"cus_{n:06d}" for n in range(1, 7)])
    assert drawn == [3981, 9133, 377, 5168, 7196, 7946]
    assert [draws.pick(shares, one) for one in drawn] == ["A", "B", "holdout", "A", "B", "B"]
    ranges = bucket_ranges(3, 1, [0.1, 0.45, 0.45])
    assert [choose_variation(one / SLOTS, ranges) for one in drawn] == [1, 2, 0, 1, 2, 2]


@given(ANY_SCRIPT, st.lists(ASCII, max_size=12))
def test_many_at_once_draw_as_one_does(salt, keys):
    assert slots(salt, keys) == [slot(salt, key) for key in keys]


def test_a_campaign_may_have_a_name_of_any_script():
    assert draws.fnv1a32("催付") == 0xF4ECBC95
    assert slot("holdout:催付:v1:", "shop:c-101") != slot("holdout:挽回:v1:", "shop:c-101")


@pytest.mark.parametrize("style", STYLES)
def test_slots_are_even_for_every_style_of_key(style):
    drawn = slots("holdout:global:2026Q4:v1:", [STYLES[style](n) for n in range(200_000)])
    by_percent = Counter(one // 100 for one in drawn)
    assert sum((by_percent[n] - 2_000) ** 2 / 2_000 for n in range(100)) < CHI2_99


@pytest.mark.parametrize("style", STYLES)
def test_salts_draw_independently(style):
    """A twentieth of the pairs looks dependent by chance. Version 1 shows half of them to be."""
    keys = [STYLES[style](n) for n in range(20_000)]
    halves = [
        sum(1 << n for n, one in enumerate(slots(salt, keys)) if one < 5000) for salt in SALTS
    ]
    pairs = [_dependence(a, b, len(keys)) for a, b in combinations(halves, 2)]
    assert 0.03 <= sum(p < 0.05 for p in pairs) / len(pairs) <= 0.08


SALTS = [
    draws.NO_INCENTIVE,
    *(f"holdout:global:{year}Q{n}:v1:" for year in (2026, 2027) for n in (1, 2, 3, 4)),
    *(f"{kind}:{n}:v1:" for n in range(15) for kind in ("seq", "holdout")),
    "step:card:plain:offer:v1:",
]


def _dependence(one: int, other: int, of: int) -> float:
    """The p-value of chi-square (2 x 2) for two draws, each as the set of those below a half."""
    both, first, second = (one & other).bit_count(), one.bit_count(), other.bit_count()
    chi2 = of * (of * both - first * second) ** 2
    chi2 /= first * (of - first) * second * (of - second)
    return erfc(sqrt(chi2 / 2))


def test_a_name_does_not_run_into_a_key():
    """Without a delimiter, salt `exp1` and key `12` would draw as `exp11` and `2` do."""
    assert slot("exp1", "12") == slot("exp11", "2")
    assert slot("exp1:", "12") != slot("exp11:", "2")


def test_pick_refuses_shares_that_do_not_sum():
    with pytest.raises(ValueError, match="99 %"):
        draws.pick({"a": 5000, "b": 4900}, 0)


@pytest.mark.parametrize(
    ("month", "name", "ends"),
    [
        (1, "2026Q1", (2026, 4)),
        (3, "2026Q1", (2026, 4)),
        (4, "2026Q2", (2026, 7)),
        (9, "2026Q3", (2026, 10)),
        (10, "2026Q4", (2027, 1)),
        (12, "2026Q4", (2027, 1)),
    ],
)
def test_quarters_of_the_year(month, name, ends):
    at = datetime(2026, month, 28, 12, tzinfo=UTC)
    assert draws.global_salt(at) == f"holdout:global:{name}:v1:"
    assert draws.quarter_ends(at) == datetime(*ends, 1, tzinfo=UTC)


def test_a_quarter_changes_at_midnight_in_utc():
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    tokyo = timezone(timedelta(hours=9))
    assert draws.quarter((ends - timedelta(seconds=1)).astimezone(tokyo)) == "2026Q4"
    assert draws.quarter(ends.astimezone(timezone(timedelta(hours=-5)))) == "2027Q1"
    assert draws.quarter_ends(ends - timedelta(microseconds=1)) == ends
    assert draws.quarter_begins(ends.astimezone(tokyo)) == ends
    assert draws.quarter_begins(ends - timedelta(seconds=1)) == datetime(2026, 10, 1, tzinfo=UTC)
