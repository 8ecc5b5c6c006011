"""Slips of the keyboard that YAML hides: it complains about something else, or about nothing.

They are looked for line by line in a file that has some mistake, and mended in memory, so that
the rest of the file can be read. What is free text (`description`) may hold any sign.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from recovery.campaign.flow import FlowScanner
from recovery.campaign.marks import (
    BARE,
    CONTROL,
    KNOWN,
    NAMED,
    ODD,
    SPACES,
    Slip,
    colon_slips,
    in_quotes,
    no_colon,
    plain_key,
    quotes,
    sign_name,
    spaced,
    uncommented,
    unseen_in_keys,
    wide_key,
)
from recovery.campaign.problems import NOTHING, Edit, Fix, Place, Problem, Related, problem
from recovery.campaign.sheet import Sheet
from recovery.campaign.words import LONG, OF_NAMES, TEXT, TYPED
from recovery.i18n import Text

_INDENT = re.compile(f"[ {SPACES}]*")
_BULLET = re.compile(f"(?P<dash>[-－–—•])(?P<gap>[ {SPACES}]*)")
_QUOTED_KEY = re.compile(r"""(?:"([^"\\]+)"|'([^']+)')\s*:(?:\s+|$)""")
_BLOCK_TEXT = re.compile(r"[|>][-+\d]*\s*(?:#.*)?$")
_NEEDS_QUOTES = re.compile(r"[{\[]{1,2}|[*&!|>%@`#,]|[-?:](?=\s|$)")
_ODD_END = re.compile(rf"[{SPACES[1:]}]+(?=[ \t]*(?:#|$))")  # a tab at the end does no harm
_FAR = 100  # lines below which nobody closes a quote
_TOGETHER = {"CR002", "CR013"}  # a line pasted or typed with them is one slip
_INNER = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"(?:[^']|'')*'")}


def mend(sheet: Sheet, file: str, tab: int = 2, most: int = 500) -> list[Problem]:
    """Mend the slips of `sheet`, a tab counting as `tab` spaces, and return them as problems.

    After `most` of them nobody looks any further.
    """
    lines, found = _Lines(sheet.lines, tab), list[Problem]()
    for number, line in enumerate(sheet.lines):
        if len(line) <= LONG:
            found += _told(sheet, file, number, list(unseen_in_keys(line)))
            found += _told(sheet, file, number, list(lines.slips(number)))
        if len(found) > most:
            break
    return found


def _told(sheet: Sheet, file: str, number: int, slips: list[Slip]) -> list[Problem]:
    places = [sheet.place(number, *slip.mark) for slip in slips]
    edits = [sheet.replace(number, slip.start, slip.end, slip.text) for slip in reversed(slips)]
    line = uncommented(sheet.lines[number])
    shown = line if any(slip.code == "CR001" for slip in slips) else line.strip()
    told: dict[object, list[tuple[Slip, Place, Edit]]] = {}
    for slip, place, edit in zip(slips, places, reversed(edits), strict=True):
        group = slip.code if slip.code in _TOGETHER else place
        told.setdefault(group, []).append((slip, place, edit))
    return [_one(file, shown, some) for some in told.values() if some[0][0].code]


def _one(file: str, shown: str, some: list[tuple[Slip, Place, Edit]]) -> Problem:
    """One problem for slips of one kind in one line: the first is its place, the others marks."""
    slips, places, edits = zip(*some, strict=True)
    parameters: dict[str, Any] = {
        name: value if isinstance(value, Text) else _listed(slip.parameters[name] for slip in slips)
        for name, value in slips[0].parameters.items()
    }
    fix = Fix(shown, edits, safe=True)
    more = tuple(Related(place, NOTHING) for place in places[1:])
    return problem(slips[0].code, file, places[0], fix=fix, related=more, **parameters)


def _listed(signs: Iterable[str]) -> str:
    """Each sign once: `：', '，`; the words around them bring the outer quotes."""
    some = dict.fromkeys(signs)
    return "', '".join(sign.strip() for sign in some) if len(some) > 1 else next(iter(some))


@dataclass
class _Lines:
    """Knows, line by line, below which keys it is and whether it is inside of a text."""

    lines: list[str]
    tab: int
    parents: list[tuple[int, str]] = field(default_factory=list)  # column and key of open blocks
    verbatim: int | None = None  # the column of the key above a text that is kept as it is
    quote: str = ""  # the quote that is still open
    flow: FlowScanner | None = None

    def slips(self, number: int) -> Iterator[Slip]:
        """What is wrong in one line, from left to right."""
        line = self.lines[number]
        indent = _INDENT.match(line)
        at = indent.end() if indent else 0
        if self._in_a_text(line) or line.startswith("#", at):
            yield from _control(line)
        elif self.flow is not None:
            yield from self._flow(line, 0)
        else:
            yield from self._indent(line, at)
            if at < len(line):
                yield from self._entry(number, at, len(self._plain(line[:at])))

    def _in_a_text(self, line: str) -> bool:
        """Whether `line` belongs to a text that began above."""
        if self.quote:
            self.quote = "" if _INNER[self.quote].match(line) else self.quote
            return True
        if self.verbatim is not None:
            if not line.strip() or len(line) - len(line.lstrip(" ")) > self.verbatim:
                return True
            self.verbatim = None
        return False

    def _indent(self, line: str, at: int) -> Iterator[Slip]:
        odd = next((sign for sign in line[:at] if sign in ODD), None)
        if odd and not line.strip("\t ") and not line.startswith("\t"):
            return  # an empty line may hold tabs behind its spaces
        if odd:
            plain = self._plain(line[:at]) if at < len(line) else ""
            yield Slip(0, at, plain, "CR001", {"sign": sign_name(odd)})

    def _plain(self, indent: str) -> str:
        widths = {" ": 1, "\t": self.tab, "\u3000": 2, "\ufeff": 0, "\u200b": 0, "\u2060": 0}
        return " " * sum(widths.get(sign, 1) for sign in indent)

    def _entry(self, number: int, at: int, column: int) -> Iterator[Slip]:
        """One entry of a block: bullets, a key, its value."""
        line, bullets = self.lines[number], 0
        while bullet := self._bullet(line, at):
            bullets += 1
            yield from _bullet_slips(bullet)
            self._close(column, bullet=True)
            column += 1 + max(1, len(bullet["gap"]))
            at = bullet.end()
        first = not self.parents
        sibling = self._close(column, bullet=False) or bullets > 0 or first
        parent = self.parents[-1][1] if self.parents else ""
        if quoted := _QUOTED_KEY.match(line, at):
            self.parents.append((column, quoted[1] or quoted[2]))
            yield from self._value(number, quoted.end(), quoted[1] or quoted[2])
            return
        if bare := BARE.match(line, at):
            yield no_colon(bare, line)
            self.parents.append((column, bare["key"]))
            yield from self._value(number, bare.end(), bare["key"])
            return
        found = KNOWN.match(line, at) or _named(line, at, parent, sibling=sibling)
        if found is None and not parent and not bullets:
            yield from _control(line)
        if found is None:
            yield from self._value(number, at, parent if bullets else "")
            return
        key = plain_key(found)
        yield from wide_key(found)
        yield from colon_slips(found, line)
        self.parents.append((column, key))
        yield from self._value(number, found.end(), key)

    def _bullet(self, line: str, at: int) -> re.Match[str] | None:
        found = _BULLET.match(line, at)
        if found is None or (found["dash"] == "-" and found["gap"]):
            return found
        keyed = KNOWN.match(line, found.end()) or line.startswith("{", found.end())
        return found if keyed or (found["dash"] != "-" and found["gap"]) else None

    def _close(self, column: int, *, bullet: bool) -> bool:
        """Leave the blocks that end before `column`; whether a key stood in this very column."""
        met = False
        while self.parents and self.parents[-1][0] >= column + bullet:
            met = self.parents.pop()[0] == column
        return met

    def _value(self, number: int, at: int, key: str) -> Iterator[Slip]:
        line = self.lines[number]
        rest = line[at:]
        if not rest or rest.startswith("#"):
            return
        if _BLOCK_TEXT.match(rest):
            self.verbatim = self.parents[-1][0] if self.parents else 0
        elif rest[0] in "\"'":
            yield from self._quoted(number, at)
        elif key in TEXT:
            yield from self._words(number, at)
        elif rest[0] in "{[［【｛":
            self.flow = FlowScanner(key)
            yield from self._flow(line, at)
        else:
            plain = uncommented(rest)
            odd = _ODD_END.match(rest, len(plain))
            yield from spaced(line, at, at + (odd.end() if odd else len(plain)), key)

    def _flow(self, line: str, at: int) -> Iterator[Slip]:
        if self.flow is not None:
            yield from self.flow.scan(line, at)
            self.flow = None if self.flow.done else self.flow

    def _quoted(self, number: int, at: int) -> Iterator[Slip]:
        line = self.lines[number]
        closing = _INNER[line[at]].match(line, at + 1)
        if closing is None:
            self.quote = line[at] if self._closes_below(number, line[at]) else ""
            return
        after = uncommented(line[closing.end() :])
        if after.strip():
            end = closing.end() + len(after)
            text = in_quotes(line[at:end].strip("\"'"))
            yield Slip(at, end, text, "CR028", {"sign": line[at]}, (closing.end(), end))

    def _closes_below(self, number: int, quote: str) -> bool:
        """A quote that nobody closes before the next key is a slip; YAML will tell of it."""
        for below in self.lines[number + 1 : number + _FAR]:
            if KNOWN.match(below.lstrip(" -")):
                return False
            if quote in below:
                return True
        return False

    def _words(self, number: int, at: int) -> Iterator[Slip]:
        """Free text without quotes: what YAML would take for something else gets quotes."""
        line = self.lines[number]
        text = uncommented(line[at:])
        end = at + len(text)
        yield from _control(line)
        if self._goes_on(number):  # the lines below are words, too
            self.verbatim = self.parents[-1][0] if self.parents else 0
            return
        if CONTROL.search(line):
            return
        if special := _NEEDS_QUOTES.match(text):
            sign = {"sign": special[0]}
            yield Slip(at, end, in_quotes(text), "CR014", sign, (at, at + special.end()))
        elif colon := re.search(r":(?=\s|$)", text):
            mark = (at + colon.start(), at + colon.end())
            yield Slip(at, end, in_quotes(text), "CR005", quotes(), mark)

    def _goes_on(self, number: int) -> bool:
        """Whether the next line is indented deeper: then the text has several lines."""
        rest = (self.lines[at] for at in range(number + 1, len(self.lines)))
        below = next((line for line in rest if line.strip()), "")
        column = self.parents[-1][0] if self.parents else 0
        return len(below) - len(below.lstrip(" ")) > column


def _named(line: str, at: int, parent: str, *, sibling: bool) -> re.Match[str] | None:
    """A key that is no word of the language: a name of the marketer's, or one misspelt."""
    found = NAMED.match(line, at)
    if found is None:
        return None
    if found["colon"] != ":" or plain_key(found) != found["key"]:
        return found if sibling or parent in OF_NAMES else None
    whole = found["space"] or found.end() == len(line)
    return found if whole or parent in OF_NAMES or (sibling and parent not in TYPED) else None


def _control(line: str) -> Iterator[Slip]:
    for found in CONTROL.finditer(line):
        text = " " if found[0][0] in "\u2028\u2029\x85" else ""
        yield Slip(*found.span(), text, "CR013", {"sign": sign_name(found[0][0])})


def _bullet_slips(found: re.Match[str]) -> Iterator[Slip]:
    dash, gap = found["dash"], found["gap"]
    if dash != "-":
        yield Slip(found.start(), found.end(), "- ", "CR002", {"sign": dash, "plain": "- "})
    elif not gap:
        shown = f"- {found.string[found.end() :].strip()}"
        yield Slip(found.start(), found.end(), "- ", "CR003", {"sign": "-", "shown": shown})
    elif odd := [sign for sign in gap if sign != " "]:
        text = " " * len(gap)
        yield Slip(found.start("gap"), found.end(), text, "CR013", {"sign": sign_name(odd[0])})
