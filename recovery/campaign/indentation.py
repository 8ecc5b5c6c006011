"""Which column a line was meant to begin in, judged by the lines above it and by what fits."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml
from pydantic import ValidationError

from recovery.campaign.schema import Campaign
from recovery.campaign.tabs import LOADER, readable
from recovery.campaign.words import KEY

_KNOWN = re.compile(rf"\s*(?:- +)*(?:\{{\s*)?{KEY.pattern}\s*:|\s*[\w.-]+:\s*$|\s*- ")
Moves = list[tuple[int, int]]
_HOPELESS = 1_000_000
_SHORT = 200_000  # a longer file is not read once more for every guess


class Expected(NamedTuple):
    """Line `line` with `given` spaces should have `wanted`; `moves` are all that go with it."""

    line: int
    given: int
    wanted: int
    moves: tuple[tuple[int, int], ...]
    above: int
    span: tuple[int, int]
    sure: bool


def width(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def expected(lines: Sequence[str], number: int) -> Expected | None:
    """Guess where line `number` (from 0) should begin; None when no column above would do.

    It may also be right, and the line above it too far to the left.
    """
    guesses = [*_guesses(lines, number, number), *_guesses_above(lines, number)]
    fitting = sorted(guess for guess in guesses if guess.weight < _HOPELESS)
    if not fitting:
        return None
    best = fitting[0]
    line, wanted, moves = best.line, best.wanted, tuple(best.moves)
    sure = all(
        one.weight > best.weight for one in fitting if (one.line, one.wanted) != (line, wanted)
    )
    sure = sure and bool(_KNOWN.match(lines[line]))
    above = _columns(lines[:line]).get(wanted, line)
    start = width(lines[above])
    span = (start, len(lines[above].rstrip()))
    return Expected(line, width(lines[line]), wanted, moves, above, span, sure)


class _Guess(NamedTuple):
    """How wrong the file would be if `line` began in `wanted`, and how much would have to move."""

    weight: int
    distance: int
    lines: int
    line: int
    wanted: int
    moves: Moves


def _guesses(lines: Sequence[str], number: int, stopped: int) -> Iterator[_Guess]:
    given, columns = width(lines[number]), _columns(lines[:number])
    for wanted in sorted(columns, key=lambda column: abs(column - given)):
        for moves in _moves(lines, number, given, wanted) if wanted != given else ():
            weight = _weight(_moved(lines, moves), stopped)
            yield _Guess(weight, abs(wanted - given), len(moves), number, wanted, moves)


def _guesses_above(lines: Sequence[str], number: int) -> Iterator[_Guess]:
    """The line above alone, moved to the right."""
    above = next((at for at in range(number - 1, -1, -1) if lines[at].strip()), None)
    if above is None or width(lines[above]) >= width(lines[number]):
        return
    given = width(lines[above])
    for wanted in _columns(lines[:above]):
        if wanted > given and not lines[above].lstrip().startswith("#"):
            weight = _weight(_moved(lines, [(above, wanted)]), number)
            yield _Guess(weight, wanted - given, 1, above, wanted, [(above, wanted)])


def bulleted(above: Sequence[str], column: int) -> bool:
    """Whether the nearest line above that begins in `column` is an item of a list."""
    for line in reversed(above):
        if line.strip() and width(line) <= column:
            return width(line) == column and line[column:].startswith("- ")
    return False


def below(lines: Sequence[str], number: int, shift: int) -> list[tuple[int, int, int, str]]:
    """Edits that move the lines which are as deep as line `number`, or deeper, to the right.

    They end where an item of the list begins: only what belongs to line `number` moves.
    """
    column, edits = width(lines[number]), []
    for at in range(number + 1, len(lines)):
        line = lines[at]
        if line.strip() and (width(line) < column or line[column:].startswith("- ")):
            break
        if line.strip() and width(line) == column:
            edits.append((at, 0, 0, " " * shift))
    return edits


def _columns(above: Sequence[str]) -> dict[int, int]:
    """The columns in which blocks are open, each with the last line that began there."""
    columns: dict[int, int] = {}
    for number, line in enumerate(above):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        column = width(line)
        columns = {other: at for other, at in columns.items() if other <= column}
        columns[column] = number
        bullets = re.match(r"(?:- +)*", line[column:])
        for bullet in re.finditer(r"- +", bullets[0] if bullets else ""):
            columns[column + bullet.end()] = number
    return columns


def _moves(lines: Sequence[str], number: int, given: int, wanted: int) -> list[Moves]:
    """The line by itself; and the line with those below that are indented at least as deep."""
    moves = [(number, wanted)]
    for below in range(number + 1, len(lines)):
        line = lines[below]
        if line.strip() and width(line) < max(given, 1):
            break
        if line.strip():
            moves.append((below, width(line) - given + wanted))
    return [moves[:1], moves]


def _moved(lines: Sequence[str], moves: Sequence[tuple[int, int]]) -> str:
    moved = list(lines)
    for number, wanted in moves:
        moved[number] = " " * wanted + lines[number].lstrip(" ")
    return "\n".join(moved)


def _weight(text: str, number: int) -> int:
    """How much is wrong with `text`: hopeless when YAML does not come beyond line `number`."""
    if len(text) > _SHORT or "*" in text:
        return 0
    try:
        data = yaml.load(readable(text), LOADER)  # noqa: S506  a loader that only makes text
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return _HOPELESS if mark is None or mark.line <= number else 1000
    except yaml.YAMLError:
        return _HOPELESS
    try:
        Campaign.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        return error.error_count()
    return 0
