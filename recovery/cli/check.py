"""`recovery check`: mistakes in campaigns and templates, before a customer sees them."""

import json
import os
from collections.abc import Sequence
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.cli.diagnosis import Lines
    from recovery.examination import Examination
    from recovery.problems import Problem
    from recovery.settings import Settings


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]…")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="For people, for programs, as annotations on GitHub, or as a SARIF 2.1.0 log.",
)
@click.option("--fix", is_flag=True, help="Write the fixes that can mean one thing only.")
@click.option("--strict", is_flag=True, help="Warnings and notes count as errors, too.")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=False)
def command(
    desk: Desk, *, files: tuple[Path, ...], form: str, fix: bool, strict: bool, lang: str | None
) -> Exit:
    """Look for mistakes in campaigns and templates: where, what is wrong, how to mend it.

    Without FILE everything in campaigns/ and templates/ is checked. Nothing is sent, and nothing
    is changed without --fix. `recovery codes CR030` explains a code.
    """
    from recovery.examination import examine
    from recovery.i18n import language, words

    speak = words(language(lang, os.environ))
    if fix:
        _mend(desk.settings, files, speak)
    found = examine(desk.settings, files)
    if desk.as_json:
        desk.show(payload(found, speak), lambda console: None)
    else:
        _show(found, form, desk, files, speak)
    return Exit.DATA if (found.problems if strict else found.errors) else Exit.DONE


def payload(found: "Examination", speak: NullTranslations) -> dict[str, object]:
    """The answer to --json: what was looked at, and every problem."""
    return {
        "campaigns": [one.campaign.campaign for one in found.campaigns],
        "templates": list(found.templates),
        "problems": [one.payload(speak) for one in found.problems],
    }


def lines_below(project: Path) -> "Lines":
    """Reads the files that problems name, each once; what can't be read has no lines."""

    @cache
    def lines(file: str) -> Sequence[str]:
        from recovery.campaign.problems import CampaignError
        from recovery.campaign.text import normalised, read_source

        try:
            return normalised(read_source(project / file)[0]).split("\n")
        except CampaignError:
            return ()

    return lines


def _show(
    found: "Examination", form: str, desk: Desk, files: Sequence[Path], speak: NullTranslations
) -> None:
    from recovery.cli import formats

    project = desk.settings.project
    if form == "text":
        mendable = _mendable(found, desk.settings, files)
        _tell(found, desk.console, lines_below(project), speak, mendable=mendable)
    elif form == "github":
        click.echo(formats.github(found.problems, project, speak), nl=False)
    else:
        told: object = [one.payload(speak) for one in found.problems]
        if form == "sarif":
            told = formats.sarif(found.problems, project, speak)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _tell(
    found: "Examination",
    console: "Console",
    lines: "Lines",
    speak: NullTranslations,
    *,
    mendable: bool,
) -> None:
    from recovery.cli.diagnosis import diagnosis

    for problem in found.problems:
        console.print(diagnosis(problem, lines, speak), soft_wrap=True)
    console.print(_summary(found, speak), soft_wrap=True)
    if mendable:
        console.print(speak.gettext("Some of it can be mended by itself: recovery check --fix"))


def _summary(found: "Examination", speak: NullTranslations) -> str:
    from recovery.problems import Severity

    files, templates = len(found.files), len(found.templates)
    looked = (
        speak.ngettext("{count} campaign", "{count} campaigns", files).format(count=files),
        speak.ngettext("{count} template", "{count} templates", templates).format(count=templates),
    )
    count = {one: sum(p.severity is one for p in found.problems) for one in Severity}
    errors, warnings, notes = (count[one] for one in Severity)
    told = [
        speak.ngettext("{count} error", "{count} errors", errors).format(count=errors),
        speak.ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings),
        speak.ngettext("{count} note", "{count} notes", notes).format(count=notes),
    ]
    wrong = speak.gettext(", ").join(
        text for text, number in zip(told, (errors, warnings, notes), strict=True) if number
    )
    return speak.gettext("Checked {campaigns} and {templates}: {told}.").format(
        campaigns=looked[0], templates=looked[1], told=wrong or speak.gettext("no mistakes")
    )


def _mendable(found: "Examination", settings: "Settings", files: Sequence[Path]) -> bool:
    """Whether --fix would write anything: it is tried in memory."""
    from recovery.examination import campaigns_among, rules_among
    from recovery.mending import mendable
    from recovery.programme import spoken
    from recovery.template.catalog import Catalog

    named = {one.file for one in found.problems if one.fix and one.fix.safe}
    if not named:
        return False
    templates = spoken(Catalog(settings.templates_dir))
    chosen = [*campaigns_among(settings, files), *rules_among(settings, files)]
    return any(mendable(path, templates) for path, file in chosen if file in named)


def _mend(settings: "Settings", files: Sequence[Path], speak: NullTranslations) -> None:
    """Write the safe fixes, and say on standard error what was done."""
    from recovery.examination import campaigns_among, rules_among
    from recovery.mending import mend_file
    from recovery.programme import spoken
    from recovery.template.catalog import Catalog

    templates = spoken(Catalog(settings.templates_dir))
    for path, file in (*campaigns_among(settings, files), *rules_among(settings, files)):
        for problem in mend_file(path, templates):
            click.echo(_mended(file, problem, speak), err=True)


def _mended(file: str, problem: "Problem", speak: NullTranslations) -> str:
    """What was mended, and what was written in place of a value."""
    told = speak.gettext("mended {file}:{line}: {message} [{code}]")
    message = problem.message_in(speak)
    line = told.format(file=file, line=problem.line, message=message, code=problem.code)
    given, fix = problem.parameters.get("given"), problem.fix
    if not isinstance(given, str) or fix is None or len(fix.edits) != 1 or not fix.edits[0].text:
        return line
    return f"{line}: {given} -> {fix.edits[0].text}"
