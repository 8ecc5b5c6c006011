"""Why a payment did not happen, whoever says it and however they spell it."""

from hashlib import sha256
from importlib.resources import files

import pytest

from recovery.reasons import (
    MEANINGS,
    FailureReason,
    Incentive,
    Suggestion,
    known_failures,
    listed,
    mapping_version,
    reason_for,
)

R = FailureReason


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        ("stripe", "insufficient_funds", R.INSUFFICIENT_FUNDS),
        ("stripe", "do_not_honor", R.ISSUER_GENERIC),
        ("stripe", "incorrect_cvc", R.INVALID_DETAILS),
        ("stripe", "expired_card", R.EXPIRED_CARD),
        ("stripe", "processing_error", R.TECHNICAL_ERROR),
        ("stripe", "card_not_supported", R.METHOD_UNSUPPORTED),
        ("stripe", "authentication_required", R.AUTHENTICATION_REQUIRED),
        ("stripe", "fraudulent", R.FRAUD_SUSPECTED),
        ("stripe", "lost_card", R.FRAUD_SUSPECTED),
        ("stripe", "blocked", R.FRAUD_SUSPECTED),
        ("Stripe", " Do_Not_Honor ", R.ISSUER_GENERIC),
        ("adyen", "12", R.INSUFFICIENT_FUNDS),
        ("iso8583", "12", R.CARD_RESTRICTED),
        ("iso8583", "05", R.ISSUER_GENERIC),
        ("boleto", "expired", R.VOUCHER_EXPIRED),
        ("stripe", "expired", R.SESSION_EXPIRED),
        ("stripe", "never_heard_of", R.UNKNOWN),
        ("stripe", "", None),
        ("stripe", None, None),
        (None, None, None),
    ],
)
def test_a_code_of_a_provider(source: str | None, code: str | None, reason: R | None) -> None:
    assert reason_for(source, code) is reason


@pytest.mark.parametrize("source", [None, "", "shop", "a provider we do not know"])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("insufficient_funds", R.INSUFFICIENT_FUNDS),
        ("do_not_honor", R.ISSUER_GENERIC),
        ("issuer_generic", R.ISSUER_GENERIC),  # our own word
        ("expired", R.UNKNOWN),  # of a session or of a voucher? providers disagree
        ("41", R.FRAUD_SUSPECTED),  # they disagree too, but to one of them it is a lost card
        ("never_heard_of", R.UNKNOWN),
    ],
)
def test_a_code_without_a_known_provider(source: str | None, code: str, reason: R) -> None:
    assert reason_for(source, code) is reason


def test_our_own_words_are_understood_from_everybody() -> None:
    assert all(reason_for("adyen", reason) is reason for reason in R)


def test_every_reason_has_words_for_colleagues() -> None:
    assert set(MEANINGS) == set(R)
    assert all(meaning.en and meaning.zh for meaning in MEANINGS.values())


def test_some_reasons_forbid_to_write() -> None:
    assert {reason for reason, meaning in MEANINGS.items() if not meaning.may_contact} == {
        R.FRAUD_SUSPECTED,
        R.MERCHANT_CONFIG,
        R.DUPLICATE,
        R.AUTHORISATION_REVOKED,
        R.RECURRING_ONLY,
        R.NOT_A_FAILURE,
        R.TEST_MODE,
    }


def test_words_a_campaign_may_use() -> None:
    known = known_failures()
    assert {"insufficient_funds", "do_not_honor", "expired_card", "05", "0500", "00N7"} <= known
    assert set(R) <= known
    assert "payment_succeeded" not in known


def test_whom_we_do_not_write_to_gets_no_advice() -> None:
    quiet = {Suggestion.CHECK, Suggestion.NOTHING}
    for reason, meaning in MEANINGS.items():
        assert meaning.may_contact != (meaning.suggest in quiet), reason
        assert meaning.may_contact != (meaning.offer is Incentive.NEVER), reason
        assert meaning.may_contact or meaning.same_method is None, reason


def test_a_code_that_says_nothing_is_not_a_code_nobody_knows() -> None:
    assert reason_for("adyen", "15") is R.UNKNOWN
    assert listed("adyen", "15")
    assert listed("adyen", "insufficient_funds"), "our own word"
    assert not listed("adyen", "never_heard_of")
    assert not listed(None, "never_heard_of")


def test_the_mapping_has_a_version() -> None:
    text = (files("recovery.reasons") / "codes.yaml").read_bytes()
    assert mapping_version() == sha256(text).hexdigest()[:12]
