"""Phone numbers that have two spellings: both reach the same person, and carriers use either. Pure.

A mobile number of Mexico had a 1 after the country code until 2019, one of Argentina has a 9 there
when it is called from abroad, and one of Brazil got a 9 before its eight digits by 2016.
"""

import re

_FORMS = (
    (re.compile(r"\+521(\d{10})"), r"+52\1"),
    (re.compile(r"\+52(\d{10})"), r"+521\1"),
    (re.compile(r"\+549(\d{10})"), r"+54\1"),
    (re.compile(r"\+54(\d{10})"), r"+549\1"),
    (re.compile(r"\+55(\d\d)9([6-9]\d{7})"), r"+55\1\2"),
    (re.compile(r"\+55(\d\d)([6-9]\d{7})"), r"+55\g<1>9\2"),
)


def spellings(phone: str) -> tuple[str, ...]:
    """`phone` (E.164) first, then the other ways to write it."""
    others = (match.expand(to) for form, to in _FORMS if (match := form.fullmatch(phone)))
    return (phone, *others)
