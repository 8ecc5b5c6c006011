"""Which look-up the settings choose; it needs no more than its sender does."""

from pathlib import Path

import pytest

from recovery.connectors import lookups
from recovery.connectors.base import Lookup
from recovery.message import Channel
from recovery.settings import load_settings

KEY = {"RECOVERY_SENDGRID_API_KEY": "SG.x"}
ACCOUNT = {
    "RECOVERY_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "RECOVERY_TWILIO_AUTH_TOKEN": "token",
    "RECOVERY_TWILIO_FROM": "+15005550006",
}


def chosen(folder: Path, environ: dict[str, str]) -> dict[Channel, Lookup]:
    with lookups(load_settings(folder, environ)) as found:
        return found


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ("outbox", "outbox")),
        ({"RECOVERY_EMAIL_SENDER": "sendgrid", **KEY}, ("sendgrid", "outbox")),
        ({"RECOVERY_SMS_SENDER": "twilio", **ACCOUNT}, ("outbox", "twilio")),
    ],
)
def test_whoever_sends_is_asked(
    tmp_path: Path, environ: dict[str, str], names: tuple[str, str]
) -> None:
    asked = chosen(tmp_path, environ)
    assert tuple(one.name for one in asked.values()) == names
    assert [one.channel for one in asked.values()] == list(asked) == [Channel.EMAIL, Channel.SMS]


def test_smtp_keeps_no_records(tmp_path: Path) -> None:
    environ = {"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": "smtp://mail.example"}
    assert list(chosen(tmp_path, environ)) == [Channel.SMS]
