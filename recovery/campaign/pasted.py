"""Lines that other programs leave in a file: marks of a merge, fences around a pasted text.

They are told once and left out in memory, so that the campaign itself is read.
"""

import re
from collections.abc import Iterator

from recovery.campaign.problems import NOTHING, Edit, Fix, Place, Problem, Related, problem
from recovery.campaign.sheet import Sheet
from recovery.i18n import Text, say

_FENCE = re.compile(r"(```+|~~~+)[ \t]*[\w-]*[ \t]*$")
_MERGE = {"<": "<<<<<<<", "|": "|||||||", "=": "=======", ">": ">>>>>>>"}


def cut(sheet: Sheet, file: str) -> list[Problem]:
    """Empty the lines that belong to no campaign; one problem for each paste or merge."""
    fences = [number for number, line in enumerate(sheet.lines) if _FENCE.match(line)]
    fenced = [_fenced(sheet, file, fences)] if fences else []
    return fenced + [_merge(sheet, file, *lines) for lines in list(_merges(sheet.lines))]


def _fenced(sheet: Sheet, file: str, lines: list[int]) -> Problem:
    given, marks = sheet.lines[lines[0]].strip(), [_whole(sheet, line) for line in lines]
    edits = tuple(_emptied(sheet, line) for line in lines)
    why, cure = say("a mark of Markdown"), say("delete the line")
    return _told(file, marks, given, why, cure, Fix("", edits, safe=True))


def _merges(lines: list[str]) -> Iterator[tuple[list[int], list[int]]]:
    """The marks of each merge, and the lines of all its versions but the first."""
    marks, others = list[int](), list[int]()
    for number, line in enumerate(lines):
        sign = next((sign for sign, mark in _MERGE.items() if _is_mark(line, mark)), "")
        if sign == "<" and not marks:
            marks, others = [number], []
        elif sign and marks:
            marks.append(number)
        elif len(marks) > 1:
            others.append(number)
        if sign == ">" and marks:
            yield marks, others
            marks = []


def _is_mark(line: str, mark: str) -> bool:
    return line.startswith(mark) and line[len(mark) : len(mark) + 1] in ("", " ")


def _merge(sheet: Sheet, file: str, marks: list[int], others: list[int]) -> Problem:
    given, places = sheet.lines[marks[0]].strip(), [_whole(sheet, line) for line in marks]
    for line in (*marks, *others):
        _emptied(sheet, line)
    cure = say("keep one of the two versions, and delete the other and the marks")
    return _told(file, places, given, say("the mark of a merge that nobody finished"), cure, None)


def _told(
    file: str, marks: list[Place], given: str, why: Text, cure: Text, fix: Fix | None
) -> Problem:
    more = tuple(Related(mark, NOTHING) for mark in marks[1:])
    return problem(
        "CR094", file, marks[0], fix=fix, related=more, given=given, problem=why, cure=cure
    )


def _whole(sheet: Sheet, line: int) -> Place:
    return sheet.place(line, 0, len(sheet.lines[line]))


def _emptied(sheet: Sheet, line: int) -> Edit:
    return sheet.replace(line, 0, len(sheet.lines[line]), "")
