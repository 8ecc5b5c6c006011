"""The command: quick help, no heavy imports, errors in words, in JSON and in exit codes."""

import json
import subprocess
import sys

import pytest

from recovery.cli.main import VERBS, main
from tests.support.cli import ROOT, recovery

HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "jinja2", "babel", "redis", "dramatiq", "rich"}


def loaded_by(words: str) -> set[str]:
    """The packages that a fresh interpreter has imported when `recovery <words>` ends."""
    code = (
        "import sys\n"
        "from recovery.cli.main import main\n"
        "try:\n"
        f"    main({words.split()!r})\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["--help", "--version", "run --help", "check --help"])
def test_help_imports_nothing_heavy(words: str) -> None:
    assert loaded_by(words) & HEAVY == set()


def test_help_shows_every_verb_with_a_sentence() -> None:
    shown = recovery("--help").stdout
    for name, sentence in VERBS.items():
        assert name in shown
        assert sentence.endswith(".")


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_explains_itself(name: str) -> None:
    result = recovery(name, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.stdout


def test_no_verb_at_all_shows_the_way() -> None:
    result = recovery()
    assert result.exit_code == 2
    assert "recovery demo" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum"], "did you mean 'run'?"),
        (["check", "--jsn"], "No such option"),
        (["check", "no/such/file.yaml"], "does not exist"),
        (["init"], "Missing argument"),
    ],
)
def test_a_wrong_call_is_2_with_the_reason_also_in_json(words: list[str], said: str) -> None:
    plain = recovery(*words)
    assert plain.exit_code == 2
    assert said in plain.stderr
    assert plain.stdout == ""
    document = json.loads(recovery(*words, "--json").stdout)
    assert said in document["error"]["message"]
    assert document["error"]["exit_code"] == 2


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "recovery", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.startswith("recovery, version ")
    assert main.name == "main"
