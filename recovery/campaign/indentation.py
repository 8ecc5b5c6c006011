"""Which column a line was meant to begin in, judged by the lines above it and by what fits."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import yaml
from pydantic import ValidationError

from recovery.campaign.schema import Campaign
from recovery.campaign.words import KEY

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KNOWN = re.compile(rf"\s*(?:- +)*(?:\{{\s*)?{KEY.pattern}\s*:|\s*[\w.-]+:\s*$|\s*- ")
Moves = list[tuple[int, int]]
_HOPELESS = 1_000_000
_SHORT = 200_000  # a longer file is not read once more for every guess


class Expected(NamedTuple):
    """A line with `given` spaces should have `wanted`; `moves` are all lines that go with it."""

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
    """Guess where line `number` (from 0) should begin; None when no column above would do."""
    given, columns = width(lines[number]), _columns(lines[:number])
    guesses = []
    for wanted in sorted(columns, key=lambda column: abs(column - given)):
        for moves in _moves(lines, number, given, wanted) if wanted != given else ():
            guesses.append(
                (
                    _weight(_moved(lines, moves), number),
                    abs(wanted - given),
                    len(moves),
                    wanted,
                    moves,
                )
            )
    fitting = sorted(guess for guess in guesses if guess[0] < _HOPELESS)
    if not fitting:
        return None
    weight, _, _, wanted, moves = fitting[0]
    sure = all(guess[0] > weight for guess in fitting if guess[3] != wanted)
    sure = sure and bool(_KNOWN.match(lines[number]))
    above = columns[wanted]
    start = width(lines[above])
    return Expected(given, wanted, tuple(moves), above, (start, len(lines[above].rstrip())), sure)


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
        data = yaml.load(text, _LOADER)  # noqa: S506  a loader that only makes text
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
