"""What a file that is not UTF-8 probably is, so that the error can name it. Pure.

A guess is only ever printed: a file in another encoding is refused, never read by the guess.
"""

from collections.abc import Callable
from typing import NamedTuple

SAMPLE_BYTES = 65_536


class Encoding(NamedTuple):
    """How people call it, and what iconv calls it."""

    name: str
    iconv: str


GBK = Encoding("GBK/GB18030 (Simplified Chinese)", "GB18030")
SHIFT_JIS = Encoding("Shift_JIS (Japanese)", "CP932")
CYRILLIC = Encoding("Windows-1251 (Cyrillic)", "WINDOWS-1251")
LATIN_1 = Encoding("Latin-1/ISO-8859-1 (Western European)", "ISO-8859-1")
WINDOWS_1252 = Encoding("Windows-1252, a kind of Latin-1 (Western European)", "WINDOWS-1252")
UTF_16 = Encoding("UTF-16 (Excel calls it Unicode text)", "UTF-16")

# Byte order marks, and the first bytes of what is not text at all.
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PLAUSIBLE = 0.6


def not_a_table(head: bytes) -> str | None:
    """Why `head` (a file's first bytes) opens no text file at all, or None."""
    if head.startswith(b"PK\x03\x04"):
        return (
            "is an Excel workbook or a zip archive; save the sheet as “CSV UTF-8” and import that"
        )
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"SQLite format 3")):
        return "is no text file; save it as CSV (UTF-8) or JSON Lines and import that"
    return None


def is_utf_16(head: bytes) -> bool:
    """Whether `head` has UTF-16's mark, or every second byte of it is zero."""
    if head.startswith(_UTF_16_MARKS):
        return True
    return head[:400].count(0) * 3 > len(head[:400])


def probable(sample: bytes) -> Encoding:
    """The encoding that bytes which are no UTF-8 are most likely in."""
    scores = {
        GBK: _share(sample, "gb18030", _common_chinese),
        SHIFT_JIS: _share(sample, "cp932", _common_japanese),
    }
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= _PLAUSIBLE:
        return best
    if _share(sample, "cp1251", _cyrillic) == 1 and _longest_run(sample) > 3:
        return CYRILLIC
    return WINDOWS_1252 if any(0x80 <= byte < 0xA0 for byte in sample) else LATIN_1


def _share(sample: bytes, codec: str, is_common: Callable[[str], bool]) -> float:
    """Which share of the non-ASCII characters is everyday text when read as `codec`."""
    text = sample.decode(codec, errors="replace")
    if text.endswith("\ufffd"):
        text = text[:-1]  # the sample may end within a character
    foreign = [character for character in text if character > "\x7f"]
    return sum(map(is_common, foreign)) / len(foreign) if foreign else 0.0


def _common_chinese(character: str) -> bool:
    """A level-1 character or a sign of GB 2312: what nearly all Chinese text is made of."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3)


def _common_japanese(character: str) -> bool:
    """Kana, a sign, or a level-1 kanji of JIS X 0208; no half-width kana."""
    try:
        code = character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0x81 <= code[0] < 0x98


def _cyrillic(character: str) -> bool:
    return "\u0400" <= character <= "\u045f" or character in "№«»—–…“”„"


def _longest_run(sample: bytes) -> int:
    longest = run = 0
    for byte in sample:
        run = run + 1 if byte > 0x7F else 0
        longest = max(longest, run)
    return longest
