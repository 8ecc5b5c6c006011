"""Numbers with two spellings: one person, whichever the carrier uses."""

import pytest

from recovery.intake.numbers import spellings

PAIRS = [
    ("+5215512345678", "+525512345678"),
    ("+5491123456789", "+541123456789"),
    ("+5511987654321", "+551187654321"),
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_each_spelling_names_the_other(old: str, new: str) -> None:
    assert spellings(old) == (old, new)
    assert spellings(new) == (new, old)


@pytest.mark.parametrize("phone", ["+4915123456789", "+551133334444", "+15005550006", "12345", ""])
def test_other_numbers_have_one(phone: str) -> None:
    assert spellings(phone) == (phone,)
