"""Problems for other programs: a list in JSON, annotations on GitHub, a log in SARIF 2.1.0."""

import os
from collections.abc import Sequence
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from urllib.parse import quote

from recovery import __version__
from recovery.i18n import fill
from recovery.problems import Place, Problem, Severity
from recovery.problems.codes import CODES

_HOME = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def github(problems: Sequence[Problem], project: Path, language: NullTranslations) -> str:
    """One workflow command a problem; files are named from the root of the checkout."""
    return "".join(_command(one, project, language) for one in problems)


def _command(problem: Problem, project: Path, language: NullTranslations) -> str:
    word = "notice" if problem.severity is Severity.NOTE else str(problem.severity)
    values = {
        "file": _from_checkout(problem.file, project),
        "line": max(problem.line, 1),
        "endLine": max(problem.end_line or problem.line, 1),
        "col": max(problem.column, 1),
        "endColumn": max(problem.end, problem.column, 1),
        "title": problem.code,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in values.items())
    told = "; ".join(filter(None, (problem.message_in(language), problem.help_in(language))))
    return f"::{word} {properties}::{_data(told)}\n"


def _from_checkout(file: str, project: Path) -> str:
    root, here = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()), (project / file).resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else file


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(problems: Sequence[Problem], project: Path, language: NullTranslations) -> dict[str, Any]:
    """One run with its rules; columns count Unicode signs, files lie below PROJECT."""
    used = sorted({one.code for one in problems})
    return {
        "$schema": _HOME,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "recovery",
                        "semanticVersion": __version__,
                        "rules": [_rule(code, language) for code in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"PROJECT": {"uri": project.resolve().as_uri() + "/"}},
                "results": [_result(one, used.index(one.code), language) for one in problems],
            }
        ],
    }


def _rule(code: str, language: NullTranslations) -> dict[str, Any]:
    row = CODES[code]
    told = language.gettext(row.why)
    return {
        "id": code,
        "shortDescription": {"text": told},
        "fullDescription": {"text": told},
        "help": {"text": f"recovery codes {code}"},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
    }


def _result(problem: Problem, rule: int, language: NullTranslations) -> dict[str, Any]:
    told = "; ".join(filter(None, (problem.message_in(language), problem.help_in(language))))
    place = Place(problem.line, problem.column, problem.end, problem.end_line)
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": told},
        "locations": [_location(problem.file, place)],
    }
    if problem.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": fill(one.label, language)}}
            | _location(one.file or problem.file, one.place)
            for number, one in enumerate(problem.related)
        ]
    if problem.fix and problem.fix.edits:
        result["fixes"] = [_fix(problem)]
    return result


def _fix(problem: Problem) -> dict[str, Any]:
    edits = problem.fix.edits if problem.fix else ()
    return {
        "artifactChanges": [
            {
                "artifactLocation": _artifact(problem.file),
                "replacements": [
                    {
                        "deletedRegion": _region(edit.place),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in edits
                ],
            }
        ]
    }


def _location(file: str, place: Place) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": _region(place)}}


def _artifact(file: str) -> dict[str, str]:
    path = Path(file)
    return (
        {"uri": path.as_uri()}
        if path.is_absolute()
        else {"uri": quote(file), "uriBaseId": "PROJECT"}
    )


def _region(place: Place) -> dict[str, int]:
    """Line 0, the file as a whole, is its first sign: a region has no line 0."""
    return {
        "startLine": max(place.line, 1),
        "startColumn": max(place.column, 1),
        "endLine": max(place.end_line or place.line, 1),
        "endColumn": max(place.end, place.column, 1),
    }
