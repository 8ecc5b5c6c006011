"""Items of a list without their dashes: all of them, so that YAML sees one block of keys."""

import re

from recovery.campaign.indentation import width
from recovery.campaign.marks import uncommented
from recovery.campaign.problems import Edit, Fix, Problem, problem
from recovery.campaign.sheet import Sheet

_LIST = re.compile(r" *segments:\s*(?:#.*)?$")
_ITEM = re.compile(r" *segment\s*:")


def dash(sheet: Sheet, file: str, most: int = 500) -> list[Problem]:
    """Write the dashes into `sheet`, where the first segment has none; a problem for each."""
    for number, line in enumerate(sheet.lines):
        if _LIST.match(line):
            rest = range(number + 1, len(sheet.lines))
            first = next((at for at in rest if uncommented(sheet.lines[at]).strip()), number)
            return _dashed(sheet, file, first, most) if _ITEM.match(sheet.lines[first]) else []
    return []


def _dashed(sheet: Sheet, file: str, first: int, most: int) -> list[Problem]:
    column, found, deeper = width(sheet.lines[first]), list[tuple[int, list[Edit]]](), False
    for at in range(first, len(sheet.lines)):
        line = sheet.lines[at]
        if not uncommented(line).strip():
            continue
        begins = width(line) == column and bool(_ITEM.match(line))
        if width(line) < column or line[column:].startswith("- ") or len(found) > most:
            break
        if begins:
            found.append((at, [sheet.replace(at, column, column, "- ")]))
        elif deeper := width(line) == column or (deeper and width(line) > column):
            found[-1][1].append(sheet.replace(at, column, column, "  "))
        deeper = deeper and not begins
    return [_told(sheet, file, at, column, edits) for at, edits in found]


def _told(sheet: Sheet, file: str, at: int, column: int, edits: list[Edit]) -> Problem:
    given = uncommented(sheet.lines[at])[column + 2 :]
    place = sheet.place(at, column + 2, column + 2 + len(given))
    return problem("CR098", file, place, fix=Fix(f"- {given}", tuple(edits)), given=given)
