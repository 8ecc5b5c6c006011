"""Pseudonyms: the same person stays one person, and nobody can be told or reached."""

import re
import stat
from pathlib import Path

import phonenumbers
import pytest

from recovery.connectors.table_file import words
from recovery.connectors.table_file.row import RowError
from recovery.errors import UsageError
from recovery.facts import Consent
from recovery.intake.pseudonyms import Pseudonyms
from tests.support.order_rows import snapshot

OURS = Pseudonyms("a key of the tests")


def test_nothing_personal_is_left_and_everything_else_is() -> None:
    true = snapshot(name="Kim Beispiel", discount_code="SPRING")
    other = OURS.order(true)
    for personal in ("A-1001", "kim@example.com", "901820", "Kim", "shop.example", "'C1'"):
        assert personal not in repr(other)
    kept = ("status", "placed_at", "updated_at", "amount", "country", "items", "failure_code")
    assert all(getattr(other, name) == getattr(true, name) for name in kept)
    assert re.fullmatch(r"e-[0-9a-f]{16}@example\.invalid", other.email or "")
    assert other.payment_url is None


def test_the_same_person_stays_the_same_and_another_key_tells_nothing() -> None:
    first, second = snapshot(order_id="1"), snapshot(order_id="2", email="Kim@Example.com")
    a, b = OURS.order(first), OURS.order(second)
    assert (a.email, a.customer_id, a.phone) == (b.email, b.customer_id, b.phone)
    assert a.order_id != b.order_id
    assert Pseudonyms("another").order(first).email != a.email


@pytest.mark.parametrize("country", ["US", "CA", "DE", "SE"])
def test_numbers_are_valid_in_the_country_and_nobodys(country: str) -> None:
    for n in range(200):
        number = OURS.phone(f"+49{n}", country)
        assert number is not None
        assert phonenumbers.region_code_for_number(phonenumbers.parse(number)) == country
        assert words.phone(number, country) == number
        if country in ("US", "CA"):
            assert re.fullmatch(r"\+1\d{3}55501\d\d", number)


def test_where_no_number_is_nobodys_there_is_none() -> None:
    assert OURS.phone("+81312345678", "JP") is None


def test_who_left_a_number_only_stays_somebody_to_whom_no_mail_goes() -> None:
    numbers = ("+81 3 1234 5678", "+81 3 1234 5679")
    nobodys = {"email": None, "customer_id": None, "country": "JP"}
    people = [OURS.order(snapshot(phone=one, **nobodys)) for one in numbers]
    assert len({one.email for one in people}) == 2
    assert all(one.email_consent is Consent.NONE and one.phone is None for one in people)


def test_pseudonyms_can_be_imported_again() -> None:
    address = OURS.email("kim@example.com")
    assert words.email(address) == address
    with pytest.raises(ValueError, match="no e-mail address"):
        words.email("kim@elsewhere.invalid")


def test_the_key_is_made_once_for_our_eyes_only(tmp_path: Path) -> None:
    first = Pseudonyms.kept(tmp_path / "var")
    file = tmp_path / "var" / "pseudonym.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Pseudonyms.kept(tmp_path / "var").order_id("1") == first.order_id("1")
    file.write_text("")
    with pytest.raises(UsageError, match="bring it back from a backup"):
        Pseudonyms.kept(tmp_path / "var")


def test_a_mistake_is_told_without_the_person() -> None:
    told = OURS.errors(
        [
            RowError(3, "email", "'kim@@example.com' is no e-mail address"),
            RowError(3, "status", "'kim@example.com' is no status"),
            RowError(4, None, "the row has too many cells: Kim"),
        ]
    )
    assert not any("kim" in one.error.lower() for one in told)
    assert "mend line 3" in told[0].error
    assert "is no status" in told[1].error
