"""The demo's folder: nothing leads out of it, and nothing that is not the demo's is removed."""

from pathlib import Path

import pytest

from recovery.campaign.loader import CampaignError
from recovery.errors import UsageError
from recovery.settings import load_settings
from recovery.simulate.demo.stage import MARK, set_stage
from tests.conftest import ROOT

ELSEWHERE = {
    "RECOVERY_DATABASE_URL": "postgresql+psycopg://shop:secret-word@db.example/orders",
    "RECOVERY_BROKER_URL": "redis://redis.example:6379/0",
    "RECOVERY_EMAIL_SENDER": "sendgrid",
    "RECOVERY_SENDGRID_API_KEY": "SG.secret-key",
    "RECOVERY_SMS_SENDER": "twilio",
    "RECOVERY_TWILIO_AUTH_TOKEN": "secret-token",
    "RECOVERY_OUTBOX_DIR": "/somewhere/else",
    "RECOVERY_PUBLIC_URL": "https://pay.shop.example",
    "RECOVERY_SECRET_KEY": "secret-of-the-real-shop-0123456789",
    "RECOVERY_SHOP_NAME": 'Zoë\'s "Teas" \\ Co',
    "RECOVERY_COSTS_SMS": "0.01 USD",
    "RECOVERY_VIP_PAID_ORDERS": "3",
}


def test_nothing_leads_out_of_it_whatever_the_environment_names(project: Path) -> None:
    stage = set_stage(load_settings(project, ELSEWHERE))
    folder = project / "var" / "demo"
    assert stage.project == folder
    assert stage.database_url == f"sqlite:///{folder / 'recovery.db'}"
    assert stage.broker_url == "memory://"
    assert (stage.email_sender, stage.sms_sender) == ("outbox", "outbox")
    assert stage.outbox_dir == folder / "outbox"
    assert not stage.reaches_out
    text = (folder / "recovery.toml").read_text("utf-8")
    assert "secret-" not in text
    assert "SG." not in text


def test_the_shop_and_its_costs_come_along(project: Path) -> None:
    stage = set_stage(load_settings(project, ELSEWHERE))
    assert stage.shop.name == ELSEWHERE["RECOVERY_SHOP_NAME"]
    assert stage.costs.sms == "0.01 USD"
    assert stage.vip.paid_orders == 3
    mine = (project / "campaigns" / "unpaid.yaml").read_bytes()
    assert (stage.campaigns_dir / "unpaid.yaml").read_bytes() == mine


def test_the_next_demo_replaces_the_last_and_touches_nothing_else(project: Path) -> None:
    real = project / "var" / "recovery.db"
    real.parent.mkdir()
    real.write_text("the real one")
    left = set_stage(load_settings(project, {})).project / "outbox" / "email" / "1.eml"
    left.parent.mkdir(parents=True)
    left.write_text("from the last demo")
    set_stage(load_settings(project, {}))
    assert not left.exists()
    assert real.read_text() == "the real one"


def test_a_folder_that_no_demo_made_stays(project: Path) -> None:
    mine = project / "var" / "demo" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("three years of work")
    with pytest.raises(UsageError, match="did not make it"):
        set_stage(load_settings(project, {}))
    assert mine.read_text() == "three years of work"


def test_a_link_to_somewhere_else_is_not_followed(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / MARK).touch()
    (project / "var").mkdir()
    (project / "var" / "demo").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="in the way"):
        set_stage(load_settings(project, {}))
    assert (elsewhere / MARK).exists()


def test_a_broken_campaign_is_named_in_its_own_file_and_the_last_demo_stays(project: Path) -> None:
    last = set_stage(load_settings(project, {})).project / "report.html"
    last.write_text("the last report")
    broken = project / "campaigns" / "unpaid.yaml"
    broken.write_text("campaign: unpaid\n")
    with pytest.raises(CampaignError, match=r"unpaid\.yaml:1:1: status"):
        set_stage(load_settings(project, {}))
    assert last.exists()


def test_a_project_without_campaigns_borrows_the_shipped_ones(tmp_path: Path) -> None:
    stage = set_stage(load_settings(tmp_path, {}))
    shipped = {file.name for file in (ROOT / "campaigns").glob("*.yaml")}
    assert {file.name for file in stage.campaigns_dir.glob("*.yaml")} == shipped
    assert stage.templates_dir.is_dir()
