"""`recovery suppress` as a marketer uses it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from recovery.cli.main import main
from tests.support.cli import answered, recovery

AT = ("--at", "2026-11-22T09:00:00Z")


@pytest.fixture(autouse=True)
def a_project(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()


def test_addresses_are_told_apart_and_refused_by_name(tmp_path: Path) -> None:
    where = ("--project", tmp_path, *AT)
    added = recovery("suppress", "add", "Kim@Example.com", "+49 30 901820", "nope", *where)
    assert added.exit_code == 1
    assert "2 added" in added.stdout
    assert "word 3: 'nope'" in added.stdout
    listed = answered("suppress", "list", *where)["suppressions"]
    assert {(one["channel"], one["address"], one["reason"]) for one in listed} == {
        ("email", "kim@example.com", "operator"),
        ("sms", "+4930901820", "operator"),
    }
    assert answered("suppress", "add", "kim@example.com", *where) == {
        "read": 1,
        "emails": 1,
        "phones": 0,
        "added": 0,
        "known": 1,
        "closed_touches": 0,
        "rejected": 0,
        "rejects": [],
    }


def test_an_address_of_the_wrong_channel_is_refused(tmp_path: Path) -> None:
    where = ("--channel", "sms", "--project", tmp_path)
    refused = recovery("suppress", "add", "kim@example.com", *where)
    assert refused.exit_code == 1
    assert "no address for sms" in refused.stdout
    assert recovery("suppress", "remove", "kim@example.com", *where).exit_code == 2


def test_removing_tells_whether_it_was_there(tmp_path: Path) -> None:
    where = ("--project", tmp_path, *AT)
    answered("suppress", "add", "kim@example.com", *where)
    words = ("suppress", "remove", "KIM@example.com", "--note", "signed up again", *where)
    assert answered(*words)["removed"] is True
    assert answered(*words)["removed"] is False
    assert answered("suppress", "list", *where) == {"suppressions": []}
    assert "empty" in recovery("suppress", "list", *where).stdout


@pytest.mark.parametrize("note", [(), ("--note", ""), ("--note", "  ")])
def test_nothing_is_lifted_without_a_note(tmp_path: Path, note: tuple[str, ...]) -> None:
    where = ("--project", tmp_path, *AT)
    answered("suppress", "add", "kim@example.com", *where)
    refused = recovery("suppress", "remove", "kim@example.com", *note, *where)
    assert refused.exit_code == 2
    assert "--note" in refused.stderr
    assert len(answered("suppress", "list", *where)["suppressions"]) == 1
    answered("suppress", "remove", "kim@example.com", "--note", "ticket 4711", *where)
    evidence = answered("customers", "export", "kim@example.com", *where)["consents"]
    assert evidence[-1]["evidence"] == "ticket 4711"


@pytest.mark.parametrize(
    "text",
    [
        "kim@example.com\n+4930901820\nnot an address\n\nSam@Example.com\n",
        "\ufeffname,email\nK,kim@example.com\nX,+4930901820\nY,not an address\nS,sam@example.com\n",
        "Email;since\nkim@example.com;2020\n+4930901820;2021\nnot an address;\nSAM@example.com;\n",
    ],
)
def test_an_existing_list_comes_in_from_lines_or_csv(tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text(text, "utf-8")
    where = ("--project", tmp_path, "--reason", "old-system", *AT)
    first = recovery("suppress", "import", file, *where)
    assert first.exit_code == 1
    assert "3 added" in first.stdout
    assert "'not an address'" in first.stdout
    again = recovery("suppress", "import", file, *where)
    assert "0 added, 3 were on the list already" in again.stdout
    found = ("suppress", "list", "--reason", "old-system", "--channel", "email")
    listed = answered(*found, "--project", tmp_path)["suppressions"]
    assert sorted(one["address"] for one in listed) == ["kim@example.com", "sam@example.com"]


def test_a_row_with_both_addresses_loses_neither(tmp_path: Path) -> None:
    file = tmp_path / "optouts.csv"
    file.write_text("name,email,phone\nK,kim@example.com,0049 30 901820\nX,,\nS,sam@x,\n", "utf-8")
    told = recovery("suppress", "import", file, "--project", tmp_path, "--json", *AT)
    assert told.exit_code == 1
    answer = json.loads(told.stdout)
    assert (answer["emails"], answer["phones"], answer["added"]) == (1, 1, 2)
    assert [one["line"] for one in answer["rejects"]] == [3, 4]
    listed = answered("suppress", "list", "--project", tmp_path)["suppressions"]
    assert {one["address"] for one in listed} == {"kim@example.com", "+4930901820"}


def test_only_one_kind_is_taken_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "optouts.csv"
    file.write_text("email,phone\nkim@example.com,+4930901820\nsam@example.com,\n", "utf-8")
    where = ("--channel", "sms", "--project", tmp_path, *AT)
    told = recovery("suppress", "import", file, *where)
    assert told.exit_code == 1  # line 3 has no number
    assert "0 e-mail addresses, 1 phone number: 1 added" in told.stdout
    assert "line 3: 'sam@example.com' is no address for sms" in told.stdout


def test_a_list_comes_in_from_standard_input(tmp_path: Path) -> None:
    words = ["suppress", "import", "-", "--project", str(tmp_path), "--json"]
    told = CliRunner().invoke(main, words, input="# opt-outs\nKim <kim@example.com>\n")
    assert (told.exit_code, json.loads(told.stdout)["emails"]) == (0, 1)


def test_a_list_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("müller@example.com\n".encode("latin-1"))
    refused = recovery("suppress", "import", file, "--project", tmp_path)
    assert refused.exit_code == 1
    assert "UTF-8" in refused.stderr
