"""What an SMS costs; the numbers are Twilio's own calculator's, but for the empty body."""

import pytest

from recovery.sms import measure, plain

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

BODIES = {
    "160 GSM": ("a" * 160, "GSM-7", 1),
    "161 GSM": ("a" * 161, "GSM-7", 2),
    "306": ("a" * 306, "GSM-7", 2),
    "307": ("a" * 307, "GSM-7", 3),
    "80 euro": ("€" * 80, "GSM-7", 1),
    "81 euro": ("€" * 81, "GSM-7", 2),
    "extension at the seam": ("a" * 152 + "€" + "b" * 10, "GSM-7", 2),
    "70 UCS-2": ("你" * 70, "UCS-2", 1),
    "71 UCS-2": ("你" * 71, "UCS-2", 2),
    "35 emoji": ("\U0001f600" * 35, "UCS-2", 1),
    "36 emoji": ("\U0001f600" * 36, "UCS-2", 2),
    "one curly quote": ("a" * 159 + "’", "UCS-2", 3),
    "en dash": ("Pay – now", "UCS-2", 1),
    "small c cedilla": ("garçon", "UCS-2", 1),
    "backtick": ("`", "UCS-2", 1),
    "newline": ("a\nb", "GSM-7", 1),
    "tab": ("a\tb", "UCS-2", 1),
    "no-break space": ("a\u00a0b", "UCS-2", 1),
    "nine families": (FAMILY * 9, "UCS-2", 2),
    "empty": ("", "GSM-7", 1),
}


@pytest.mark.parametrize(("body", "encoding", "segments"), BODIES.values(), ids=BODIES)
def test_twenty_bodies(body: str, encoding: str, segments: int) -> None:
    length = measure(body)
    assert (length.encoding, length.segments) == (encoding, segments)


@pytest.mark.parametrize(
    ("body", "units", "segments"),
    [
        ("a" * 153 * 2, 306, 2),
        ("a" * (153 * 2 + 1), 307, 3),
        ("你" * 67 * 2, 134, 2),
        ("你" * (67 * 2 + 1), 135, 3),
        # Extension characters that would straddle each seam push one septet into the next part.
        (("a" * 152 + "€") + "a" * 151, 305, 2),
        (("a" * 152 + "€") + "a" * 152, 306, 3),
        # A pair that would straddle the 67th unit opens the next part whole.
        ("你" * 66 + "\U0001f600" + "你" * 65, 133, 2),
        ("你" * 66 + "\U0001f600" + "你" * 66, 134, 3),
    ],
)
def test_seams(body: str, units: int, segments: int) -> None:
    length = measure(body)
    assert (length.units, length.segments) == (units, segments)


@pytest.mark.parametrize("letter", "^{}\\[~]|€\f")
def test_extension_characters_cost_two(letter: str) -> None:
    assert measure(letter).units == 2


def test_typography_is_given_up_where_that_saves_money() -> None:
    typed = "“Hello” – it’s\u00a012,50\u202f€ … «oui»"
    assert plain(typed) == '"Hello" - it\'s 12,50 € ... "oui"'
    assert measure(plain(typed)).encoding == "GSM-7"


def test_a_body_that_needs_ucs2_keeps_its_typography_but_no_hard_spaces() -> None:
    assert plain("“ご注文”\u00a012 – 了") == "“ご注文” 12 – 了"


def test_accents_are_meaning_and_stay() -> None:
    assert plain("envío mañana") == "envío mañana"


@pytest.mark.parametrize(
    ("body", "said"),
    [("₩12,700", "KRW 12,700"), ("12.700\u00a0₫", "12.700 VND"), ("₱127.00", "PHP 127.00")],
)
def test_the_sign_of_a_currency_makes_no_text_dear(body: str, said: str) -> None:
    assert plain(f"Order 1: {body} is open") == f"Order 1: {said} is open"
    assert plain(f"订单 {body}").startswith("订单 "), "in other scripts the sign costs nothing more"
    assert "KRW" not in plain(f"订单 {body}")
