"""`recovery doctor`: what is wrong, the cure, and an exit code for the worst of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from recovery.db import open_engine, writing
from tests.support.cli import answered, recovery

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
