"""Messages as customers get them: real numbers, names and words, in every market."""

from functools import cache
from pathlib import Path

import pytest

from recovery.links import Links, Purpose
from recovery.message import EmailMessage, MessageClass
from recovery.preview.matrix import Wish
from recovery.preview.orders import SECRET
from recovery.preview.proofs import LONG
from recovery.preview.rendered import Shown
from recovery.preview.samples import USUAL
from tests.support.previews import LITTLE, NOON, campaigns, one, shows, studio


@cache
def everything() -> tuple[Shown, ...]:
    return tuple(studio().shows(campaigns(), Wish(), NOON))


def test_everything_shipped_can_be_written() -> None:
    assert len(everything()) > 200
    assert [s.key for s in everything() if s.error] == []
    assert len({s.key for s in everything()}) == len(everything())


def test_nothing_is_doubtful_in_the_shipped_messages() -> None:
    found = [(one.cell.place.market.country, w.code) for one in everything() for w in one.warnings]
    assert found == []


@pytest.mark.parametrize(
    ("market", "sample", "amount"),
    [
        ("DE", "large", "99.999,93 €"),
        ("JP", "large", "￥14,999,990"),
        ("US", "large", "$99,999.93"),
        ("JP", "small", "￥149"),
        ("KW", "three-decimals", "38.138"),
        ("BR", "usual", "R$ 635,00"),
        ("FR", "large", "99 999,93 €"),
    ],
)
def test_amounts_are_written_as_the_market_writes_them(
    market: str, sample: str, amount: str
) -> None:
    text = one("mail", market, sample).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert amount in text


def test_the_thousands_of_a_german_price() -> None:
    assert "1.234,50\u00a0€" in one("mail", "DE", "large").text


def test_no_name_is_greeted_without_a_hole() -> None:
    text = one("mail", "DE", "no-name").text
    assert "Guten Tag,\n" in text
    assert "None" not in text


def test_no_expiry_promises_nothing() -> None:
    assert "Wir halten Ihre Artikel bis" in one("mail", "DE").text
    assert "Wir halten Ihre Artikel bis" not in one("mail", "DE", "no-expiry").text


def test_each_way_out_has_its_words() -> None:
    words = {
        sample: one("mail", "US", sample).text
        for sample in ("other-method", "fix-details", "confirm", "same-method", "resume")
    }
    assert len(set(words.values())) == len(words)
    assert "check the payment details" in words["fix-details"]
    assert "insufficient" not in "".join(words.values())


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("usual", "10% off"),
        ("percent", "10% off"),
        ("fixed", "$6.35 off"),
        ("free-shipping", "free shipping"),
        ("gift", "Tote bag as a free gift"),
        ("without-offer", "Would you still like your order 10482?"),
    ],
)
def test_each_kind_of_offer_is_shown(sample: str, said: str) -> None:
    assert said in str(one("gift", "US", sample).subject)


def test_links_are_signed_and_open_nothing_of_the_project() -> None:
    shown = one("gift", "DE")
    assert isinstance(shown.message, EmailMessage)
    assert shown.message_class is MessageClass.MARKETING
    settings = studio().settings
    token = shown.message.headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    link = Links(SECRET, settings.public_url).read(token, Purpose.UNSUBSCRIBE, NOON)
    assert (link.touch_id, link.order_id) == (0, 0)


def test_the_labels_of_the_market_stand_in_front() -> None:
    (rules,) = {s.cell.place.rules for s in [one("gift", "KR")]}
    label = rules.facts.labels.email_marketing
    assert label is not None
    assert str(one("gift", "KR").subject).startswith(label.value)


def test_a_long_name_can_be_broken_by_the_mail_program() -> None:
    shown = one("mail", "DE", "long-words")
    assert isinstance(shown.message, EmailMessage)
    assert "Donaudampfschifffahrtsgesellschafts" in shown.message.html
    assert 'colspan="2"' in shown.message.html


def test_a_task_is_in_the_colleagues_language() -> None:
    call = next(s for s in everything() if s.channel == "task" and s.cell.name == "usual")
    assert call.text.startswith("Call Grace Miller about order 10482")


def test_what_is_doubtful_is_found_in_the_message_itself(dear: Path) -> None:
    never, found = one("text", "KR", project=dear).warnings  # its step leaves Korea out, too
    assert (never.code, found.code, found.severity) == ("CR164", "CR162", "warning")
    assert one("mail", "DE").warnings == ()


def test_a_message_that_never_goes_there_says_so() -> None:
    (here,) = shows(Wish(("DE",), (), ("text",), (USUAL,)))
    (there,) = shows(Wish(("JP",), (), ("text",), (USUAL,)))
    assert [one.code for one in here.warnings] == []
    assert there.warnings[0].code == "CR164"
    assert there.warnings[0].parameters == {"given": "text", "market": "JP"}


def test_links_are_as_long_as_those_that_will_be_sent() -> None:
    (shown,) = shows(Wish(("DE",), (), ("text",), (USUAL,)))
    assert "localhost" not in shown.text and LONG in shown.text


def test_every_message_has_a_key_of_its_own() -> None:
    text = LITTLE.replace("sequence: plain}", "sequence: {plain: 50%, other: 50%}}").replace(
        "offers:", "  other:\n    - {step: mail, after: 1h, email: last-call}\noffers:"
    )
    keys = [one.key for one in shows(text=text)]
    assert len(keys) == len(set(keys))
    assert {"little.plain.mail.email.DE.de-DE.usual", "little.other.mail.email.DE.de-DE.usual"} <= {
        *keys
    }
