"""Many seeds together: what is counted, and what is left out."""

from dataclasses import replace

from recovery.simulate.overall import by_sequence, payload, points
from tests.support.plays import gist


def seed(number: int, lift: float, *, caught: bool | None, enough: bool, verdict: str = "lift"):
    row = {
        "campaign": "c",
        "segment": "s",
        "sequence": "one",
        "holdout": False,
        "enrolled": 9,
        "mature": 9,
        "recovered": 3,
        "recovery_rate": {"value": 0.3, "ci95": [0.1, 0.6]},
        "lift": {"enough_data": enough, "verdict": verdict},
        "truth": {"lift": lift, "caught": caught},
    }
    held = {**row, "holdout": True, "sequence": None, "lift": None}
    made = gist([float(number)], seed=number)
    more = {"from": "x", "to": "y", "placed": 9, "unpaid": 3, "breaches": []}
    return replace(made, payload={**made.payload, **more, "sequences": [row, held]})


SEEDS = [
    seed(1, 0.10, caught=True, enough=True),
    seed(2, 0.20, caught=False, enough=True, verdict="inconclusive"),
    seed(3, 0.30, caught=True, enough=False),  # the report showed no interval
]


def test_only_intervals_that_were_shown_are_judged():
    (one,) = by_sequence(SEEDS).values()
    assert (one.seeds, one.judged, one.caught, one.found) == (3, 2, 1, 1)
    assert round(one.spread.mean, 4) == 0.2
    assert round(one.spread.deviation, 4) == 0.1


def test_points_and_seeds_are_all_there():
    told = payload(SEEDS)
    assert told["seeds"] == [1, 2, 3]
    assert [run["score"]["points"] for run in told["runs"]] == [1, 2, 3]
    assert told["overall"]["points"] == {"mean": 2.0, "sd": 1.0, "least": 1.0, "most": 3.0}
    assert points(SEEDS[:1]).deviation == 0.0


def test_a_hidden_scenario_tells_no_truth():
    rows = [{k: v for k, v in row.items() if k != "truth"} for row in SEEDS[0].payload["sequences"]]
    hidden = replace(SEEDS[0], payload={**SEEDS[0].payload, "sequences": rows})
    assert by_sequence([hidden]) == {}
    assert "truth" not in str(payload([hidden]))
