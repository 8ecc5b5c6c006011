"""Mistakes that stop YAML, each in a marketer's words, with the mend where that is honest."""

import re
from collections.abc import Iterator
from typing import Any

from recovery.campaign import indentation
from recovery.campaign.colons import comma, indented, no_colon, second_colon, two_colons, within
from recovery.campaign.marks import in_quotes, uncommented
from recovery.campaign.stops import Found, Stopped
from recovery.campaign.vocabulary import guess
from recovery.campaign.words import KEY
from recovery.i18n import say

_PAIR = {"[": "]", "{": "}"}
_NEXT_KEY = re.compile(rf"\s*,\s*{KEY.pattern}\s*:")


_ANCHOR = re.compile(r"(?:^|[\s\[{,])&([^\s,\[\]{}]+)")


def _another_document(at: Stopped) -> Iterator[Found]:
    if "single document" not in at.context and "<document start>" not in at.why:
        return
    rest = at.sheet.lines[at.line + 1 :]
    whole = any(line.startswith("campaign") for line in rest)  # else `---` is all there is to it
    lines = range(len(at.sheet.lines) - 1 if whole else at.line, at.line - 1, -1)
    cut = tuple((line, 0, len(at.sheet.lines[line]), "") for line in lines)
    yield Found("CR016", at.line, 0, len(at.text), {}, cut, fixes=False)


def _open_quote(at: Stopped) -> Iterator[Found]:
    """A quote that nobody closed, or that a quote further below closed."""
    begun = at.begun if "quoted scalar" in at.context and "end of stream" in at.why else None
    if line_column := begun or _closed_late(at):
        line, column = line_column
        sign = at.sheet.lines[line][column]
        end = _end_of_value(at.sheet.lines[line], column)
        edits = ((line, end, end, sign),)
        yield Found("CR012", line, column, column + 1, {"sign": sign, "closing": sign}, edits)


def _end_of_value(text: str, column: int) -> int:
    """Where a text that begins at `column` ends, leaving the brackets around it their ends."""
    before, end = text[:column], len(uncommented(text))
    if next_key := _NEXT_KEY.search(text, column):
        return next_key.start()
    for opening, closing in (("{", "}"), ("[", "]")):
        if before.count(opening) > before.count(closing) and text[:end].endswith(closing):
            end -= 1
    return len(text[:end].rstrip())


def _closed_late(at: Stopped) -> tuple[int, int] | None:
    for line in range(at.line - 1, max(-1, at.line - 50), -1):
        text = at.sheet.lines[line]
        found = re.search(r"(?:: |- |[\[{,]\s*)(?:(\")(?:[^\"\\]|\\.)*|(')[^']*)$", text)
        if found:
            return line, found.start(1) if found[1] else found.start(2)
    return None


def _escape(at: Stopped) -> Iterator[Found]:
    if "escape" in at.why and at.sign == "\\":
        why = say("a backslash between double quotes must be doubled")
        edits = ((at.line, at.column, at.column + 1, "\\\\"),)
        yield Found("CR006", at.line, at.column, at.column + 1, {"problem": why}, edits)


def _bracket(at: Stopped) -> Iterator[Found]:
    """A bracket that is not closed, or closed by another; a comma too few or too many."""
    if at.context == "while parsing a flow node" and at.sign == ",":
        why = say("nothing stands between two commas")
        edits = ((at.line, at.column, at.column + 1, ""),)
        yield Found("CR006", at.line, at.column, at.column + 1, {"problem": why}, edits)
    if at.begun is None or "while parsing a flow" not in at.context:
        return
    line, column = at.begun
    opening = at.sheet.lines[line][column : column + 1]
    if opening not in ("[", "{"):
        return
    closing = _PAIR[opening]
    named: dict[str, Any] = {"sign": opening, "closing": closing}
    if at.line > line or at.column >= len(at.text):
        yield _unclosed(at, named)
    elif at.sign in ("]", "}"):
        before = at.text[: at.column]
        outer = before.count(_opener(at.sign)) > before.count(at.sign)
        edits = ((at.line, at.column, at.column + (not outer), closing),)
        also = ((at.line, at.column, at.column + 1, say("this closes another kind of bracket")),)
        yield Found("CR012", line, column, column + 1, named, edits, also=also)
    elif at.sign == ":":
        yield second_colon(at)
    else:
        yield comma(at, at.column)


def _opener(sign: str) -> str:
    return {"]": "[", "}": "{"}[sign]


def _unclosed(at: Stopped, named: dict[str, Any]) -> Found:
    line, column = at.begun or (at.line, at.column)
    last = at.line - 1 if at.line > line and at.text.strip() else at.line
    while last > line and not at.sheet.lines[last].strip():
        last -= 1
    end = len(uncommented(at.sheet.lines[last]))
    edits = ((last, end, end, str(named["closing"])),)
    return Found("CR012", line, column, column + 1, named, edits)


def _no_bullet(at: Stopped) -> Iterator[Found]:
    """An item of a list that begins in the column of the dashes above, without one."""
    if "expected ':'" not in at.why and "'-' indicator" not in at.why:
        return
    line = at.begun[0] if at.begun and "simple key" in at.context else at.line
    text = at.sheet.lines[line]
    column = indentation.width(text)
    item = re.match(r"(?:segment|step)\s*:|\{", text[column:])
    if item and indentation.bulleted(at.sheet.lines[:line], column):
        end = len(uncommented(text))
        edits = ((line, column, column, "- "), *indentation.below(at.sheet.lines, line, 2))
        given = text[column:end].partition(",")[0]
        yield Found("CR098", line, column, end, {"given": given}, tuple(reversed(edits)))


def _name_of_yaml(at: Stopped) -> Iterator[Found]:
    """An alias that names nothing, or a name that is given to a second value."""
    if "undefined alias" in at.why:
        found = re.match(r"\*[^\s,\[\]{}]+", at.text[at.column :])
        given = found[0] if found else at.sign
        names = [f"*{name}" for name in _ANCHOR.findall(at.sheet.text)]
        end = at.column + len(given)
        why = say("nothing above is called '&{name}'", name=given[1:])
        cure = guess(given, names) if names else say("write the value itself here")
        named: dict[str, Any] = {"given": given, "problem": why, "guess": cure}
        edits = ((at.line, at.column, end, in_quotes(given)),)
        yield Found("CR096", at.line, at.column, end, named, edits, fixes=False)
    elif "duplicate anchor" in at.why + at.context:
        found = re.match(r"&[^\s,\[\]{}]+", at.text[at.column :])
        given = found[0] if found else at.sign
        end = at.column + len(given)
        first = at.begun[0] + 1 if at.begun else at.line + 1
        why = say("another value is called so (line {line})", line=first)
        named = {"given": given, "problem": why, "guess": say("give each value a name of its own")}
        edits = ((at.line, at.column, end, ""),)
        yield Found("CR096", at.line, at.column, end, named, edits, fixes=False)


def _special(at: Stopped) -> Iterator[Found]:
    """A value that begins with a sign that means something in YAML."""
    if "tag handle" in at.why:
        tag = re.match(r"\S+\s*", at.text[at.column :])
        end = at.column + len(tag[0]) if tag else at.column + 1
        named: dict[str, Any] = {"given": at.text[at.column : end].strip()}
        edits = ((at.line, at.column, end, ""),)
        yield Found("CR015", at.line, at.column, at.column + len(str(named["given"])), named, edits)
    column = at.begun[1] if at.begun and at.begun[0] == at.line else at.column
    sign = at.text[column : column + 1]
    if sign and sign in "*&!|>%@`,":
        inner = within(at.text[:column])
        rest = re.search(r"\s*[,}\]]", at.text[column + 1 :]) if inner else None
        end = column + 1 + rest.start() if rest else len(uncommented(at.text))
        edits = ((at.line, column, end, in_quotes(at.text[column:end])),)
        yield Found("CR014", at.line, column, column + 1, {"sign": sign}, edits)


def _surplus(at: Stopped) -> Iterator[Found]:
    if at.sign in ("]", "}"):
        edits = ((at.line, at.column, at.column + 1, ""),)
        yield Found("CR017", at.line, at.column, at.column + 1, {"sign": at.sign}, edits)
    elif at.text[: at.column].rstrip().endswith(("]", "}", '"', "'")):
        end = len(uncommented(at.text))
        why = say("something follows the end of the value")
        edits = ((at.line, at.column, end, ""),)
        yield Found("CR006", at.line, at.column, end, {"problem": why}, edits, fixes=False)


def _a_list_beside_its_key(at: Stopped) -> Iterator[Found]:
    if "block sequence entries" in at.why:
        why = say("a list begins on the line below its key")
        edits = ((at.line, at.column, min(at.column + 2, len(at.text)), ""),)
        yield Found("CR006", at.line, at.column, at.column + 1, {"problem": why}, edits, False)


def _moved(at: Stopped) -> Iterator[Found]:
    if at.text[: at.column].strip(" -") == "":
        yield from indented(at)


def _unknown(at: Stopped) -> Iterator[Found]:
    why = say("YAML says: {words}", words=at.why)
    yield Found("CR006", at.line, at.column, at.column + 1, {"problem": why})


LOOKS = (
    _another_document,
    _open_quote,
    _escape,
    _bracket,
    two_colons,
    _no_bullet,
    no_colon,
    _name_of_yaml,
    _special,
    _surplus,
    _a_list_beside_its_key,
    _moved,
    _unknown,
)
