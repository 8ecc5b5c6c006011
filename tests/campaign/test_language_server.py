"""The real YAML language server says of our files what `recovery check` says."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from shutil import copytree

import pytest

from recovery.cli.schema import write_schemas
from recovery.examination import examine
from recovery.settings import load_settings
from tests.support.language_server import LanguageServer, installed

ROOT = Path(__file__).parents[2]
NUMBERS = count(1)
SHIPPED = sorted(file.name for file in (ROOT / "campaigns").glob("*.yaml"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for part in ("campaigns", "templates"):
        copytree(ROOT / part, folder / part)
    write_schemas(load_settings(folder, {}))
    return folder


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[LanguageServer]:
    try:
        program = installed()
    except LookupError as why:
        pytest.skip(f"the YAML language server is not at hand: {why}")
    with LanguageServer(program, project) as running:
        yield running


@pytest.mark.parametrize("name", SHIPPED)
def test_no_false_alarm(server: LanguageServer, project: Path, name: str) -> None:
    assert server.problems(project / "campaigns" / name) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("status: active", "status: live", "draft"),
        ("priority: 20", "prioriti: 20", "prioriti"),
        ("after: 1h,", "after: 1,", "string"),
        ("after: 20h", "after: 20 hrs", "A duration: 30m, 20h"),
        ("from: 80 USD", "from: $80", "An amount: 50 USD"),
        ("email: last-call", "email: last-cal", "last-call"),
        ("market: [US, CA", "market: [UK, CA", "GB"),
        ("plain: 50%", "plain: 0.5", "string"),
        ("kind: free_shipping", "kind: percent", "percent"),
        ("sms: payment-failed", "sms: payment-failed\n      task: call-customer", "only one must"),
    ],
)
def test_the_same_verdict_as_the_check(
    server: LanguageServer, project: Path, before: str, after: str, said: str
) -> None:
    text = (project / "campaigns/card-declined.yaml").read_text("utf-8")
    assert before in text
    broken = project / "campaigns" / f"broken-{next(NUMBERS)}.yaml"
    broken.write_text(text.replace(before, after), "utf-8")
    found, checked = server.problems(broken), examine(load_settings(project, {}), [broken]).errors
    assert any(said in one for one in found), found
    lines = {int(one.partition(":")[0]) for one in found}
    assert lines & {one.line for one in checked}, (found, checked)


def test_templates_are_offered(server: LanguageServer, project: Path) -> None:
    file = project / "campaigns/offered.yaml"
    text = (project / "campaigns/card-declined.yaml").read_text("utf-8")
    file.write_text(text.replace("email: last-call", "email: "), "utf-8")
    server.problems(file)
    lines = file.read_text("utf-8").split("\n")
    line = next(number for number, one in enumerate(lines, 1) if one.strip() == "email:")
    offered = server.completions(file, line, len(lines[line - 1]) + 1)
    assert "last-call" in offered
    assert "call-customer" not in offered, "it has no words for an e-mail"
