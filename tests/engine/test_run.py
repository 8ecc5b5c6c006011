"""`recovery run` as cron sees it: exit codes, the JSON document, reruns, two at once, dry runs."""

import json
from datetime import timedelta
from typing import Any

import pytest

from recovery.errors import SendFailure
from recovery.lock import run_lock
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.command import command, ran
from tests.support.house import House
from tests.support.senders import Scripted, post, refusal

NOTHING = {
    "sent": 0,
    "tasks": 0,
    "skipped": {},
    "snoozed": {},
    "failed": 0,
    "unknown": 0,
    "hinted": 0,
    "released": 0,
}
MANY_WAYS = a_campaign(
    "many",
    holdout="20%",
    sequences={
        "plain": [
            "{step: mail, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 0m, sms: unpaid-reminder}",
            "{step: gift, after: 0m, email: last-call, offer: gift}",
            "{step: call, after: 0m, task: call-customer}",
            "{step: later, after: 1d, email: unpaid-reminder}",
        ]
    },
    offers="{gift: {kind: percent, percent: 10%, valid: 72h, budget: 50 EUR per month}}",
    limits="{min_gap: 0m, per_customer: 2 per week}",
)


def a_busy_shop(house: House) -> None:
    """Orders for which everything happens: sent, skipped, put off, handed over, held out."""
    house.has(MANY_WAYS)
    for number in range(24):
        consent = ("transactional", "marketing", "none")[number % 3]
        house.an_unpaid_order(
            email_consent=consent, sms_consent=consent, phone=f"+49 30 90182{number:02}"
        )


def counted(result: Any) -> dict[str, Any]:
    """A payload without what differs between any two runs."""
    apart = ("run_id", "seconds", "dry_run")
    return {key: value for key, value in json.loads(json.dumps(result, default=str)).items()
            if key not in apart}  # fmt: skip


def test_the_document_has_what_the_contract_says(small_house: House):
    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order()
    house.an_unpaid_order(email_consent="none")
    document = ran(house)
    assert document["at"] == "2026-11-02T10:00:00Z"
    assert document["enrolled"] == {"winback": {"plain": 2}}
    assert document["touches"] == NOTHING | {"sent": 1, "skipped": {"no_consent": 1}}
    assert {"recovered": 0, "cancelled": 0}.items() <= document["settled"].items()
    assert document["imported"]["inserted"] == 2
    assert isinstance(document["run_id"], str)
    assert isinstance(document["seconds"], float)
    house.clock.advance(timedelta(hours=1))
    house.pays("A-1001")
    house.tells("A-1002", "cancelled")
    document = ran(house)
    assert {"recovered": 1, "cancelled": 1}.items() <= document["settled"].items()
    assert document["imported"]["updated"] == 2
    assert document["touches"] == NOTHING


def test_a_second_run_at_the_same_moment_does_nothing(house: House):
    a_busy_shop(house)
    first = house.run().payload()
    assert first["touches"]["sent"] > 0
    before = house.dump()
    second = house.run().payload()
    assert second["touches"] == NOTHING
    assert second["enrolled"] == {}
    assert second["imported"] == {}
    settled = second["settled"]
    assert (settled["recovered"], settled["cancelled"]) == (0, 0)
    after = house.dump()
    del before["runs"], after["runs"]
    assert after == before


def test_a_dry_run_prints_the_same_numbers_and_changes_nothing(house: House):
    a_busy_shop(house)
    before = house.dump()
    rehearsed = house.run(dry_run=True).payload()
    assert rehearsed["dry_run"] is True
    assert house.dump() == before
    assert house.messages() == []
    done = house.run().payload()
    assert counted(rehearsed) == counted(done)
    assert done["touches"]["sent"] > 0
    assert done["touches"]["tasks"] > 0
    assert set(done["touches"]["skipped"]) >= {"no_consent", "too_late_after_customer_cap"}


def test_what_was_settled_since_the_last_run_is_counted_once(house: House):
    house.has(a_campaign())
    orders = [house.an_unpaid_order() for _ in range(4)]
    house.run()
    house.clock.advance(timedelta(hours=1))
    house.pays(orders[0])
    house.pays(orders[1])
    house.tells(orders[2], "expired")
    settled = house.run().payload()["settled"]
    assert (settled["recovered"], settled["cancelled"]) == (2, 1)
    assert house.run().payload()["settled"]["recovered"] == 0
    house.clock.advance(timedelta(days=7))
    assert house.run().payload()["settled"]["exhausted"] == 1


def test_nothing_due_is_no_failure(small_house: House):
    document = ran(small_house)
    assert (document["enrolled"], document["touches"]) == ({}, NOTHING)


def test_a_second_run_at_once_ends_with_75_and_does_nothing(house: House):
    house.has(a_campaign())
    house.an_unpaid_order()
    before = house.dump()
    at = ("--at", house.now.isoformat())
    with run_lock(house.engine.database, house.engine.settings.var_dir / "run.lock"):
        code, out, err = command(house, "run", *at, "--json")
    assert code == 75
    assert json.loads(out)["error"]["exit_code"] == 75
    assert "nothing was done" in err
    assert house.dump() == before
    assert ran(house)["touches"]["sent"] == 1


def test_messages_that_failed_end_with_1(small_house: House):
    """An outbox that can't be written is a sender that refuses every message."""
    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order()
    blocked = house.project / "a-file"
    blocked.write_text("not a folder")
    document = ran(house, code=1, RECOVERY_OUTBOX_DIR=str(blocked / "outbox"))
    assert document["refused"]
    assert house.states() == {"reminder": "planned account"}


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(SendFailure.PERMANENT, 1), (SendFailure.UNKNOWN, 1), (SendFailure.TEMPORARY, 0)],
)
def test_which_failures_count(small_house: House, kind: SendFailure, exit_code: int):
    from recovery.cli.run import _exit

    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order()
    house.engine.senders = post(Scripted(Channel.EMAIL, refusal(kind)))
    assert int(_exit(house.run())) == exit_code


def test_a_wrong_campaign_ends_with_65_and_the_others_run(small_house: House):
    house = small_house
    house.has(a_campaign(), a_campaign("other"))
    (house.folder / "other.yaml").write_text("campaign: other\nstatus: actve\n", "utf-8")
    house.an_unpaid_order()
    document = ran(house, code=65)
    assert document["touches"]["sent"] == 1
    assert "other.yaml" in document["problems"][0]


def test_a_wrong_template_ends_with_65(small_house: House):
    house = small_house
    house.has(a_campaign())
    house.an_unpaid_order(country="US")
    file = house.engine.settings.templates_dir / "unpaid-reminder" / "en" / "letter.txt"
    file.write_text(file.read_text("utf-8") + "{{ nothing_like_it }}", "utf-8")
    document = ran(house, code=65)
    assert document["touches"]["snoozed"] == {"template_error": 1}


def test_a_wrong_option_or_setting_ends_with_2(small_house: House):
    assert command(small_house, "run", "--at", "tomorrow")[0] == 2
    code, _, err = command(small_house, "run", RECOVERY_BATCHES="5")
    assert code == 2
    assert "RECOVERY_BATCH" in err


def test_a_database_that_does_not_answer_ends_with_69(small_house: House):
    nobody = "postgresql://nobody@127.0.0.1:1/none"
    code, out, _ = command(small_house, "run", "--json", RECOVERY_DATABASE_URL=nobody)
    assert code == 69
    assert json.loads(out)["error"]["exit_code"] == 69


def test_a_new_database_is_made_on_the_way(project, tmp_path):
    house = House(project, f"sqlite:///{tmp_path / 'fresh' / 'new.db'}")
    assert command(house, "run", "--json")[0] == 0
    assert len(house.dump()["runs"]) == 1
    house.engine.close()
