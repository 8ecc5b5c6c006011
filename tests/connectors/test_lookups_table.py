"""Which look-up the settings choose; it needs no more than its sender does."""

from pathlib import Path

import pytest

from recovery.connectors import email_lookup, sms_lookup
from recovery.connectors.base import Lookup
from recovery.message import Channel
from recovery.settings import load_settings

KEY = {"RECOVERY_SENDGRID_API_KEY": "SG.x"}
ACCOUNT = {
    "RECOVERY_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "RECOVERY_TWILIO_AUTH_TOKEN": "token",
    "RECOVERY_TWILIO_FROM": "+15005550006",
}


def chosen(folder: Path, environ: dict[str, str]) -> tuple[Lookup | None, Lookup | None]:
    settings = load_settings(folder, environ)
    return email_lookup(settings), sms_lookup(settings)


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
    lookups = [one for one in chosen(tmp_path, environ) if one]
    assert tuple(one.name for one in lookups) == names
    assert [one.channel for one in lookups] == [Channel.EMAIL, Channel.SMS]
    for one in lookups:
        one.close()


def test_smtp_keeps_no_records(tmp_path: Path) -> None:
    environ = {"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": "smtp://mail.example"}
    assert chosen(tmp_path, environ)[0] is None
