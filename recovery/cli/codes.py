"""`recovery codes`: what each code of a problem means, with an example, wrong and right."""

import os
import re
from gettext import NullTranslations
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.problems.codes import Row


@click.command("codes")
@click.argument("codes", nargs=-1, metavar="[CODE]…")
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@click.option("--page", is_flag=True, help="Print them as the page docs/codes.md.")
@verb(at=False)
def command(desk: Desk, *, codes: tuple[str, ...], lang: str | None, page: bool) -> None:
    """Explain the codes of `recovery check`: what is wrong, why it matters, how it is right.

    Without CODE all of them are listed.
    """
    from recovery.i18n import language, words

    spoken = language(lang, os.environ)
    speak = words(spoken)
    rows = {code: _row(code) for code in codes} or dict(_all())
    if page:
        click.echo(page_of(rows, spoken, speak), nl=False)
        return
    whole = bool(codes)
    desk.show(
        {"codes": [payload(code, row, speak) for code, row in rows.items()]},
        lambda console: _tell(rows, console, speak, whole=whole),
    )


def _all() -> "dict[str, Row]":
    from recovery.problems.codes import CODES

    return CODES


def _row(code: str) -> "Row":
    from recovery.campaign.vocabulary import guess

    known = _all()
    if code.upper() not in known:
        raise UsageError(
            say("there is no code {code}; {guess}", code=code, guess=guess(code, known))
        )
    return known[code.upper()]


def payload(code: str, row: "Row", speak: NullTranslations) -> dict[str, Any]:
    """One code for programs; the marks around what is wrong are left out."""
    from recovery.problems.samples import sampled

    code = code.upper()
    return {
        "code": code,
        "severity": str(row.severity),
        "message": sampled(code, row.message, speak),
        "help": sampled(code, row.help, speak),
        "why": speak.gettext(row.why),
        "file": row.file,
        "wrong": row.wrong.replace("«", "").replace("»", "") or None,
        "right": row.right or None,
    }


def page_of(rows: "dict[str, Row]", lang: str, speak: NullTranslations) -> str:
    """All of `rows` as a page in Markdown."""
    from recovery.cli.diagnosis import TITLES
    from recovery.problems.samples import sampled

    other = ("zh-CN/codes.md", "../codes.md")[lang != "en"]
    here, there = ("**English**", f"[简体中文]({other})")
    if lang != "en":
        here, there = f"[English]({other})", "**简体中文**"
    intro = speak.gettext(
        "Each problem that `recovery check` names has a code. `recovery codes CR030` says the same "
        "at the terminal, `recovery check --fix` writes what can be mended in one way only."
    )
    parts = [f"# {speak.gettext('Codes of recovery check')}\n\n{here} · {there}\n\n{intro}\n"]
    for code, row in rows.items():
        title = speak.gettext(TITLES[row.severity])
        told = [f"## {code}", f"**{title}**: {_as_code(sampled(code, row.message, speak))}"]
        told += [f"{speak.gettext('help')}: {_as_code(sampled(code, row.help, speak))}"]
        told += [speak.gettext(row.why)] if row.why else []
        if row.wrong:
            told.append(_fenced(speak.gettext("wrong"), underlined(row.wrong)))
        if row.right:
            told.append(_fenced(speak.gettext("right"), underlined(row.right)))
        parts.append("\n\n".join(told) + "\n")
    return "\n".join(parts)


def _as_code(text: str) -> str:
    """`text` as code in Markdown, between more back quotes than it has in a row."""
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (1 + max(map(len, re.findall("`+", text))))
    return f"{fence} {text} {fence}"


def _fenced(title: str, text: str) -> str:
    lines = "\n".join(line.removeprefix("    ") for line in text.split("\n"))
    return f"{title}:\n\n```text\n{lines}\n```"


def _tell(
    rows: "dict[str, Row]", console: "Console", speak: NullTranslations, *, whole: bool
) -> None:
    from recovery.cli.diagnosis import TITLES
    from recovery.problems.samples import sampled

    for code, row in rows.items():
        title, code = speak.gettext(TITLES[row.severity]), code.upper()
        console.print(f"{title}[{code}] {sampled(code, row.message, speak)}", soft_wrap=True)
        if whole:
            cure = sampled(code, row.help, speak)
            console.print(f"= {speak.gettext('help')}: {cure}", soft_wrap=True)
            console.print(f"\n{speak.gettext(row.why)}\n")
            for name, text in (
                (speak.gettext("wrong"), row.wrong),
                (speak.gettext("right"), row.right),
            ):
                if text:
                    console.print(f"{name}:\n\n{underlined(text)}\n", soft_wrap=True)


def underlined(text: str) -> str:
    """An example, indented, with carets under what stood between « and »."""
    from recovery.campaign.cells import cells, shown

    lines = []
    for line in text.split("\n"):
        before, opened, rest = line.partition("«")
        marked, _, after = rest.partition("»")
        lines.append(f"    {shown(before + marked + after)}")
        if opened:
            carets = "^" * max(1, cells(shown(marked)))
            lines.append(f"    {' ' * cells(shown(before))}{carets}")
    return "\n".join(lines)
