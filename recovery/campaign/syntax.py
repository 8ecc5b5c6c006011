"""YAML, asked again and again: what it stops at is named, mended in memory, and it goes on.

YAML stops at the first mistake. After a mend it is asked again, so that what lies behind is told
as well; where nobody can say what was meant, the last problem says that more may follow.
"""

import yaml

from recovery.campaign.diagnoses import LOOKS
from recovery.campaign.marks import uncommented
from recovery.campaign.problems import Fix, Place, Problem, Related, problem
from recovery.campaign.sheet import Sheet
from recovery.campaign.stops import Found, Stopped
from recovery.campaign.tabs import LOADER, readable
from recovery.campaign.words import LONG
from recovery.i18n import say

ROUNDS = 25
_PATIENCE = 2_000_000  # signs that are read again and again, at most


def compose(
    sheet: Sheet, file: str, rounds: int = ROUNDS
) -> tuple[yaml.Node | None, list[Problem]]:
    """Return the root of `sheet` and what had to be mended for it; no root when that ends.

    YAML is asked `rounds` times at most, fewer when the text is long.
    """
    problems: list[Problem] = []
    reached = (-1, 0)
    for _ in range(min(rounds, 3 + _PATIENCE // (len(sheet.text) + 1))):
        try:
            return yaml.compose(readable(sheet.text), LOADER), problems
        except yaml.MarkedYAMLError as error:
            stopped = _stopped(error, sheet)
        except yaml.YAMLError as error:  # a sign that no text may hold: the reader knows no line
            why = say("YAML says: {words}", words=str(getattr(error, "reason", error)))
            return None, [*problems, problem("CR006", file, Place(1, 1, 2), problem=why)]
        found = _diagnosed(stopped)
        if (found.line, found.start) <= reached:
            return None, problems  # our own mend may be to blame
        problems.append(_told(found, stopped.sheet, file))
        if not found.edits:
            return None, problems
        reached = (found.line, found.start)
    last = problems[-1]
    more = problem("CR099", file, Place(last.line, last.column, last.end), count=len(problems))
    return None, [*problems, more]


def composes(sheet: Sheet) -> bool:
    """Whether YAML can read `sheet` from end to end."""
    try:
        return yaml.compose(readable(sheet.text), LOADER) is not None
    except yaml.YAMLError:
        return False


def _told(found: Found, sheet: Sheet, file: str) -> Problem:
    place = sheet.place(found.line, found.start, found.end)
    related = tuple(
        Related(sheet.place(line, start, end), label) for line, start, end, label in found.also
    )
    written = [sheet.replace(*edit) for edit in found.edits]
    edits = sorted(written, key=lambda edit: (edit.place.line, edit.place.column))
    fix = None
    if edits and found.fixes:
        line = uncommented(sheet.lines[found.line])
        shown = line if found.code == "CR004" else line.strip()
        fix = Fix(shown, tuple(edits), found.safe)
    return problem(found.code, file, place, fix=fix, related=related, **found.parameters)


def _stopped(error: yaml.MarkedYAMLError, sheet: Sheet) -> Stopped:
    last = len(sheet.lines) - 1
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    line, column = (line, column) if line <= last else (last, len(sheet.lines[last]))
    begun = error.context_mark
    return Stopped(
        str(error.problem or error),
        str(error.context or ""),
        line,
        min(column, len(sheet.lines[line])),
        (begun.line, begun.column) if begun and begun.line <= last else None,
        sheet,
    )


def _diagnosed(at: Stopped) -> Found:
    looks = LOOKS if len(at.text) <= LONG else LOOKS[-1:]
    return next(found for look in looks for found in look(at))
