"""`recovery doctor`: what is wrong, the cure, and an exit code for the worst of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from recovery.db import open_engine, table, writing
from recovery.intake.pauses import Scope, hold
from recovery.models import Breaker
from tests.support.campaigns import a_campaign
from tests.support.cli import answered, recovery
from tests.support.house import House
from tests.support.webhooks import PUBLIC_KEY

SECRET = "top-secret-password"


def findings(project: Path, code: int, **environ: str) -> dict[str, Any]:
    result = recovery("doctor", "--project", project, "--json", **environ)
    assert result.exit_code == code, result.output
    assert SECRET not in result.output
    return {one["what"]: one for one in json.loads(result.stdout)["checks"]}


def test_a_new_project_is_well(project: Path) -> None:
    found = answered("doctor", "--project", project)
    assert found["well"]
    assert not (project / "var").exists()  # looking changes nothing


def test_a_migrated_database_is_well(project: Path, database_url: str) -> None:
    found = findings(project, 0, RECOVERY_DATABASE_URL=database_url)
    assert found["database"]["well"]


def test_an_old_database_names_the_cure(project: Path, database_url: str) -> None:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    found = findings(project, 2, RECOVERY_DATABASE_URL=database_url)
    assert "recovery db upgrade" in found["database"]["cure"]


def test_redis_that_answers_is_well(project: Path, redis_url: str) -> None:
    assert findings(project, 0, RECOVERY_BROKER_URL=redis_url)["broker"]["well"]


@pytest.mark.parametrize(
    ("what", "name", "url"),
    [
        ("broker", "RECOVERY_BROKER_URL", f"redis://:{SECRET}@127.0.0.1:1/0"),
        ("database", "RECOVERY_DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:1/d"),
    ],
)
def test_a_service_that_does_not_answer_is_69(
    project: Path, what: str, name: str, url: str
) -> None:
    found = findings(project, 69, **{name: url})[what]
    assert not found["well"]
    assert name in found["cure"]


def test_a_sender_without_its_key_is_told(project: Path) -> None:
    found = findings(project, 2, RECOVERY_EMAIL_SENDER="sendgrid")
    assert "RECOVERY_SENDGRID_API_KEY" in found["e-mail"]["told"]


def test_an_empty_key_is_named_before_it_signs_anything(project: Path) -> None:
    (project / "var").mkdir()
    (project / "var" / "secret_key").touch()
    found = findings(project, 2)["secret key"]
    assert not found["well"]
    assert "backup" in found["told"]
    (project / "blank").write_text("\n")
    told = findings(project, 2, RECOVERY_ORDERS_SECRET_FILE="blank")["settings"]["told"]
    assert "RECOVERY_ORDERS_SECRET_FILE: blank" in told


def test_the_example_shop_writes_to_no_real_customer(project: Path) -> None:
    real = {"RECOVERY_EMAIL_SENDER": "sendgrid", "RECOVERY_SENDGRID_API_KEY": SECRET}
    told = findings(project, 2, **real)["shop"]["told"]
    for name in ("RECOVERY_SHOP_NAME", "RECOVERY_SHOP_ADDRESS", "RECOVERY_PUBLIC_URL"):
        assert name in told


REAL = {
    "RECOVERY_EMAIL_SENDER": "sendgrid",
    "RECOVERY_SENDGRID_API_KEY": SECRET,
    "RECOVERY_SHOP_NAME": "Tea & Co",
    "RECOVERY_SHOP_URL": "https://tea.example",
    "RECOVERY_SHOP_EMAIL": "hello@tea.example",
    "RECOVERY_SHOP_ADDRESS": "Teestr. 1, Berlin",
    "RECOVERY_SECRET_KEY": SECRET,
    "RECOVERY_PUBLIC_URL": "https://pay.tea.example",
    "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC_KEY,
}


def test_with_real_senders_shut_doors_are_told(project: Path) -> None:
    well = findings(project, 0, **REAL)["doors"]
    assert (well["well"], "RECOVERY_ORDERS_SECRET" in well["cure"]) == (True, True)
    assert not findings(project, 0, **REAL, RECOVERY_ORDERS_SECRET="0rders")["doors"]["cure"]
    plain = REAL | {"RECOVERY_PUBLIC_URL": "http://pay.tea.example"}
    assert "not https" in findings(project, 2, **plain)["doors"]["told"]
    deaf = {name: value for name, value in REAL.items() if "WEBHOOK" not in name}
    told = findings(project, 2, **deaf)["doors"]["told"]
    assert "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY" in told


def test_a_door_that_nobody_needs_is_no_trouble(project: Path) -> None:
    assert "NOTE" not in recovery("doctor", "--project", project).stdout


def test_a_busy_provider_rests_until_it_is_said(small_house: House) -> None:
    row = {"sender": "sms:twilio", "channel": "sms", "since": small_house.now, "reason": "429"}
    with writing(small_house.engine.database) as connection:
        until = {"kind": "busy", "until": datetime(2026, 11, 2, 10, 5, tzinfo=UTC)}
        connection.execute(insert(table(Breaker)).values(row | until))
    found = findings(small_house.project, 69, **small_house.environ)["sending"]
    assert "rests until 2026-11-02 10:05:00 UTC" in found["cure"]
    assert "account" not in found["cure"]


def test_what_is_paused_is_noted_with_its_reason(small_house: House) -> None:
    with writing(small_house.engine.database) as connection:
        hold(connection, Scope.ALL, "", small_house.now, "wrong prices")
    found = findings(small_house.project, 0, **small_house.environ)["sending"]
    assert found["told"] == "everything is paused since 2026-11-02 10:00 UTC: wrong prices"
    shown = recovery("doctor", "--project", small_house.project, **small_house.environ).stdout
    assert "NOTE  sending: everything is paused" in shown
    assert small_house.run().warnings == [found["told"]]


def test_payment_pages_that_no_link_leads_to_are_counted(small_house: House) -> None:
    house = small_house
    house.has(a_campaign())
    house.orders(2, payment_url="https://till.elsewhere.example/1")
    house.an_unpaid_order(payment_url="https://pay.shop.example/2")
    house.run()
    found = findings(house.project, 2, **house.environ)["pay links"]
    assert found["told"].startswith("2 open orders")
    assert "till.elsewhere.example (2)" in found["told"]
    assert "RECOVERY_PAY_HOSTS" in found["cure"]
    allowed = house.environ | {"RECOVERY_PAY_HOSTS": ".elsewhere.example,.shop.example"}
    assert findings(house.project, 0, **allowed)["pay links"]["well"]


def test_wrong_settings_are_a_finding_not_an_accident(project: Path) -> None:
    found = findings(project, 2, RECOVERY_BACTH="5")
    assert "RECOVERY_BATCH" in found["settings"]["told"]


def test_a_broken_campaign_is_65(project: Path) -> None:
    (project / "campaigns" / "broken.yaml").write_text("campaign: [", "utf-8")
    assert "broken.yaml" in findings(project, 65)["campaigns"]["told"]


def test_people_read_the_cure_below_the_trouble(project: Path) -> None:
    shown = recovery(
        "doctor", "--project", project, RECOVERY_BROKER_URL="redis://127.0.0.1:1/0"
    ).stdout.splitlines()
    at = next(number for number, line in enumerate(shown) if line.startswith("WRONG broker"))
    assert "RECOVERY_BROKER_URL" in shown[at + 1]
