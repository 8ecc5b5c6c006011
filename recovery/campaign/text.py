"""A campaign file before it is YAML: bytes to text, and slips of the keyboard YAML hides.

A tab, a full-width space or a full-width colon makes YAML complain about something else, or
about nothing at all; so they are looked for first, line by line, and all of them are reported.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from recovery.campaign.problems import CampaignError, Place, Problem, problem

_SIGNS = {
    "\t": "tab",
    "\u3000": "full-width space (U+3000)",
    "\u00a0": "no-break space (U+00A0)",
}
_INDENT = re.compile("[ " + "".join(_SIGNS) + "]*")
_KEYS = (
    "campaign|description|status|priority|trigger|on|after|not_after|goal|paid_within|holdout|"
    "segments?|market|amount|from|below|customer|failure|sequences?|step|email|sms|task|to|offers?|"
    "without_offer|if|clicked|not_clicked|kind|percent|gift|worth|valid|budget|once_per_customer|"
    "min_order|limits|per_customer|quiet|min_gap|max_late"
)
_FULL_WIDTH = re.compile(rf"\s*(?:- )?(?:{_KEYS})(：)")
_NO_SPACE = re.compile(rf"\s*(?:- )?(?P<key>{_KEYS})(:)(?P<rest>[^\s:].*)")


def read_source(path: Path) -> str:
    """Return a file's text; CampaignError names the encoding when it is not UTF-8."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _foreign(path, "UTF-16", 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _foreign(path, _encoding_of(raw), line) from None


def _encoding_of(raw: bytes) -> str:
    """Tell two families apart: Chinese signs stand side by side as pairs, accents stand alone."""
    high = re.findall(rb"[\x80-\xff]+", raw)
    paired = sum(len(run) for run in high if len(run) > 1)
    return "GBK / GB18030" if paired * 2 > sum(map(len, high)) else "Latin-1 or Windows-1252"


def _foreign(path: Path, encoding: str, line: int) -> CampaignError:
    return CampaignError([problem("CR007", path.name, Place(line, 1, 2), encoding=encoding)])


def normalised(source: str) -> str:
    """Drop a byte order mark and carriage returns: the same text on every machine."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def slips(source: str, file: str) -> Iterator[Problem]:
    """Find what YAML would misread: odd indentation, full-width colons, missing spaces."""
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield from _slips_of(line, number, file)


def _slips_of(line: str, number: int, file: str) -> Iterator[Problem]:
    indent = _INDENT.match(line)
    strange = next((sign for sign in indent.group() if sign in _SIGNS), None) if indent else None
    if indent and strange:
        yield problem("CR001", file, Place(number, 1, indent.end() + 1), sign=_SIGNS[strange])
    if colon := _FULL_WIDTH.match(line):
        place = Place(number, colon.start(1) + 1, colon.end(1) + 1)
        yield problem("CR002", file, place, sign="：", plain=": ")
    if colon := _NO_SPACE.match(line):
        place = Place(number, colon.start("key") + 1, colon.end(2) + 1)
        yield problem("CR003", file, place, sign=":", shown=f"{colon['key']}: {colon['rest']}")
