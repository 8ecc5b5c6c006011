"""Results are records and mappings at once; curves answer at every time."""

import pytest

from recovery.measure.stats import Curve, Interval, wilson


def test_a_result_reads_like_a_record_and_like_a_mapping() -> None:
    found = wilson(15, 148)
    assert found["lo"] == found.lo
    assert dict(found) == {"rate": found.rate, "lo": found.lo, "hi": found.hi}
    assert list(found) == ["rate", "lo", "hi"]
    assert len(found) == 3


def test_a_result_equals_a_mapping_that_says_the_same() -> None:
    found = wilson(15, 148)
    assert found == dict(found)
    assert found == wilson(15, 148)
    assert found != wilson(15, 149)


def test_a_result_stays_what_it_is() -> None:
    with pytest.raises(AttributeError):
        wilson(15, 148).lo = 0.0  # type: ignore[misc]


@pytest.mark.parametrize("key", ["nothing", "interval", "keys"])
def test_only_numbers_are_keys(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        wilson(15, 148)[key]


def test_an_interval_holds_its_ends() -> None:
    assert 0.2 in Interval(0.2, 0.4)
    assert 0.4 in Interval(0.2, 0.4)
    assert 0.41 not in Interval(0.2, 0.4)


def test_a_curve_is_constant_between_its_knots() -> None:
    curve = Curve([1, 2.5], ["one", "two"], "none")
    assert dict(curve) == {"1": "one", "2.5": "two"}
    assert [curve.at(time) for time in (0, 0.99, 1, 2.49, 2.5, 1e9)] == [
        *("none", "none", "one", "one", "two", "two")
    ]
    assert curve["2"] == "one"
    assert len(curve) == 2
    assert repr(curve) == "Curve({'1': 'one', '2.5': 'two'})"


@pytest.mark.parametrize("key", ["-1", "soon", "nan"])
def test_a_curve_has_no_value_at_what_is_no_time(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        Curve([1], [0.5], 1.0)[key]
