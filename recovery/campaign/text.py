"""A campaign file before it is YAML: from bytes to text, whatever editor wrote them."""

import re
from pathlib import Path

from recovery.campaign.problems import CampaignError, Fix, Place, Problem, problem
from recovery.i18n import Text, Value, say

LARGEST = 1_000_000  # bytes; a campaign of a thousand segments has a tenth of that
_START = Place(1, 1, 1)
_BOM = b"\xef\xbb\xbf"


def read_bytes(path: Path) -> bytes:
    """Return what a file holds, or a little more than we would read; may raise CampaignError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        why = say("it is a folder") if path.is_dir() else str(error.strerror or error)
        raise CampaignError([problem("CR018", path.name, _START, problem=why)]) from None


def read_source(path: Path) -> tuple[str, list[Problem]]:
    """Return a file's text and what its bytes say about it; CampaignError when it is no text."""
    return decoded(read_bytes(path), path.name)


def decoded(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """Return the text of `raw` and what is wrong with its encoding.

    Another encoding than UTF-8 is named and read all the same, so that the other mistakes of the
    file are told, too. Raises CampaignError when `raw` is no text, or too much of it.
    """
    if len(raw) > LARGEST:
        why = say("the file is larger than {limit} MB", limit=LARGEST // 1_000_000)
        raise CampaignError([problem("CR019", file, _START, problem=why)])
    mark = [_byte_order_mark(file)] if raw.startswith(_BOM) else []
    try:
        return _text(raw.decode("utf-8-sig"), file), mark
    except UnicodeDecodeError as error:
        return _foreign(raw, file, raw.count(b"\n", 0, error.start) + 1)


def normalised(source: str) -> str:
    """Drop a byte order mark and carriage returns: the same text on every machine."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _byte_order_mark(file: str) -> Problem:
    return problem("CR011", file, _START, fix=Fix("UTF-8", safe=True))


def _text(text: str, file: str) -> str:
    if "\0" in text:
        raise CampaignError([problem("CR019", file, _START, problem=say("the file is no text"))])
    return text


def _foreign(raw: bytes, file: str, line: int) -> tuple[str, list[Problem]]:
    """Read what is not UTF-8; a fix is offered where only one encoding fits."""
    name, codec, sure = _encoding_of(raw, file)
    text = _text(raw.decode(codec, errors="replace"), file).removeprefix("\ufeff")
    place = Place(1 if codec.startswith("utf-16") else line, 1, 2)
    fix = Fix("UTF-8", safe=True) if sure else None
    return text, [problem("CR007", file, place, fix=fix, encoding=name)]


def _encoding_of(raw: bytes, file: str) -> tuple[Value, str, bool]:
    """Return name, codec, and whether no other codec would do."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16", "utf-16", True
    if b"\0" in raw:
        half = len(raw) // 4
        little, big = raw[1::2].count(0) > half, raw[::2].count(0) > half
        if not (little or big):
            _text("\0", file)
        return "UTF-16", "utf-16-le" if little else "utf-16-be", True
    if raw.decode("utf-8", errors="replace").count("\ufffd") * 10 < _high(raw):
        return say("damaged UTF-8"), "utf-8", False
    if _in_pairs(raw):
        return ("GBK / GB18030", "gb18030", True) if _reads(raw) else (_unknown(), "latin-1", False)
    return "Latin-1 or Windows-1252", "cp1252", False


def _unknown() -> Text:
    return say("in an encoding that nobody can guess")


def _high(raw: bytes) -> int:
    return len(re.findall(rb"[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]+", raw))


def _reads(raw: bytes) -> bool:
    try:
        return bool(raw.decode("gb18030"))
    except UnicodeDecodeError:
        return False


def _in_pairs(raw: bytes) -> bool:
    """Tell two families apart: Chinese signs stand side by side as pairs, accents stand alone."""
    high = re.findall(rb"[\x80-\xff]+", raw)
    paired = sum(len(run) for run in high if len(run) > 1)
    return paired * 2 > sum(map(len, high))
