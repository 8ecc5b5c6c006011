"""Problems as a compiler shows them: the line itself, carets under the mistake, help and fix."""

from collections.abc import Callable, Iterator, Sequence
from gettext import NullTranslations
from typing import TYPE_CHECKING, NamedTuple

from recovery import i18n
from recovery.campaign.cells import cells, shown
from recovery.problems import NOTHING, Place, Problem, Severity

if TYPE_CHECKING:
    from rich.text import Text as Styled

# The lines of a file that is named in a problem; empty when there is nothing to show.
Lines = Callable[[str], Sequence[str]]
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
TITLES = {
    Severity.ERROR: i18n.mark("error"),
    Severity.WARNING: i18n.mark("warning"),
    Severity.NOTE: i18n.mark("note"),
}
_WIDEST = 120  # cells of an excerpt


class _Mark(NamedTuple):
    """A stretch of a line, what to draw under it, and what to write beside that."""

    place: Place
    sign: str
    style: str
    label: str
    more: tuple[Place, ...] = ()  # what is marked beside it, further to the right


def diagnosis(problem: Problem, lines: Lines, language: NullTranslations) -> "Styled":
    """Return a problem as text with styles; plain when nobody wants colours."""
    from rich.text import Text as Styled

    told, style = Styled(), _STYLES[problem.severity]
    title = language.gettext(TITLES[problem.severity])
    told.append(f"{title}[{problem.code}]", style)
    told.append(f": {problem.message_in(language)}\n", "bold")
    marks = sorted(_marks(problem, style, language), key=lambda mark: mark.place.line)
    source = lines(problem.file)
    gutter = len(str(max(mark.place.line for mark in marks)))
    whole = problem.line == 0  # the file as a whole
    place = problem.file if whole else f"{problem.file}:{problem.line}:{problem.column}"
    road = f" ({problem.road})" if problem.road else ""
    told.append(f"{' ' * gutter}--> ", "bold blue").append(f"{place}{road}\n")
    if source and not whole:
        _excerpt(told, marks, source, gutter)
    for word, text in _advice(problem, language):
        told.append(f"{' ' * gutter} = ", "bold blue").append(f"{word}: ", "bold")
        told.append(f"{text}\n")
    for one in problem.related:
        if one.file and one.file != problem.file:
            there = f"{one.file}:{one.place.line}:{one.place.column}"
            told.append(f"{' ' * gutter}::: ", "bold blue")
            told.append(f"{there} {i18n.fill(one.label, language)}\n")
    return told


def _marks(problem: Problem, style: str, language: NullTranslations) -> Iterator[_Mark]:
    place = Place(problem.line, problem.column, problem.end)
    here = [one for one in problem.related if one.file in ("", problem.file)]
    more = tuple(one.place for one in here if one.label == NOTHING)
    yield _Mark(place, "^", style, problem.label_in(language), more)
    for one in here:
        if one.label != NOTHING:
            yield _Mark(one.place, "-", "bold blue", i18n.fill(one.label, language))


def _advice(problem: Problem, language: NullTranslations) -> Iterator[tuple[str, str]]:
    cure = problem.help_in(language)
    if cure:
        yield language.gettext("help"), cure
    if problem.fix and problem.fix.shown not in cure:
        safe = language.gettext("fix") if problem.fix.safe else language.gettext("suggestion")
        yield safe, problem.fix.shown


def _excerpt(told: "Styled", marks: Sequence[_Mark], source: Sequence[str], gutter: int) -> None:
    empty = f"{' ' * gutter} |"
    told.append(f"{empty}\n", "bold blue")
    last = 0
    for mark in marks:
        number = mark.place.line
        text = source[number - 1] if number <= len(source) else ""
        if last and number > last + 1:
            told.append("...\n", "bold blue")
        before, marked, line = _cut(text, mark.place)
        if number != last:
            told.append(f"{number:>{gutter}} |", "bold blue").append(f" {line}\n")
        told.append(empty, "bold blue").append(" " * (1 + cells(before)))
        told.append(mark.sign * max(1, cells(marked)), mark.style)
        told.append(_beside(text, mark) if cells(text) <= _WIDEST else "", mark.style)
        told.append(f" {mark.label}\n" if mark.label else "\n", mark.style)
        last = number


def _beside(text: str, mark: _Mark) -> str:
    """The carets of a mark behind its first ones."""
    signs, reached = "", mark.place.end
    for place in mark.more:
        gap, marked = text[reached - 1 : place.column - 1], text[place.column - 1 : place.end - 1]
        signs += " " * cells(shown(gap)) + mark.sign * max(1, cells(shown(marked)))
        reached = place.end
    return signs


def _cut(text: str, place: Place) -> tuple[str, str, str]:
    """What stands before the mark, under it, and the whole; a long line is cut around it."""
    before = shown(text[: place.column - 1])
    whole = shown(text).rstrip()
    marked = shown(text[: max(place.end, place.column) - 1])[len(before) :]
    if cells(whole) <= _WIDEST:
        return before, marked, whole
    start = max(0, len(before) - _WIDEST // 3)
    piece = whole[start : start + _WIDEST // 2]
    front, tail = "…" if start else "", "…" if start + len(piece) < len(whole) else ""
    return front + before[start:], marked[: _WIDEST // 2], front + piece + tail
