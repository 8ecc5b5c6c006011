"""Every estimator against numbers that other programs and printed tables give."""

import json
from pathlib import Path

import pytest

from recovery.measure import stats
from tests.support.vectors import Case, cases, differences, wrong

SHARED = Path(__file__).parents[4] / "shared" / "measurement" / "stat_vectors.json"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_numbers_of_others(case: Case) -> None:
    assert wrong(case, getattr(stats, case.name)) == []


def test_each_estimator_has_numbers_of_others() -> None:
    assert {case.name for case in cases()} == {
        *(one.__name__ for one in stats.FUNCTIONS.values()),
        "score_test",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pooled z", "pooled_z"),
        ("score test (MN, no correction)", "score_test"),
        ("score_test", "score_test"),
        ("wilson", "wilson"),
        ("wilson(k, n)", "wilson"),
        ("assign 20% holdout / 80, version 2", "assign"),
        ("cumulative recovery to the horizon", "cumulative_recovery"),
    ],
)
def test_an_estimator_is_found_by_what_a_set_of_vectors_calls_it(text: str, name: str) -> None:
    case = cases(name)[0]
    assert wrong(case, lambda **given: stats.run(text, given)) == []


def test_an_unknown_estimator_is_named() -> None:
    with pytest.raises(ValueError, match="'voodoo'"):
        stats.run("voodoo", {})


@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not beside this checkout")
def test_every_shared_vector() -> None:
    shared = json.loads(SHARED.read_text(encoding="utf-8"))["cases"]
    assert shared
    for case in shared:
        found = stats.run(case["function"], case["inputs"])
        assert list(differences(case["expected"], found, case["tol_abs"])) == [], case["id"]
