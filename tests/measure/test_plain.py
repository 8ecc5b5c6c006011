"""Codes in plain words, and addresses nobody can read over a shoulder."""

import pytest

from recovery.measure.plain import counted, masked, reason


def test_a_known_reason_is_said_in_words_and_an_unknown_one_keeps_its_name() -> None:
    assert reason("no_phone") == "there is no phone number"
    assert reason("30007_carrier") == "30007 carrier"
    assert reason("too_late_after_paused") == (
        "it would have come too late, because the campaign is paused"
    )
    assert reason(None) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("anna@example.com", "a***@example.com"),
        ("a@example.com", "a***@example.com"),
        ("+4915112345678", "+49***78"),
        (None, None),
        ("", None),
    ],
)
def test_masked(address: str | None, shown: str | None) -> None:
    assert masked(address) == shown


def test_one_is_not_many() -> None:
    assert [counted(n, "row") for n in (0, 1, 2, 2000)] == [
        "0 rows",
        "1 row",
        "2 rows",
        "2,000 rows",
    ]
    assert counted(3, "touch", "touches") == "3 touches"
