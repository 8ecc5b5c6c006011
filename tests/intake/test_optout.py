"""What people answer by SMS: STOP in every market's words, START, HELP, and everything else."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import Engine

from recovery.intake.consents import history
from recovery.intake.optout import Wish, apply_inbound, wish
from recovery.intake.suppress import suppress
from tests.support.feedback import PHONE, Books, a_touch, sms
from tests.support.ledger import T0

NOW = T0 + timedelta(hours=10)
US, DE, FR, ES, JP, CN = (
    "+12125550123",
    "+4930901820",
    "+33123456789",
    "+34911234567",
    "+81312345678",
    "+8613912345678",
)


@pytest.mark.parametrize(
    ("body", "sender"),
    [
        *(
            (word, US)
            for word in ("STOP", "Stop", " stop ", "STOP!", "stop.", "S.T.O.P", "STOP ALL")
        ),
        *((word, US) for word in ("STOPALL", "Unsubscribe", "END", "quit", "Cancel", "REVOKE")),
        *((word, US) for word in ("OPTOUT", "opt out", "opt-out", "ＳＴＯＰ")),
        *((word, US) for word in ("STOP PLEASE", "please stop", "Stop, thank you!", "ok stop now")),
        ("stop sending me texts", US),
        ("Stopp", DE),
        ("Bitte abmelden", DE),
        ("stop", DE),
        ("ARRÊT", FR),
        ("arret svp", FR),
        ("BAJA", ES),
        ("baja por favor", "+5215512345678"),
        ("SAIR", "+5511912345678"),
        ("berhenti", "+6281234567890"),
        ("停止", JP),
        ("配信停止", JP),
        ("退订", CN),
        ("TD", CN),
        ("수신거부", "+821012345678"),
        ("ยกเลิก", "+66812345678"),
        ("HUỶ", "+84912345678"),
        ("stopp", "+4740612345"),
        ("STOP", "12345"),
    ],
)
def test_a_stop_is_heard(body: str, sender: str) -> None:
    assert wish(body, sender) is Wish.STOP


@pytest.mark.parametrize(
    ("body", "sender", "want"),
    [
        ("START", US, Wish.START),
        ("unstop", US, Wish.START),
        ("Help!", US, Wish.HELP),
        ("INFO", US, Wish.HELP),
        ("Hilfe", DE, Wish.HELP),
        ("", US, Wish.TALK),
        ("👍", US, Wish.TALK),
        ("I have paid yesterday", US, Wish.TALK),
        ("Does it stop raining before you can deliver my order?", US, Wish.TALK),
        ("Stop by my house tomorrow with the parcel", US, Wish.TALK),
        ("when does the sale end", US, Wish.TALK),
        ("can I cancel item 2 and keep the rest of it?", US, Wish.TALK),
        ("TD", US, Wish.TALK),  # a word of another market
        ("alto", DE, Wish.TALK),
        ("yes", US, Wish.TALK),  # an answer to what?
    ],
)
def test_other_words_are_no_stop(body: str, sender: str, want: Wish) -> None:
    assert wish(body, sender) is want


@pytest.mark.parametrize(
    ("body", "said", "want"),
    [
        ("ARRET", "STOP", Wish.STOP),
        ("no mas", "STOP", Wish.STOP),
        ("STOP", "HELP", Wish.HELP),
        ("whatever", "START", Wish.START),
        ("STOP", "SOMETHING NEW", Wish.STOP),
    ],
)
def test_the_providers_own_judgement_counts_first(body: str, said: str, want: Wish) -> None:
    assert wish(body, US, said) is want


def test_stop_suppresses_the_number_and_ends_open_sms(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned", channel="sms")
        a_touch(connection, "planned", channel="email")
    told = sms("Stop")
    for _ in range(2):
        with books.write() as connection:
            assert apply_inbound(connection, [told], NOW) == {Wish.STOP: 1}
    assert books.listed() == [("sms", PHONE, "stop")]
    assert books.touches() == [("skipped", "suppressed"), ("planned", None)]
    assert books.evidence() == [("sms", PHONE, "none", "sms")]


def test_a_number_nobody_knows_is_suppressed_too(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        apply_inbound(connection, [sms("STOP", "+4917012345678")], NOW)
    assert books.listed() == [("sms", "+4917012345678", "stop")]


def test_start_lifts_the_stop_but_no_invalid_number(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        apply_inbound(connection, [sms("STOP", hours=2), sms("STOP", US, hours=2)], NOW)
        suppress(connection, "sms", US, "invalid_number", "provider", NOW)
        apply_inbound(connection, [sms("START", hours=3), sms("START", US, hours=30)], NOW)
    assert books.listed() == [("sms", US, "invalid_number")]
    # START is no consent: what this number agreed to is what the shop has on record
    assert books.evidence() == [
        ("sms", PHONE, "none", "sms"),
        ("sms", US, "none", "sms"),
        ("sms", PHONE, "lifted", "sms"),
        ("sms", US, "lifted", "sms"),
    ]


@pytest.mark.parametrize("order", list(permutations([("STOP", 2), ("START", 3), ("stop", 4)])))
def test_the_last_word_counts_in_any_order(
    database: Engine, order: tuple[tuple[str, int], ...]
) -> None:
    books = Books(database)
    for body, hours in order:
        with books.write() as connection:
            apply_inbound(connection, [sms(body, hours=hours)], NOW)
    assert books.listed() == [("sms", PHONE, "stop")]


def test_evidence_names_the_providers_own_message(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        apply_inbound(connection, [sms("STOP", provider_id="SM17")], NOW)
        apply_inbound(connection, [sms("START", hours=3, provider_id="SM18")], NOW)
        said = history(connection, {("sms", PHONE)})["sms", PHONE]
    assert [word.evidence for word in said] == ["stop twilio message SM17", "twilio message SM18"]


def test_help_changes_nothing_and_talk_stands_in_the_story(database: Engine) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned", channel="sms")
    talk = sms("I paid by bank transfer")
    for _ in range(2):
        with books.write() as connection:
            apply_inbound(connection, [sms("HELP"), talk], NOW)
    assert books.listed() == []
    assert books.touches() == [("planned", None)]
    assert books.journal() == [("answered", None)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("+525512345678", "+5215512345678"),
        ("+5491123456789", "+541123456789"),
        ("+5511987654321", "+551187654321"),
    ],
)
def test_a_number_with_two_spellings_is_stopped_and_lifted_in_both(
    database: Engine, ours: str, theirs: str
) -> None:
    books = Books(database)
    with books.write() as connection:
        a_touch(connection, "planned", channel="sms", phone=ours, attempts=0)
        apply_inbound(connection, [sms("STOP", theirs), sms("a question", theirs, hours=3)], NOW)
    assert books.touches() == [("skipped", "suppressed")]
    assert books.listed() == sorted(("sms", number, "stop") for number in (ours, theirs))
    assert ("answered", None) in books.journal()
    with books.write() as connection:
        apply_inbound(connection, [sms("START", theirs, hours=4)], NOW)
    assert books.listed() == []
