"""Signs that look like a tag and are none: full-width ones, and the braces of other programs."""

import re
from collections.abc import Callable

from recovery.i18n import say
from recovery.template import vocabulary
from recovery.template.errors import TemplateError
from recovery.template.letter import HEADERS
from recovery.template.tags import Sheet

_TAG = re.compile(r"[{｛][{｛%％](?:[^{}｛｝\n])*?[}｝%％][}｝]")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_PLAIN = _WIDE | {0x3000: " ", 0xA0: " ", 0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"}
_WIDE_COLON = re.compile(rf"^[^\S\n]*({'|'.join(HEADERS)})(：)", re.MULTILINE)
_NAME = r"[^\W\d][\w.]*"
# {name}, ${name}, {name}} of others and of haste; *|NAME|* and %NAME% of mail programs.
_BRACES = re.compile(
    rf"(?<![{{｛])\$?[{{｛]\s*(?P<a>{_NAME})\s*[}}｝]+(?![}}｝])"
    rf"|\*\|\s*(?P<b>{_NAME})\s*\|\*|(?<![\w%])%(?P<c>[A-Z][A-Z_]{{2,}})%"
)
_NOT_WORDS = re.compile(r"<(style|script)\b.*?</\1>|<mj-style\b.*?</mj-style>", re.DOTALL)
_TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
Report = Callable[[TemplateError], None]


def straight(sheet: Sheet, report: Report, *, letter: bool = False) -> Sheet:
    """The same text, sign by sign, with plain ones in its tags; each changed tag is told.

    The head of a `letter` has colons, too.
    """

    def plain(found: re.Match[str]) -> str:
        given = found[0]
        wanted = _straight(given)
        if wanted != given:
            sign = _first(given, wanted)
            told = {"given": sign, "wanted": wanted}
            report(sheet.error("CR130", found.start(), given, swap=wanted, safe=True, **told))
        return wanted

    head, gap, rest = sheet.text.partition("\n\n") if letter else ("", "", sheet.text)
    for found in _WIDE_COLON.finditer(head):
        told = {"given": "：", "wanted": f"'{found[1]}:'"}
        report(sheet.error("CR130", found.start(2), "：", swap=": ", safe=True, **told))
    head = _WIDE_COLON.sub(lambda found: found[0][:-1] + ":", head)
    return Sheet(_TAG.sub(plain, head + gap + rest), sheet.file)


def braces(sheet: Sheet, report: Report, *, marketing: bool) -> None:
    """Tell of placeholders of other programs, which would be sent as they stand."""
    blank = sheet.text
    for other in (_TAGS, _NOT_WORDS):
        blank = other.sub(_blank, blank)
    for found in _BRACES.finditer(blank):
        name = next(one for one in found.groups() if one)
        meant = vocabulary.meant(name)
        if meant and meant.startswith("offer") and not marketing:
            report(sheet.error("CR103", found.start(), found[0]))
            continue
        wanted = f"{{{{ {vocabulary.written(meant)} }}}}" if meant else None
        guess = say("see the placeholders in docs/templates.md")
        if wanted:
            guess = say("did you mean '{near}'?", near=wanted)
        at, given = found.start(), found[0]
        report(sheet.error("CR129", at, given, swap=wanted, given=given, guess=guess))
    _left_over(sheet, _BRACES.sub(_blank, blank), report)


def _left_over(sheet: Sheet, blank: str, report: Report) -> None:
    """Ends of tags that were never begun, unless the beginning on the same line is told of."""
    for found in re.finditer(r"\}\}|%\}", blank):
        before = blank[blank.rfind("\n", 0, found.start()) + 1 : found.start()]
        if "{{" not in before and "{%" not in before:
            why = say("'{given}' ends nothing that was begun", given=found[0])
            report(sheet.error("CR102", found.start(), found[0], problem=why))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _straight(tag: str) -> str:
    """Plain signs in place of full-width ones, but for what stands between quotes."""
    spans, at = [], 0
    for quoted in _QUOTED.finditer(tag):
        spans += [tag[at : quoted.start()].translate(_PLAIN), quoted[0]]
        at = quoted.end()
    return "".join([*spans, tag[at:].translate(_PLAIN)])


def _first(given: str, wanted: str) -> str:
    return next(one for one, other in zip(given, wanted, strict=True) if one != other)
