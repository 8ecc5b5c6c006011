"""A run in the log: start, batches, touches, refusals and numbers, all under the run's id."""

import json
import re
from typing import Any

import pytest

from recovery import telemetry
from recovery.errors import Locked
from recovery.lock import run_lock
from tests.support.campaigns import a_campaign
from tests.support.house import House
from workers.courier import courier_for

Capture = pytest.CaptureFixture[str]


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.parametrize("broker", [None, "memory://"])
def test_a_run_tells_what_it_did_by_run_and_touch(
    broker: str | None, small_house: House, capsys: Capture
) -> None:
    house = small_house
    house.has(a_campaign())
    house.orders(3)
    telemetry.configure("debug", house.engine.settings.secrets(), "json")
    capsys.readouterr()
    result = house.run(courier_for(broker) if broker else None)
    said = capsys.readouterr().err
    told = lines(said)
    assert {line["run"] for line in told} == {result.token}
    assert told[0]["event"] == "run_started"
    assert (told[-1]["event"], told[-1]["sent"], told[-1]["enrolled"]) == ("run_finished", 3, 3)
    ids = [touch["id"] for touch in house.touches()]
    (batch,) = [line for line in told if line["event"] == "batch_claimed"]
    assert batch["touches"] == ids
    assert sorted(line["touch"] for line in told if line["event"] == "touch_sent") == ids
    assert "@" not in said


def test_a_rehearsal_says_so_at_its_end(small_house: House, capsys: Capture) -> None:
    telemetry.configure("info", (), "json")
    small_house.engine.run(dry_run=True)
    small_house.run()
    ends = [one for one in lines(capsys.readouterr().err) if one["event"] == "run_finished"]
    assert [one.get("dry_run") for one in ends] == [True, None]


def test_a_broken_campaign_is_a_warning(small_house: House, capsys: Capture) -> None:
    house = small_house
    (house.folder / "broken.yaml").write_text("campaign: broken\nnonsense: 1\n", "utf-8")
    telemetry.configure("warning", (), "json")
    house.run()
    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["event"]) == ("warning", "campaign_broken")
    assert line["file"].endswith("broken.yaml")
    assert re.search(r"broken\.yaml:\d+:\d+: ", line["first"])


def test_a_sender_that_refuses_is_a_warning(small_house: House, capsys: Capture) -> None:
    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order()
    outbox = house.engine.settings.outbox_dir
    outbox.parent.mkdir(parents=True, exist_ok=True)
    outbox.write_text("a file where a folder should be", "utf-8")
    telemetry.configure("info", (), "json")
    house.run()
    told = lines(capsys.readouterr().err)
    events = {line["event"]: line for line in told}
    assert events["touch_refused"]["touch"] == house.touches()[0]["id"]
    assert events["sender_refused"]["level"] == "warning"


def test_a_run_that_is_kept_out_says_nothing(small_house: House, capsys: Capture) -> None:
    house = small_house
    telemetry.configure("debug", (), "json")
    lock = house.engine.settings.var_dir / "run.lock"
    with run_lock(house.engine.database, lock), pytest.raises(Locked):
        house.run()
    assert capsys.readouterr().err == ""
