"""Spans as marketers write them."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.campaign.durations import PATTERN, format_duration, parse_duration


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
        ("PT1H", timedelta(hours=1)),
        ("P3D", timedelta(days=3)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT12H30M", timedelta(hours=36, minutes=30)),
        ("3天", timedelta(days=3)),
        ("1小时", timedelta(hours=1)),
        ("1天12小时30分钟", timedelta(hours=36, minutes=30)),
        ("2周", timedelta(weeks=2)),
        ("2个星期", timedelta(weeks=2)),
    ],
)
def test_spans(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span
    assert re.match(PATTERN, text, re.ASCII)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1M", "PT30S", "-3d", "٣d", "3d3d", "12h1d", "72"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        parse_duration(text)
    assert not re.match(PATTERN, text, re.ASCII)


@given(st.integers(0, 60 * 24 * 7 * 5000))
def test_written_and_read_again_a_span_is_the_same(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert parse_duration(format_duration(span)) == span
