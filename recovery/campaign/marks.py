"""Signs that look like others: odd spaces, full-width forms, and their plain sisters."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from recovery.campaign.words import KEY, KEYS, NAMES, TYPED
from recovery.i18n import Value, say

_NO_WIDTH = "\u200b\u2060\ufeff"
SPACES = (
    "\t\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + f"\u202f\u205f\u3000{_NO_WIDTH}"
)
ODD = frozenset(SPACES)
# Control signs, and those that only steer how text runs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200c-\u200f\u2028-\u202e\u2066-\u2069\u00ad\ufffe\uffff]+"
)
UNSEEN = re.compile(f"[{_NO_WIDTH}]+|{_UNSEEN.pattern}")
# What YAML refuses, or takes for the end of a line.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
ODD_SIGN = re.compile(f"[{SPACES[1:]}\u200c-\u200f\u00ad]")  # a tab is no such sign
_ODD_RUN = re.compile(f"[{SPACES}]+")
_WIDE = re.compile("[\uff01-\uff07\uff0a\uff0b\uff0d-\uff5e]+")
_WIDE_LETTERS = re.compile("[\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a]+")
# A name may have such letters, yet not beside full-width signs of YAML.
_WIDE_NAME = re.compile("[\uff0d\uff0e\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a]+")
_WIDE_SIGN = re.compile("[：，｛｝［］]")
_SPLIT_KEY = re.compile(rf"(?:^[ -]*|[{{,]\s*)(?P<key>\w(?:[\w-]|{UNSEEN.pattern})*)\s*[:：]")
_PIECE = re.compile(r"[,}\]]|\s#")
_COMMENT = re.compile(r"\s#")
_COLONS = re.compile(r"(?P<colons>[:：]+)\s*(?=[^\s:：])")
_DASH = re.compile(r"\s*[–—－~～〜]\s*")
_PERIODIC = frozenset({"budget", "per_customer"})
_SMART = {"“": '"', "”": '"', "„": '"', "‟": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'"}
_COLON = rf"(?P<gap>[ {SPACES}]*)(?P<colon>[:：﹕])(?P<space>[ {SPACES}]*)"
# A key of the language, and any word, each with its colon.
KNOWN = re.compile(KEY.pattern + _COLON)
# A key of the language in front of a bracket, without a colon.
BARE = re.compile(rf"{KEY.pattern}(?P<gap>\s*)(?=[{{\[])")
NAMED = re.compile(r"(?P<key>[\w.-]+)" + _COLON)


@dataclass(frozen=True)
class Slip:
    """Columns `start` until `end` of a line should read `text`; `mark` is what to point at.

    Without a code it is mended in silence: the value itself will be told to be wrong.
    """

    start: int
    end: int
    text: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    at: tuple[int, int] | None = None

    @property
    def mark(self) -> tuple[int, int]:
        """What to point at; all that is replaced, when nothing else was said."""
        return self.at or (self.start, self.end)


def sign_name(sign: str) -> Value:
    """An odd sign by its name and number."""
    number = f"U+{ord(sign):04X}"
    if sign == "\t":
        return say("a tab")
    if sign == "\u00a0":
        return say("a no-break space ({number})", number=number)
    if sign == "\u3000":
        return say("a full-width space ({number})", number=number)
    if sign in ODD and sign not in _NO_WIDTH:
        return say("an odd space ({number})", number=number)
    return say("an invisible sign ({number})", number=number)


def uncommented(text: str) -> str:
    """`text` without the comment and the spaces at its end."""
    comment = _COMMENT.search(text)
    return (text[: comment.start()] if comment else text).rstrip()


def quotes() -> dict[str, Any]:
    """The cure of a value that YAML takes for something else."""
    return {"cure": say("put the whole value in double quotes")}


def in_quotes(text: str) -> str:
    """`text` as YAML writes it between double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def colon_slips(found: re.Match[str], line: str) -> Iterator[Slip]:
    """What is wrong between a key and its value: `found` has gap, colon and space."""
    start, end, space = found.start("colon"), found.end("colon"), found["space"]
    more = found.end() < len(line)
    if found["colon"] != ":":
        text = ":" if space.startswith(" ") or not more else ": "
        yield Slip(start, end, text, "CR002", {"sign": found["colon"], "plain": ": "})
    elif doubled := _COLONS.match(line, end):
        cure = {"cure": say("delete one of the two")}
        yield Slip(*doubled.span(), " ", "CR005", cure, (end, doubled.end("colons")))
    elif not space and more and line[end] not in "\"'{[,}]":
        shown = f"{found['key']}: {_PIECE.split(line[end:])[0].strip()}"
        yield Slip(start, end, ": ", "CR003", {"sign": ":", "shown": shown}, (found.start(), end))
    if odd := [sign for sign in space if sign in ODD and sign != "\t"]:
        yield Slip(end, found.end(), " " * more, "CR013", {"sign": sign_name(odd[0])})


def no_colon(found: re.Match[str], line: str) -> Slip:
    """A colon that lacks between a key and the bracket behind it: `found` has key and gap."""
    start, end = found.start("gap"), found.end()
    shown = f"{found['key']}: {_bracketed(line[end:])}"
    named = {"sign": ":", "given": found["key"], "shown": shown}
    return Slip(start, end, ": ", "CR027", named, (found.start(), start))


def _bracketed(text: str) -> str:
    """`text` until the bracket that it begins with is closed."""
    depth = 0
    for number, sign in enumerate(text):
        depth += (sign in "[{") - (sign in "]}")
        if not depth:
            return text[: number + 1]
    return uncommented(text)


def plain_key(found: re.Match[str]) -> str:
    """The key of `found` as it is written in half-width letters, when the language has that."""
    plain = unicodedata.normalize("NFKC", found["key"])
    return plain if plain in KEYS else found["key"]


def wide_key(found: re.Match[str]) -> Iterator[Slip]:
    """A key of the language in full-width letters."""
    if plain_key(found) != found["key"]:
        for part in _WIDE_LETTERS.finditer(found.string, *found.span("key")):
            plain = unicodedata.normalize("NFKC", part[0])
            yield Slip(*part.span(), plain, "CR002", {"sign": part[0], "plain": plain})


def unseen_in_keys(line: str) -> Iterator[Slip]:
    """Signs that nobody sees inside of a key of the language."""
    for found in _SPLIT_KEY.finditer(line):
        if found["key"] != (plain := UNSEEN.sub("", found["key"])) and plain in KEYS:
            for sign in UNSEEN.finditer(line, *found.span("key")):
                yield Slip(*sign.span(), "", "CR013", {"sign": sign_name(sign[0][0])})


def spaced(line: str, start: int, end: int, key: str) -> Iterator[Slip]:
    """What looks right and is not in the plain value of `key`, from left to right."""
    if key not in TYPED | NAMES:
        return
    if line[start - 1] == ":" and (doubled := _COLONS.match(line, start)):
        start = doubled.end()  # told beside its key
    smart = _SMART.get(line[start])
    closed = smart is not None and end - start > 1 and _SMART.get(line[end - 1]) == smart
    inner = (start + 1, end - 1) if closed else (start, end)
    wide = key in TYPED or (_WIDE_NAME.fullmatch(line, *inner) and _WIDE_SIGN.search(line))
    found = [*_gaps(line, *inner), *(_wide(line, *inner) if wide else ())]
    if key in _PERIODIC:  # `500 USD／month` is no budget with a plain slash either
        found = [replace(slip, code="") if slip.text == "/" else slip for slip in found]
    if key == "quiet":
        found = [*_dashes(line, *inner), *found]
    if closed and smart:
        found += [_plain(line, start, smart), _plain(line, end - 1, smart)]
    yield from _apart(sorted(found, key=lambda slip: (slip.start, -slip.end)))


def _plain(line: str, at: int, sister: str) -> Slip:
    return Slip(at, at + 1, sister, "CR002", {"sign": line[at], "plain": sister})


def _gaps(line: str, start: int, end: int) -> Iterator[Slip]:
    for found in _ODD_RUN.finditer(line, start, end):
        last = found.end() == len(line)
        text = "" if last or set(found[0]) <= set(_NO_WIDTH) else " "
        yield Slip(*found.span(), text, "CR013", {"sign": sign_name(found[0][0])})
    for found in _UNSEEN.finditer(line, start, end):
        yield Slip(*found.span(), "", "CR013", {"sign": sign_name(found[0][0])})


def _wide(line: str, start: int, end: int) -> Iterator[Slip]:
    for found in _WIDE.finditer(line, start, end):
        plain = unicodedata.normalize("NFKC", found[0])
        yield Slip(*found.span(), plain, "CR002", {"sign": found[0], "plain": plain})


def _dashes(line: str, start: int, end: int) -> Iterator[Slip]:
    for found in _DASH.finditer(line, start, end):
        yield Slip(*found.span(), "-", "CR002", {"sign": found[0].strip(), "plain": "-"})


def _apart(slips: list[Slip]) -> Iterator[Slip]:
    """Leave out what lies in something told already."""
    reached = 0
    for slip in slips:
        if slip.start >= reached:
            yield slip
            reached = slip.end
