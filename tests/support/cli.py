"""Runs `recovery …` in this process and gives back what a script would see."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from recovery.cli.main import main

ROOT = Path(__file__).parents[2]


def recovery(*words: object, **environ: str) -> Result:
    """Run one command; `environ` is set for it."""
    return CliRunner().invoke(main, [str(word) for word in words], env=environ)


def answered(*words: object, **environ: str) -> Any:
    """The JSON document of a command that must end with 0."""
    result = recovery(*words, "--json", **environ)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
