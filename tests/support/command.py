"""Runs `recovery …` as a process of its own, as cron would."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.house import House

ROOT = Path(__file__).parents[2]
Process = subprocess.Popen[str]
PATIENCE = 120  # seconds: a loaded machine starts slowly


def environment(house: House, **more: str) -> dict[str, str]:
    """What a command needs to know to work in this house."""
    found = {"PYTHONPATH": str(ROOT), "RECOVERY_PROJECT": str(house.project)}
    return os.environ | found | house.environ | more


def start(house: House, *words: object, alone: bool = False, **more: str) -> Process:
    """Start one command; the caller waits for it. `alone`: in a process group of its own."""
    return start_python(house, "-m", "recovery", *words, alone=alone, **more)


def start_python(house: House, *words: object, alone: bool = False, **more: str) -> Process:
    """Start Python with these words, in the house's project and with its settings."""
    return subprocess.Popen(
        [sys.executable, *(str(word) for word in words)],
        env=environment(house, **more),
        cwd=house.project,
        text=True,
        start_new_session=alone,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def command(house: House, *words: object, **more: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    running = start(house, *words, **more)
    out, err = running.communicate(timeout=PATIENCE)
    return running.returncode, out, err


def ran(house: House, *words: object, code: int = 0, **more: str) -> Any:
    """The JSON document of `recovery run` at the house's time; it must end with `code`."""
    ended, out, err = command(house, "run", "--at", house.now.isoformat(), "--json", *words, **more)
    assert ended == code, (ended, out, err)
    return json.loads(out)
