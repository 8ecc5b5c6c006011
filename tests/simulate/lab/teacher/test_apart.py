"""A process of its own: what hangs, dies or raises in it is told, and ended."""

import os
import time

import pytest

from recovery.simulate.lab.teacher.apart import apart
from recovery.simulate.lab.teacher.trees import Faulty


def doubled(number: int) -> int:
    return 2 * number


def hanging(number: int) -> int:
    while True:
        time.sleep(number)


def dying(number: int) -> int:
    os._exit(number)


def raising(number: int) -> int:
    raise ValueError(f"no {number}")


def swelling(number: int) -> int:
    return len(bytearray(number))


def test_an_answer_comes_back() -> None:
    assert apart(doubled, 21, 60) == 42


@pytest.mark.parametrize(
    ("task", "given", "seconds", "why"),
    [
        (hanging, 60, 2, "it took longer than 2 seconds"),
        (dying, 3, 60, "the engine broke down over it"),
        (raising, 7, 60, "ValueError: no 7"),
        (swelling, 64_000_000_000, 60, "MemoryError"),
    ],
)
def test_what_goes_wrong_is_told(task, given: int, seconds: float, why: str) -> None:
    with pytest.raises(Faulty) as caught:
        apart(task, given, seconds)
    assert why in str(caught.value.why)
