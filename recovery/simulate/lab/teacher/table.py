"""The marks as a table for Excel: UTF-8 with a byte order mark, so that Chinese stays whole."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from recovery.i18n import mark, words
from recovery.simulate.lab.teacher.grading import Graded

BOM = "\ufeff"
# A cell that begins so would be calculated, not shown (OWASP, CSV injection); the wide signs of
# Chinese keyboards count as the plain ones in some spreadsheets.
_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = (mark("rank"), mark("id"), mark("name"), mark("mark"))


def write_csv(graded: Graded, file: Path, lang: str) -> None:
    """Write the table to `file`."""
    file.write_bytes(table(graded, lang).encode("utf-8"))


def table(graded: Graded, lang: str) -> str:
    """The table as text, its byte order mark included."""
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    for row in _rows(graded, lang):
        writer.writerow([guarded(cell) for cell in row])
    return BOM + sheet.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet calculates."""
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell


def _rows(graded: Graded, lang: str) -> Iterator[list[str]]:
    language = words(lang)
    exercises = graded.classroom.exercises
    titles = [language.gettext(one) for one in _COLUMNS]
    each = language.gettext(mark("exercise {number}"))
    score, why = language.gettext(mark("score {number}")), language.gettext(mark("why {number}"))
    for number in exercises:
        titles += [one.format(number=number) for one in (each, score, why)]
    yield titles
    for line in graded.lines:
        row = [str(line.rank), line.trainee.id, line.trainee.name, str(line.total)]
        for one in line.marks:
            points = "" if one.score is None else str(one.score)
            row += [str(one.value), points, " | ".join(one.told(lang))]
        yield row
