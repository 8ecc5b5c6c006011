"""How many SMS segments a body costs, and how to say the same for less.

GSM-7 (3GPP TS 23.038): 160 septets, 153 in each part of a longer body; characters of the extension
table cost two and are never split. Everything else is UCS-2: 70 UTF-16 units, 67 in each part;
a surrogate pair is never split.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

GSM7 = "GSM-7"
UCS2 = "UCS-2"

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
_GSM7 = _BASIC | _EXTENSION
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", None),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "…": "...",
        "₩": "KRW ",
        "₱": "PHP ",
        "₫": "VND",
        "×": "x",
    }
)
_LINK = re.compile(r"://|\bwww\.|[a-z0-9]\.[a-z]{2,}(?=[/\s]|$)", re.IGNORECASE)
_KEEPS_MEANING_IN_UCS2 = str.maketrans({"\u00a0": " ", "\u202f": " ", "\ufeff": None})

_FEW = 3


@dataclass(frozen=True, slots=True)
class Length:
    """What a body costs: `units` are septets (GSM-7) or UTF-16 units (UCS-2)."""

    encoding: str
    units: int
    segments: int


def measure(body: str) -> Length:
    """Count `body` exactly as it would be sent; an empty one is still one message."""
    if _is_gsm7(body):
        return _length(GSM7, [2 if letter in _EXTENSION else 1 for letter in body], 160, 153)
    return _length(UCS2, [2 if ord(letter) > 0xFFFF else 1 for letter in body], 70, 67)


def plain(body: str) -> str:
    """Swap typographic characters for plain ones, where that makes the body GSM-7.

    A body that needs UCS-2 anyway keeps its typography, but loses its no-break spaces.
    """
    if _is_gsm7(body):
        return body
    simple = body.translate(_PLAIN)
    return simple if _is_gsm7(simple) else body.translate(_KEEPS_MEANING_IN_UCS2)


def has_link(body: str) -> bool:
    """Whether a carrier would find a link in `body`: an address of the web, with https or not."""
    return _LINK.search(body) is not None


def outside(body: str) -> list[str]:
    """The characters that force UCS-2, each once, in the order of the body."""
    return [letter for letter in dict.fromkeys(body) if letter not in _GSM7]


def dear(body: str) -> str:
    """The characters that alone make `body` cost more segments; empty when there are none.

    Up to three of them: a language that is written with others costs what it costs.
    """
    foreign = "".join(outside(body))
    if not 0 < len(foreign) <= _FEW:
        return ""
    without = body.translate(dict.fromkeys(map(ord, foreign), "x"))
    return foreign if measure(without).segments < measure(body).segments else ""


def _is_gsm7(body: str) -> bool:
    return _GSM7.issuperset(body)


def _length(encoding: str, costs: list[int], alone: int, part: int) -> Length:
    units = sum(costs)
    return Length(encoding, units, 1 if units <= alone else _parts(costs, part))


def _parts(costs: Iterable[int], size: int) -> int:
    """Fill parts greedily: what costs two and does not fit opens the next part."""
    parts, used = 1, 0
    for cost in costs:
        if used + cost > size:
            parts, used = parts + 1, 0
        used += cost
    return parts
