"""Spans and quarters of an hour in SQL, against Python's own arithmetic, on both databases."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, literal, select

from recovery.db import reading, table
from recovery.measure.evidence.spans import QUARTER, microseconds, quarter_hours
from recovery.models import Order

INSTANT = table(Order).c.placed_at.type
MIDNIGHT = datetime(2026, 3, 29, tzinfo=UTC)
EDGES = [
    MIDNIGHT + timedelta(microseconds=shift)
    for shift in (-1, 0, 1, 499, 499_999, 999_499, 999_500, 999_999, 900_000_000 - 1, 900_000_000)
]


def instants() -> list[datetime]:
    dice = Random(5)  # noqa: S311
    spans = (timedelta(microseconds=dice.randrange(10**15)) for _ in range(40))
    return [*EDGES, *(datetime(2019, 1, 1, tzinfo=UTC) + span for span in spans)]


@pytest.mark.parametrize("shift", [0, 1, 999_999])
def test_a_span_is_exact_to_the_microsecond(database: Engine, shift: int) -> None:
    with reading(database) as connection:
        for at in instants():
            later = at + timedelta(microseconds=shift)
            span = microseconds(literal(later, INSTANT), literal(MIDNIGHT, INSTANT))
            expected = (later - MIDNIGHT) // timedelta(microseconds=1)
            assert connection.execute(select(span)).scalar() == expected, later


def test_a_quarter_of_an_hour_begins_with_its_first_instant(database: Engine) -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    with reading(database) as connection:
        for at in instants():
            found = connection.execute(select(quarter_hours(literal(at, INSTANT)))).scalar()
            assert found == (at - epoch) // timedelta(seconds=QUARTER), at
