"""Scales: round ends, and every value where it belongs."""

import pytest

from recovery.measure.page.axis import Axis, path


def test_an_axis_is_round_and_holds_everything() -> None:
    axis = Axis.over([-0.034, 0.13])
    assert [round(tick, 3) for tick in axis.ticks] == [-0.05, 0.0, 0.05, 0.1, 0.15]
    assert (axis.at(-0.05), axis.at(0.15)) == ("0.00%", "100.00%")
    assert Axis.over([]).at(0.0) == "0.00%"


@pytest.mark.parametrize("most", [0.003, 0.07, 0.6, 1.0, 7, 99, 1250, 3_840_000])
def test_an_axis_has_few_ticks_and_little_room_to_spare(most: float) -> None:
    axis = Axis.over([most], least=most / 10)
    assert 2 <= len(axis.ticks) <= 6
    assert axis.low == 0
    assert most <= axis.high < most + axis.step


def test_what_lies_outside_stands_at_the_end() -> None:
    axis = Axis.over([0.4])
    assert [axis.place(value) for value in (-1, 0.2, 9)] == [0.0, 50.0, 100.0]
    assert axis.width(0.1, 0.3) == axis.width(0.3, 0.1) == "50.00%"


@pytest.mark.parametrize(
    ("hours", "ticks"),
    [(168, [0, 48, 96, 144]), (720, [0, 240, 480, 720]), (72, [0, 24, 48, 72])],
)
def test_time_is_told_in_whole_days(hours: float, ticks: list[float]) -> None:
    assert Axis.until(hours, 24.0).ticks == ticks


def test_a_path_grows_upwards() -> None:
    assert path(Axis.until(10), Axis.over([1.0]), [(0, 0), (5, 0.5), (10, 1)]) == (
        "0.00,100.00 50.00,50.00 100.00,0.00"
    )
