"""The tours of README and quickstart, command by command: they print what they show."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import recovery
from tests.support.pages import ROOT, blocks

TOURS = ("README.md", "docs/quickstart.md")


def steps(page: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a tour, each with the output that the page shows."""
    for kind, text in blocks(page):
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
                command, _, output = part.partition("\n")
                yield command, _lines(output)


def _lines(output: str) -> list[str]:
    """Lines with something on them; hard spaces, which nobody sees on a page, are spaces."""
    plain = re.sub("[\u00a0\u202f]", " ", output)
    return [line.strip() for line in plain.splitlines() if line.strip()]


@pytest.mark.parametrize("page", TOURS)
def test_the_tour_prints_what_the_page_shows(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for command, shown in steps(page):
        told = _lines(_done(command, monkeypatch))
        assert re.fullmatch(_pattern(shown), "".join(f"{line}\n" for line in told)), (
            f"{page}: $ {command}\nshown:\n{chr(10).join(shown)}\ntold:\n{chr(10).join(told)}"
        )


def _done(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if command.startswith("cd "):
        monkeypatch.chdir(command.removeprefix("cd "))
        return ""
    if command.startswith("recovery "):
        result = recovery(*shlex.split(command)[1:])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result.stdout
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _pattern(shown: list[str]) -> str:
    """`…` alone on a line stands for any lines, inside a line for anything in it."""
    pattern = ""
    for line in shown:
        if line == "…":
            pattern += r"(?:.*\n)*?"
        else:
            exact = re.escape(line).replace("…", "[^\n]*")
            pattern += re.sub(r"Run\\ [0-9a-f]{12}", r"Run\\ [0-9a-f]{12}", exact) + r"\n"
    return pattern
