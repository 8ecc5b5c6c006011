"""Jinja's tags as they stand in a marketer's file, each by itself: all mistakes are found at once.

Jinja's own parser stops at the first mistake and knows no columns. Here a file is cut into its tags
and the blocks are matched; what is inside a tag is for `recovery.template.placeholders`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from recovery.i18n import say
from recovery.template.errors import TemplateError, did_you_mean, near

_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
# Up to the end of a tag: quoted words may hold anything, another tag may not begin.
_WHOLE = {
    opening: re.compile(
        rf"(?:\"[^\"\n]*\"|'[^'\n]*'|(?!\{{[{{%]|{re.escape(closing)})[^\"'])*{re.escape(closing)}"
    )
    for opening, closing in _CLOSING.items()
}
_RAGGED = re.compile(r"\{\{([^{}\n]*)\}(?!\})")
_WORD = re.compile(r"\{%[-+]?\s*(\w*)")
BLOCKS = {
    name: f"end{name}"
    for name in ("if", "for", "block", "macro", "call", "filter", "set", "with", "autoescape")
}
_MIDDLE = {"elif": ("if",), "else": ("if", "for")}
_ALONE = ("extends", "include", "import", "from", "do")
WORDS = (*BLOCKS, *BLOCKS.values(), *_MIDDLE, *_ALONE, "raw", "endraw")
Report = Callable[[TemplateError], None]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its braces, beginning at `start` of the file; `word` opens a statement."""

    text: str
    start: int
    word: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Sheet:
    """The text of a file, and its name in a report."""

    text: str
    file: str

    def error(
        self,
        code: str,
        start: int,
        given: str,
        /,
        *,
        swap: str | None = None,
        safe: bool = False,
        **parameters: object,
    ) -> TemplateError:
        """A mistake at the words `given`, which begin at `start`; `swap` is what to write there."""
        line = self.text.count("\n", 0, start) + 1
        column = start - self.text.rfind("\n", 0, start)
        mark = given.partition("\n")[0]
        return TemplateError(
            code,
            file=self.file,
            line=line,
            mark=mark,
            column=column,
            swap=swap if mark == given else None,
            safe=safe,
            **parameters,
        )

    def line(self, start: int) -> int:
        """The line in which `start` lies, from 1."""
        return self.text.count("\n", 0, start) + 1


def tags(sheet: Sheet, report: Report) -> Iterator[Tag]:
    """Every tag in order; what never ends is reported, and yielded as far as its line goes."""
    text, at = sheet.text, 0
    while found := _OPENING.search(text, at):
        opening, start = found[0], found.start()
        whole = _WHOLE[opening].match(text, found.end()) if opening != "{#" else None
        end = whole.end() if whole else _plain_end(text, found.end(), opening)
        if end is None:
            report(_unclosed(sheet, opening, start))
            at = found.end()
            if opening == "{%":
                line = text[start:].partition("\n")[0]
                yield Tag(line, start, _WORD.match(line)[1], whole=False)  # type: ignore[index]
            continue
        tag, at = text[start:end], end
        if opening == "{#":
            continue
        word = _WORD.match(tag)
        if word and word[1] == "raw":
            ended = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}").search(text, at)
            at = ended.end() if ended else len(text)
            if not ended:
                report(_never_ends(sheet, "raw", start))
        else:
            yield Tag(tag, start, word[1] if word else "")


def _plain_end(text: str, start: int, opening: str) -> int | None:
    """The end of a comment, or of a tag whose quotes don't pair: its inside is told of later."""
    closing = _CLOSING[opening]
    end = text.find(closing, start)
    if end < 0 or (opening != "{#" and re.search(r"\{[{%]|\n", text[start:end])):
        return None
    return end + len(closing)


def _unclosed(sheet: Sheet, opening: str, start: int) -> TemplateError:
    closing = _CLOSING[opening]
    why = say("'{given}' is not closed; write '{closing}'", given=opening, closing=closing)
    ragged = _RAGGED.match(sheet.text, start) if opening == "{{" else None
    if ragged:
        inside = ragged[1].rstrip(" ")
        swap = f"{{{{{inside} }}}}"
        return sheet.error("CR102", start, ragged[0], swap=swap, problem=why)
    return sheet.error("CR102", start, opening, problem=why)


def structure(sheet: Sheet, found: list[Tag], report: Report) -> None:
    """Report statements that are none, ends that end nothing, and what is never ended."""
    opened: list[Tag] = []
    for tag in found:
        if not tag.text.startswith("{%"):
            continue
        word, at = tag.word, tag.start + tag.text.find(tag.word)
        if word not in WORDS:
            report(_unknown(sheet, word, at, opened))
        elif word in BLOCKS and not (word == "set" and "=" in tag.text):
            opened.append(tag)
        elif word in _MIDDLE and not (opened and opened[-1].word in _MIDDLE[word]):
            why = say("'{given}' stands in no '{block}'", given=word, block=_MIDDLE[word][0])
            report(sheet.error("CR102", at, word, problem=why))
        elif word in BLOCKS.values():
            _ended(sheet, word, at, opened, report)
    for tag in opened:
        report(_never_ends(sheet, tag.word, tag.start))


def _ended(sheet: Sheet, word: str, at: int, opened: list[Tag], report: Report) -> None:
    """Close the block that `word` ends; what was opened within it was forgotten."""
    names = [BLOCKS[tag.word] for tag in opened]
    if names and names[-1] == word:
        opened.pop()
    elif word in names:
        while BLOCKS[opened[-1].word] != word:
            forgotten = opened.pop()
            report(_never_ends(sheet, forgotten.word, forgotten.start))
        opened.pop()
    elif names:
        tag = opened.pop()
        line, wanted = sheet.line(tag.start), names[-1]
        why = say(
            "'{given}' ends the '{block}' of line {line}", given=word, block=tag.word, line=line
        )
        report(sheet.error("CR102", at, word, swap=wanted, problem=why))
    else:
        why = say("'{given}' ends nothing that was begun", given=word)
        report(sheet.error("CR102", at, word, problem=why))


def _unknown(sheet: Sheet, word: str, at: int, opened: list[Tag]) -> TemplateError:
    """A word that is none; after `{% fi %}` the `if` counts as ended, so that it is told once."""
    likely = BLOCKS[opened[-1].word] if opened else ""
    ends = bool(likely) and (word in ("fi", "done") or word.startswith("end"))
    swap: str | None
    if ends:
        opened.pop()
        guess, swap = say("did you mean '{near}'?", near=likely), likely
    else:
        guess, swap = did_you_mean(word, WORDS), near(word, WORDS)
        if swap in BLOCKS:  # its end is not one too many
            opened.append(Tag(sheet.text[at:].partition("\n")[0], at, swap))
    why = say("there is no '{given}'; {guess}", given=word, guess=guess)
    return sheet.error("CR102", at, word or sheet.text[at : at + 2], swap=swap, problem=why)


def _never_ends(sheet: Sheet, word: str, start: int) -> TemplateError:
    why = say(
        "'{given}' is never ended; write '{closing}'", given=word, closing=f"{{% end{word} %}}"
    )
    line = sheet.text[start:].partition("\n")[0]
    end = line.find("%}")
    return sheet.error("CR102", start, line[: end + 2] if end > 0 else line.rstrip(), problem=why)
