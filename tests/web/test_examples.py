"""The examples of docs/http.md, as they stand there, against a real `recovery serve`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.support.cli import ROOT
from tests.support.serve_process import get, serving

PAGE = (ROOT / "docs" / "http.md").read_text("utf-8")
SECRET = "the shop and we know it"
TAKEN = {"read": 1, "inserted": 1, "updated": 0, "unchanged": 0, "stale": 0, "rejected": 0}


def blocks(language: str) -> list[str]:
    """The examples in `language`, in the order of the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


@pytest.fixture
def url(project: Path) -> Iterator[str]:
    with serving(project, RECOVERY_ORDERS_SECRET=SECRET) as (_, said):
        yield said["serving"]


def run(url: str, words: list[str], text: str) -> str:
    """Standard output of an example; only the port is another one."""
    assert "http://127.0.0.1:8000" in text
    done = subprocess.run(
        words,
        input=text.replace("http://127.0.0.1:8000", url),
        env=os.environ | {"RECOVERY_ORDERS_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not (which("curl") and which("openssl")), reason="needs curl and openssl")
def test_the_example_for_a_shell_is_taken(url: str) -> None:
    (example,) = (block for block in blocks("sh") if "curl" in block)
    assert json.loads(run(url, ["bash", "-eu"], example)).items() >= TAKEN.items()


def test_the_example_for_python_is_taken(url: str) -> None:
    (example,) = blocks("python")
    assert json.loads(run(url, [sys.executable, "-"], example)).items() >= TAKEN.items()


def test_the_refusal_on_the_page_is_the_one_that_comes(url: str) -> None:
    (example,) = blocks("python")
    (refusal,) = (block for block in blocks("json") if "rejects" in block)
    good, bad = "json.dumps([order])", "json.dumps([order | {'order_id': 'A-1'}, order | wrong])"
    wrong = example.replace("body =", "wrong = {'amount': '-1.00'}\nbody =").replace(good, bad)
    code, _, told = run(url, [sys.executable, "-"], wrong).partition(" ")
    assert code == "422"
    answer = json.loads(told)
    answer.pop("warnings", None)  # of the wall clock: the example's day may be far ahead
    assert answer == json.loads(refusal)


def test_health_has_the_fields_on_the_page(url: str) -> None:
    (example,) = (block for block in blocks("json") if "oldest_due_seconds" in block)
    status, told = get(url, "/healthz")
    assert status == 200
    assert json.loads(told).keys() == json.loads(example).keys()


def test_the_command_on_the_page_is_one(project: Path) -> None:
    (example,) = (block for block in blocks("sh") if "recovery serve" in block)
    assert example == "recovery serve --port 8000\n"
    with serving(project) as (_, said):
        assert get(said["serving"], "/")[0] == 404
