"""Colons, commas and columns that stop YAML: one too few, one too many, in the wrong place."""

import re
from collections.abc import Iterator
from typing import Any

from recovery.campaign import indentation
from recovery.campaign.marks import in_quotes, quotes, uncommented
from recovery.campaign.stops import Found, Stopped
from recovery.campaign.words import KEY, KEYS, TEXT
from recovery.i18n import say

_VALUE = re.compile(r"(?:^|[\s{,])([\w.-]+):\s+")
# A key of the language, and what was written in place of its colon.
_BARE_KEY = re.compile(rf"{KEY.pattern}(?:\s*(?::?=+>?|-+>|[→>＝⇒])|(?=\s|$))")


def second_colon(at: Stopped) -> Found:
    """A colon inside of a value between braces: a comma lacks before its key, or quotes do."""
    word = re.search(r"[\w-]+\s*$", at.text[: at.column])
    key = word[0].strip() if word else ""
    if word and key in KEYS and at.text[word.start() - 1 : word.start()] == " ":
        return _no_braces(at, word.start()) or comma(at, word.start())
    starts = [found.end() for found in _VALUE.finditer(at.text, 0, at.column)]
    start = starts[-1] if starts else at.column
    rest = re.search(r"\s*[,}\]]|$", at.text[at.column :])
    end = at.column + (rest.start() if rest else 0)
    quoted = ((at.line, start, end, in_quotes(at.text[start:end])),)
    return Found("CR005", at.line, at.column, at.column + 1, quotes(), quoted)


def comma(at: Stopped, column: int) -> Found:
    """A comma that lacks before `column`."""
    before = at.text[:column].rstrip().rstrip(";；")
    given = re.split(r"[\s,{\[]", before)[-1] or before.strip()
    shown = f"{given}, {at.text[column:].partition(':')[0].strip()}: ..."
    edits = ((at.line, len(before), column, ", "),)
    named: dict[str, Any] = {"sign": ",", "given": given, "shown": shown}
    return Found("CR027", at.line, column, column + 1, named, edits)


def _no_braces(at: Stopped, column: int) -> Found | None:
    """A block in one line, `if: clicked: first`, without the braces around it."""
    if not re.search(r"[\w-]:\s+$", at.text[:column]):
        return None
    rest = re.search(r"\s*[,}\]]", at.text[column:]) if within(at.text[:column]) else None
    end = column + rest.start() if rest else len(uncommented(at.text))
    shown = f"{{{at.text[column:end]}}}"
    edits = ((at.line, end, end, "}"), (at.line, column, column, "{"))
    cure = {"cure": say("put braces around what belongs together: {shown}", shown=shown)}
    return Found("CR005", at.line, at.column, at.column + 1, cure, edits)


def within(before: str) -> bool:
    """Whether a bracket is open behind `before`."""
    return before.count("[") + before.count("{") > before.count("]") + before.count("}")


def two_colons(at: Stopped) -> Iterator[Found]:
    """Two colons in one line of a block, or a key whose line stands in the wrong column."""
    if "mapping values are not allowed" not in at.why:
        return
    if found := _bare_word_above(at):
        yield found
        return
    key = re.match(r"\s*(?:- +)*[\w.-]+\s*", at.text)
    if key and key.end() >= at.column:
        yield from indented(at)
        return
    values = list(_VALUE.finditer(at.text, 0, at.column))
    word = re.search(r"\s+([\w-]+)\s*$", at.text[: at.column])
    end = len(uncommented(at.text))
    bare = _no_braces(at, word.start(1)) if word and word[1] in KEYS else None
    if bare:
        yield bare
    elif values and word and word[1] in KEYS:  # two keys in one line: the second is lost
        cut = ((at.line, word.start(), end, ""),)
        named = {"cure": say("begin the second key on a line of its own")}
        yield Found("CR005", at.line, at.column, at.column + 1, named, cut, fixes=False)
    elif values:
        start = values[0].end()
        edits = ((at.line, start, end, in_quotes(at.text[start:end])),)
        safe = values[0][1] in TEXT
        yield Found("CR005", at.line, at.column, at.column + 1, quotes(), edits, safe=safe)


def _bare_word_above(at: Stopped) -> Found | None:
    """A name without its colon, which YAML took for the first word of a text."""
    line = at.line - 1
    while line > 0 and not at.sheet.lines[line].strip():
        line -= 1
    above = uncommented(at.sheet.lines[line]) if line >= 0 else ""
    word = re.fullmatch(r"\s*([\w.-]*\w)", above)
    if word is None or indentation.width(above) >= indentation.width(at.text):
        return None
    named: dict[str, Any] = {"sign": ":", "given": word[1], "shown": f"{word[1]}:"}
    edits = ((line, len(above), len(above), ":"),)
    return Found("CR027", line, word.start(1), len(above), named, edits)


def indented(at: Stopped) -> Iterator[Found]:
    """A line that begins in another column than those it belongs to."""
    if found := indentation.expected(at.sheet.lines, at.line):
        edits = tuple(
            (line, 0, indentation.width(at.sheet.lines[line]), " " * wanted)
            for line, wanted in reversed(found.moves)
        )
        named: dict[str, Any] = {"found": found.given, "wanted": found.wanted}
        also = ((found.above, *found.span, say("the lines above begin here")),)
        end = max(found.given, 1)
        yield Found("CR004", found.line, 0, end, named, edits, safe=found.sure, also=also)


def no_colon(at: Stopped) -> Iterator[Found]:
    """A key without its colon, or with another sign in place of it."""
    if "could not find expected ':'" not in at.why or at.begun is None:
        return
    line, column = at.begun
    text = uncommented(at.sheet.lines[line])
    word = _BARE_KEY.match(text, column)
    if word:
        behind, rest = word.end(), text[word.end() :].strip()
        named = {"sign": ":", "given": word["key"], "shown": f"{word['key']}: {rest}".rstrip()}
        end = word.end("key")
        edits = ((line, end, behind, ":" if text[behind : behind + 1] in ("", " ") else ": "),)
        yield Found("CR027", line, column, end, named, edits)
    else:
        given, _, rest = text[column:].partition(" ")
        named = {"sign": ":", "given": given, "shown": f"{given}: {rest}".rstrip()}
        edits = ((line, column, len(text), ""),)
        yield Found("CR027", line, column, len(text), named, edits, fixes=False)
