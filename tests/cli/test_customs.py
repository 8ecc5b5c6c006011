"""The doctor on markets: your own rules, and a sender that some markets refuse."""

from pathlib import Path

import pytest

from recovery.cli.customs import customs
from recovery.errors import Exit
from recovery.settings import Settings, load_settings


def settings_of(project: Path, own: str = "", **environ: str) -> Settings:
    if own:
        (project / "markets").mkdir()
        (project / "markets" / "DE.yaml").write_text(own, "utf-8")
    return load_settings(project, environ)


def test_shipped_rules_are_well(tmp_path: Path):
    found = customs(settings_of(tmp_path))
    assert (found.well, found.told) == (True, "0 with rules of your own, none loosened")


def test_what_you_loosen_is_said_each_time(tmp_path: Path):
    own = "market: DE\nby: Kim\nreason: asked\nlimits: {service_messages: 2, sms: 1}\n"
    found = customs(settings_of(tmp_path, own))
    assert found.well
    assert found.told.endswith("on your own responsibility: DE limits.service_messages")


def test_rules_with_a_mistake_are_not_well(tmp_path: Path):
    found = customs(settings_of(tmp_path, "market: DE\n"))
    assert (found.well, found.code) == (False, Exit.DATA)
    assert found.told.startswith("2 mistakes in your own rules, the first: markets/DE.yaml:1:1")


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ("TeaShop", "SMS from the name TeaShop do not arrive in BR, CA, KR, MX, MY, US"),
        ("+15005550006", "0 with rules of your own"),
    ],
)
def test_a_name_as_sender_is_refused_in_some_markets(tmp_path: Path, sender: str, told: str):
    given = {"RECOVERY_SMS_SENDER": "twilio", "RECOVERY_TWILIO_FROM": sender}
    assert customs(settings_of(tmp_path, **given)).told.startswith(told)
