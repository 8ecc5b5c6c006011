"""`recovery serve` as a process of its own, on the wall clock and any free port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.cli import ROOT


@contextmanager
def serving(project: Path, *words: str, **environ: str) -> Iterator[tuple[Any, Any]]:
    """The running process, and what it said when it began."""
    command = [sys.executable, "-m", "recovery", "serve", "--port", "0", "--json", *words]
    process = subprocess.Popen(
        [*command, "--project", str(project)],
        cwd=ROOT,
        env=os.environ | {"RECOVERY_LOG_LEVEL": "info"} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = ""
        for line in lines:
            said += line
            if line == "}\n":
                break
        assert said, process.communicate()[1]
        yield process, json.loads(said)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(url: str, path: str) -> tuple[int, str]:
    line = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()
