"""`recovery tasks` as an agent of the customer service uses it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recovery.cli.main import main
from recovery.db import open_engine, writing
from recovery.migrations import prepare
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.ledger import Ledger

AT = "2026-11-01T19:00:00Z"  # hour 10 of the ledger
Recovery = Callable[..., Result]


@pytest.fixture
def tasks(tmp_path: Path) -> list[int]:
    """A project with three tasks: 100 EUR, 90 USD, and 1000 EUR that is due tomorrow."""
    engine = open_engine(f"sqlite:///{tmp_path / 'var' / 'recovery.db'}")
    prepare(engine)
    made = []
    with writing(engine) as connection:
        ledger = Ledger(connection)
        for amount, currency, due in ((10_000, "EUR", 1), (9_000, "USD", 1), (100_000, "EUR", 30)):
            order = ledger.order(amount_minor=amount, currency=currency)
            enrolment = ledger.enrolment(order)
            touch = ledger.touch(enrolment, channel="task")
            made.append(ledger.task(enrolment, touch, order, due=due))
    engine.dispose()
    return made


@pytest.fixture
def recovery(tmp_path: Path) -> Recovery:
    def run(*words: object) -> Result:
        args = [str(word) for word in words]
        return CliRunner().invoke(main, [*args, "--project", str(tmp_path), "--at", AT])

    return run


def test_the_list_is_for_people_and_for_scripts(recovery: Recovery, tasks: list[int]) -> None:
    told = recovery("tasks", "list")
    assert told.exit_code == 0, told.output
    assert "+4930901820" in told.stdout
    assert "2 × Teapot" in told.stdout
    listed = json.loads(recovery("tasks", "list", "--json").stdout)["tasks"]
    assert [task["id"] for task in listed] == tasks[:2]
    assert [task["amount"] for task in listed] == ["100.00", "90.00"]
    everything = json.loads(recovery("tasks", "list", "--all", "--json").stdout)["tasks"]
    assert [task["id"] for task in everything] == [tasks[2], tasks[0], tasks[1]]


def test_a_second_claim_ends_with_1_and_names_the_first(
    recovery: Recovery, tasks: list[int]
) -> None:
    first = recovery("tasks", "claim", tasks[0], "--as", "Anna", "--json")
    assert (first.exit_code, json.loads(first.stdout)["claimed_by"]) == (0, "Anna")
    second = recovery("tasks", "claim", tasks[0], "--as", "Ben")
    assert second.exit_code == 1
    assert f"Anna has task {tasks[0]}" in second.stderr
    assert recovery("tasks", "claim", tasks[0], "--as", "Anna", "--release").exit_code == 0
    assert recovery("tasks", "claim", tasks[0], "--as", "Ben").exit_code == 0


def test_closing_keeps_outcome_and_note(recovery: Recovery, tasks: list[int]) -> None:
    words = ("tasks", "close", tasks[0], "--outcome", "promised", "--note", "pays on Friday")
    closed = json.loads(recovery(*words, "--json").stdout)
    assert (closed["state"], closed["outcome"], closed["note"]) == (
        "closed",
        "promised",
        "pays on Friday",
    )
    assert recovery(*words).exit_code == 1
    left = json.loads(recovery("tasks", "list", "--json").stdout)["tasks"]
    assert [task["id"] for task in left] == [tasks[1]]


def test_wrong_words_are_usage_errors(recovery: Recovery, tasks: list[int]) -> None:
    assert recovery("tasks", "claim", 404, "--as", "Anna").exit_code == 2
    assert recovery("tasks", "claim", tasks[0]).exit_code == 2
    assert recovery("tasks", "close", tasks[0], "--outcome", "maybe").exit_code == 2


def test_a_task_is_shown_in_a_language_that_it_is_written_in(small_house: House) -> None:
    house = small_house
    steps = {"plain": ["{step: call, after: 0m, task: call-customer, to: service}"]}
    house.has(a_campaign(sequences=steps))
    house.an_unpaid_order(phone="+4930901820")
    house.run()
    where = ("--project", house.project, "--at", house.now.isoformat())

    def shown(*words: str) -> Result:
        told = ["tasks", "show", "1", *words, *map(str, where)]
        return CliRunner().invoke(main, told, env=house.environ)

    english, chinese = shown(), shown("--lang", "zh-CN")
    assert (english.exit_code, chinese.exit_code) == (0, 0), english.output
    assert english.stdout != chinese.stdout
    assert "Monday 2 November" in shown("--lang", "en-GB").stdout
    assert shown("--lang", "zh").stdout == chinese.stdout
    unknown = shown("--lang", "xx")
    assert unknown.exit_code == 2
    assert "'xx'" in unknown.stderr
    assert "en, zh-CN" in unknown.stderr


def test_nothing_to_do_is_said_in_words(recovery: Recovery, tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    told = recovery("tasks", "list")
    assert (told.exit_code, told.stdout.strip()) == (0, "Nothing to do.")


def test_a_folder_that_is_no_project_is_not_an_empty_one(
    recovery: Recovery, tmp_path: Path
) -> None:
    told = recovery("tasks", "list")
    assert told.exit_code == 2
    assert "is no project" in told.stderr
    assert not (tmp_path / "var").exists()
