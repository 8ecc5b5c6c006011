"""`recovery replay`, as a marketer calls it over last month's orders."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import answered, recovery
from tests.support.order_rows import jsonl, row, table_csv

CAMPAIGN = """\
campaign: mine
status: active
trigger: {on: unpaid, after: 2h}
goal: {paid_within: 7d}
segments:
  - {segment: everyone, sequence: two}
sequences:
  two:
    - {step: reminder, after: 0m, email: unpaid-reminder}
    - {step: second, after: 1d, email: unpaid-reminder, if: {not_clicked: reminder}}
limits: {quiet: 22:00-07:00}
"""
DAY = "2026-10-05T"


def order(number: str, placed: str, updated: str | None = None, **fields: Any) -> dict[str, Any]:
    """An unpaid order; paid at `updated`, if that is given."""
    usual = {"failure_code": None, "failure_source": None, "phone": None}
    told = {
        "order_id": number,
        "status": "paid" if updated else "pending",
        "placed_at": placed,
        "updated_at": updated or placed,
        "email": f"{number.lower()}@example.com",
        "customer_id": f"C{number}",
        "name": "王小明",
    }
    return row(**(usual | told | fields))


ROWS = [
    order("A", f"{DAY}08:00:00Z"),
    order("B", f"{DAY}08:00:00Z", "2026-10-05T20:00:00Z"),
    order("C", f"{DAY}08:00:00Z", "2026-10-05T09:00:00Z"),
    order("D", f"{DAY}18:30:00Z", country="JP"),
]


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "campaigns" / "mine.yaml").write_text(CAMPAIGN, "utf-8")
    return project


def told(shop: Path, rows: list[dict[str, Any]], *words: object) -> dict[str, Any]:
    file = shop / "orders.jsonl.gz"
    file.write_bytes(gzip.compress(jsonl(rows)))
    found: dict[str, Any] = answered("replay", "mine", "--orders", file, "--project", shop, *words)
    return found


def test_the_document_counts_what_would_have_gone_out(shop: Path) -> None:
    found = told(shop, ROWS)
    assert found["campaigns"] == ["mine"]
    assert found["orders"] == {
        "read": 4,
        "rejected": 0,
        "known": 4,
        "states": 6,
        "guessed": {"pending": 2},
        "unpaid": 4,
        "enrolled": 3,
    }
    assert found["messages"] == {"email": 4, "sms": 0, "task": 0, "after_files_end": 2}
    assert found["paid"] == {
        "before_entering": 1,
        "before_first_message": 0,
        "anyway_after_a_message": 1,
    }
    assert found["nothing"]["never_entered"] == {"paid_before_its_turn": 1}
    (sequence,) = found["sequences"]
    assert (sequence["enrolled"], sequence["written_to"]) == (3, 3)
    assert sequence["cancelled"] == {"paid": 1}
    assert sequence["skipped"] == {"service_limit": 1}  # Germany: one reminder an order
    assert sequence["put_off"]["quiet_hours"] >= 1


def test_response_is_never_made_up(shop: Path) -> None:
    found = told(shop, ROWS)
    assert found["response"] is None
    assert "in no file" in found["why_no_response"]
    text = json.dumps(found)
    assert not any(word in text for word in ("recovered", "recovery_rate", "lift"))


def test_every_message_is_a_row_for_excel(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    found = told(shop, ROWS, "--messages", file)
    assert found["messages_file"] == str(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    b = [one for one in rows if one["order"] == "B"]
    assert (b[0]["at"], b[0]["at_local"]) == ("2026-10-05T10:00:00Z", "2026-10-05T12:00+02:00")
    assert (b[0]["outcome"], b[0]["paid_anyway_after_hours"]) == ("sent", "10.0")
    assert (b[1]["outcome"], b[1]["reason"]) == ("cancelled", "paid")
    (d,) = (one for one in rows if one["order"] == "D" and one["step"] == "reminder")
    assert (d["at_local"], d["put_off"]) == ("2026-10-06T07:00+09:00", "quiet_hours")


def test_bad_rows_are_refused_and_good_ones_played(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(table_csv([*ROWS, order("E", "yesterday")]), "utf-8")
    done = recovery("replay", "mine", "--orders", file, "--project", shop)
    assert done.exit_code == 1
    assert f"{file}:6 placed_at: 'yesterday' is no ISO 8601 time" in done.output
    assert "4 e-mails, 0 SMS and 0 tasks would have gone out." in done.output


def test_nothing_of_the_project_is_touched(shop: Path) -> None:
    told(shop, ROWS)
    assert not (shop / "var").exists()


def test_the_same_files_give_the_same_bytes(shop: Path) -> None:
    assert told(shop, ROWS) == told(shop, ROWS)


def test_it_speaks_chinese(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(table_csv(ROWS), "utf-8")
    done = recovery("--lang", "zh-CN", "replay", "mine", "--orders", file, "--project", shop)
    assert done.exit_code == 0
    assert "会发出 4 封邮件" in done.stdout
    assert "不给出任何挽回率" in done.stdout


def test_runs_lie_on_a_grid(shop: Path) -> None:
    found = told(shop, [order("A", f"{DAY}08:10:00Z")], "--every", "1h")
    assert (found["every"], found["from"]) == ("1h", "2026-10-05T08:10:00Z")
    assert found["messages"]["email"] == 1
    assert found["runs"] < 8


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("mein",), 2, "did you mean 'mine'?"),
        (("mine", "--every", "0m"), 2, "write a span from 1m to 1d"),
        (("mine", "--every", "2d"), 2, "write a span from 1m to 1d"),
        (("broken",), 65, "broken.yaml"),
    ],
)
def test_what_is_wrong_is_named(shop: Path, words: tuple[str, ...], code: int, said: str) -> None:
    (shop / "campaigns" / "broken.yaml").write_text("campaign: broken\nstatus: activ\n", "utf-8")
    file = shop / "orders.jsonl"
    file.write_bytes(jsonl(ROWS))
    done = recovery("replay", *words, "--orders", file, "--project", shop)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_a_preset_is_played_as_it_would_be_set_to_active(shop: Path) -> None:
    preset = shop / "campaigns" / "_mine.yaml"
    preset.write_text(CAMPAIGN.replace("active", "draft").replace("mine", "theirs"), "utf-8")
    file = shop / "orders.jsonl"
    file.write_bytes(jsonl(ROWS))
    found = answered("replay", "theirs", "--orders", file, "--project", shop)
    assert found["messages"]["email"] == 4
    assert "theirs (draft) is played as if it were active." in found["notes"]


def test_a_file_by_its_path_and_several_at_once(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(CAMPAIGN.replace("mine", "other") + "priority: 90\n", "utf-8")
    file = shop / "orders.jsonl"
    file.write_bytes(jsonl(ROWS))
    found = answered("replay", "mine", other, "--orders", file, "--project", shop)
    assert found["campaigns"] == ["other", "mine"]
    enrolled = {one["campaign"]: one["enrolled"] for one in found["sequences"]}
    assert enrolled == {"other": 3}


def test_an_estimate_is_named_as_one_and_changes_nothing_exact(shop: Path) -> None:
    rows = [order(f"O{n}", f"{DAY}08:00:00Z") for n in range(30)]
    plain, guessed = told(shop, rows), told(shop, rows, "--response", "base")
    estimate = guessed.pop("estimate")
    assert guessed == plain
    reached = sum(one["written_to"] for one in plain["sequences"])  # all but the hold-out
    assert (estimate["scenario"], estimate["orders"], estimate["draws"]) == ("base", reached, 10)
    assert "made-up shoppers of the scenario base" in estimate["about"]
    assert estimate["won"]["low"] <= estimate["won"]["mean"] <= estimate["won"]["high"]
    assert estimate["won"]["mean"] > 0
    assert estimate["lost"]["high"] == 0  # nobody of them would have paid
    assert {one["currency"] for one in estimate["money"]} == {"EUR"}


def test_who_paid_anyway_is_never_won(shop: Path) -> None:
    rows = [order(f"O{n}", f"{DAY}08:00:00Z", "2026-10-08T08:00:00Z") for n in range(30)]
    estimate = told(shop, rows, "--response", "base")["estimate"]
    assert estimate["won"]["high"] == 0
    assert estimate["sooner"]["mean"] > 0


def test_a_market_that_the_scenario_has_not_is_counted(shop: Path) -> None:
    rows = [order("A", f"{DAY}08:00:00Z", country="JP")]
    estimate = told(shop, rows, "--response", "base")["estimate"]
    assert (estimate["orders"], estimate["not_in_the_scenario"]) == (0, 1)


def test_an_estimate_for_people(shop: Path) -> None:
    file = shop / "orders.jsonl"
    file.write_bytes(jsonl(ROWS))
    words = ("replay", "mine", "--orders", file, "--project", shop, "--response")
    assert "Estimate (base)" in recovery(*words, "base").stdout
    assert recovery(*words, "nowhere").exit_code == 2
    assert "is for grading" in recovery(*words, "exam-spring").output
