"""Keys that stand in the column of the block they belong to: YAML takes the block for empty."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from pydantic import BaseModel

from recovery.campaign.indentation import width
from recovery.campaign.marks import uncommented
from recovery.campaign.problems import Fix, Place, Problem, Related, problem
from recovery.campaign.schema import AmountRange, Campaign, Condition, Goal, Limits, Trigger
from recovery.campaign.sheet import Sheet
from recovery.i18n import say

_BLOCKS: dict[str, type[BaseModel]] = {
    "trigger": Trigger,
    "goal": Goal,
    "limits": Limits,
    "if": Condition,
}
_BLOCKS |= {"amount": AmountRange}
_OF_NAMES = ("offers", "sequences")
_INNER = {
    name: {field.alias or key for key, field in model.model_fields.items()}
    for name, model in _BLOCKS.items()
}
_TOP = [field.alias or key for key, field in Campaign.model_fields.items()]
_EMPTY = re.compile(
    rf"(?P<before> *(?:- +)*)(?P<key>{'|'.join([*_BLOCKS, *_OF_NAMES])}):\s*(?:#.*)?$"
)
_KEY = re.compile(r" *([\w.-]+):(?=\s|$)\s*(.?)")


def indent(sheet: Sheet, file: str, most: int = 500) -> list[Problem]:
    """Move such keys to the right in `sheet`, and return a problem for each block."""
    found = []
    for number, line in enumerate(sheet.lines):
        block = _EMPTY.match(line)
        if block is None:
            continue
        column = len(block["before"])
        children = _children(sheet.lines, number + 1, column, block["key"])
        if children:
            found.append(_moved(sheet, file, number, column, block["key"], children))
        if len(found) > most:
            break
    return found


def _children(lines: Sequence[str], number: int, column: int, key: str) -> list[int]:
    """The lines from `number` on that belong to `key`, which stands in `column`."""
    found = list[int]()
    for at in range(number, len(lines)):
        line = lines[at]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if key == "sequences" and width(line) == column + 2 and _KEY.match(line):
            break  # this one has its place
        if (width(line) == column and _belongs(line, key)) or (found and width(line) > column):
            found.append(at)
        else:
            break
    whole = range(found[0], found[-1] + 1) if found else ()  # with the comments between
    return [at for at in whole if lines[at].strip()]


def _belongs(line: str, key: str) -> bool:
    child = _KEY.match(line)
    if child is None:
        return False
    if key in _INNER:
        return child[1] in _INNER[key]
    block = child[2] in ("", "#", "{" if key == "offers" else "[")
    misspelt = get_close_matches(child[1], _TOP, n=1, cutoff=0.8)
    return block and child[1] not in _TOP and not misspelt


def _moved(
    sheet: Sheet, file: str, above: int, column: int, key: str, children: Sequence[int]
) -> Problem:
    first = children[0]
    child = _KEY.match(sheet.lines[first])
    end = column + len(child[1]) if child else column + 1
    place, block = sheet.place(first, column, end), sheet.place(above, column, column + len(key))
    edits = tuple(sheet.replace(at, 0, 0, "  ") for at in children)
    fix = Fix(uncommented(sheet.lines[first]), edits, safe=True)
    seen = (Related(Place(block.line, block.column, block.end), say("it belongs to this")),)
    given = child[1] if child else ""
    return problem("CR097", file, place, fix=fix, related=seen, given=given, key=key)
