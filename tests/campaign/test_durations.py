"""Spans as marketers write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.campaign.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("20h", timedelta(hours=20)),
        ("3d", timedelta(days=3)),
        ("2w", timedelta(weeks=2)),
        ("1d12h", timedelta(hours=36)),
        ("0m", timedelta()),
        ("1w2d3h4m", timedelta(days=9, hours=3, minutes=4)),
        ("090m", timedelta(minutes=90)),
    ],
)
def test_spans(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2 dayz", "2d"),
        ("72", "72m, 72h or 72d"),
        ("1 hour", "1h"),
        ("1,5h", "30m, 20h, 3d, 2w or a sum such as 1d12h"),
        ("", "30m, 20h, 3d, 2w or a sum such as 1d12h"),
        ("12h1d", "1d12h"),
        ("-3d", "3d"),
        ("٣d", "30m, 20h, 3d, 2w or a sum such as 1d12h"),
        ("3d3d", "3d"),
    ],
)
def test_what_is_no_span_names_what_was_meant(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        parse_duration(text)
    assert str(error.value) == meant


@given(st.integers(0, 60 * 24 * 7 * 5000))
def test_written_and_read_again_a_span_is_the_same(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert parse_duration(format_duration(span)) == span
