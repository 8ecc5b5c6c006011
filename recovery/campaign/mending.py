"""Safe fixes applied to a file: only where one thing alone can be meant, and nothing else moves."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from recovery.campaign.problems import CampaignError, Edit, Problem, Severity
from recovery.campaign.text import decoded

_ROUNDS = 30
_END = re.compile(r"(\r\n|\r|\n)")
Check = Callable[[str], Sequence[Problem]]
_Key = tuple[str, int, int]  # code, line, column


class Mended(NamedTuple):
    """The bytes of a file after its safe fixes, and the problems that are gone."""

    raw: bytes
    done: tuple[Problem, ...]


def mended(raw: bytes, file: str, check: Check) -> Mended:
    """Apply the safe fixes of `raw` until there are none; `check` finds the problems of a text.

    A fix that leaves its own mistake in the file, or makes mistakes no fewer, is not written; the
    others are. Comments and
    line ends stay. Whatever is written again is UTF-8 without a byte order mark.
    """
    before, problems = raw, _problems(raw, file, check)
    done, stuck, seen = list[Problem](), set[_Key](), {raw}
    for _ in range(_ROUNDS):
        chosen = _apart([one for one in problems if _safe(one) and _key(one) not in stuck])
        if not chosen:
            break
        after = _applied(raw, file, chosen)
        left = _problems(after, file, check)
        vain = _vain(chosen, problems, left)
        if not vain and not _better(problems, left):
            vain = {_key(one) for one in chosen if not _helps(one, raw, file, problems, check)}
            vain = vain or {_key(one) for one in chosen[1:] or chosen}  # together they do harm
        if vain:
            stuck |= vain
        elif after in seen:
            break
        else:
            raw, problems, done, stuck = after, left, done + chosen, set()
            seen.add(after)
    still = {(one.code, one.line) for one in problems}
    gone = tuple(one for one in done if (one.code, one.line) not in still)
    return Mended(raw, gone) if gone else Mended(before, ())


def _better(before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    """Whether a fix has made mistakes fewer; of very many only the first are counted."""
    if any(one.code == "CR099" for one in before):
        return True
    return _count(after) < _count(before)


def _count(problems: Sequence[Problem]) -> tuple[int, int]:
    errors = sum(one.severity is Severity.ERROR for one in problems)
    return errors, len(problems) - errors


def _helps(one: Problem, raw: bytes, file: str, before: Sequence[Problem], check: Check) -> bool:
    """Whether a fix by itself does any good."""
    return _better(before, _problems(_applied(raw, file, [one]), file, check))


def _safe(one: Problem) -> bool:
    return bool(one.fix and one.fix.safe)


def _key(one: Problem) -> _Key:
    return one.code, one.line, one.column


def _vain(
    chosen: Sequence[Problem], before: Sequence[Problem], after: Sequence[Problem]
) -> set[_Key]:
    """The fixes after which their line has as many mistakes of this kind as before."""
    had = Counter((one.code, one.line) for one in before)
    has = Counter((one.code, one.line) for one in after)
    return {_key(one) for one in chosen if has[one.code, one.line] >= had[one.code, one.line]}


def _problems(raw: bytes, file: str, check: Check) -> list[Problem]:
    try:
        text, found = decoded(raw, file)
    except CampaignError as error:
        return error.problems
    return [*found, *check(text)]


def _apart(problems: list[Problem]) -> list[Problem]:
    """Fixes that touch one another wait for the next round."""
    chosen: list[Problem] = []
    taken: set[tuple[int, int]] = set()
    for one in problems:
        edits = one.fix.edits if one.fix else ()
        cells = {
            (edit.place.line, column)
            for edit in edits
            for column in range(edit.place.column, max(edit.place.end, edit.place.column + 1))
        }
        if not cells & taken:
            chosen.append(one)
            taken |= cells
    return chosen


def _applied(raw: bytes, file: str, problems: Sequence[Problem]) -> bytes:
    text, _ = decoded(raw, file)
    parts = _END.split(text)  # lines at even places, their ends between
    edits = [edit for one in problems if one.fix for edit in one.fix.edits]
    for edit in sorted(edits, key=lambda edit: (edit.place.line, edit.place.column), reverse=True):
        at = 2 * (edit.place.line - 1)
        parts[at] = _edited(parts[at], edit)
    return "".join(parts).encode()


def _edited(line: str, edit: Edit) -> str:
    start, end = edit.place.column - 1, max(edit.place.end, edit.place.column) - 1
    return line[:start] + edit.text + line[end:]
