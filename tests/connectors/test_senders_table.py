"""Which sender the settings choose, and what they are told when something is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from recovery.connectors import email_sender, sms_sender
from recovery.errors import UsageError
from recovery.message import Channel
from recovery.settings import Settings, load_settings

TWILIO = {
    "RECOVERY_SMS_SENDER": "twilio",
    "RECOVERY_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "RECOVERY_TWILIO_AUTH_TOKEN": "token",
    "RECOVERY_TWILIO_FROM": "+15005550006",
}


def settings(folder: Path, **environ: str) -> Settings:
    return load_settings(folder, environ)


def test_the_outbox_is_the_default(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    senders = [email_sender(chosen), sms_sender(chosen)]
    assert [sender.name for sender in senders] == ["outbox", "outbox"]
    assert [sender.channel for sender in senders] == [Channel.EMAIL, Channel.SMS]


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"RECOVERY_EMAIL_SENDER": "sendgrid", "RECOVERY_SENDGRID_API_KEY": "SG.x"}, "sendgrid"),
        ({"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": "smtp://mail.example"}, "smtp"),
    ],
)
def test_settings_choose_the_email_sender(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    sender = email_sender(settings(tmp_path, **environ))
    assert (sender.name, sender.leaves_this_machine) == (name, True)


def test_settings_choose_the_sms_sender(tmp_path: Path) -> None:
    sender = sms_sender(settings(tmp_path, **TWILIO))
    assert (sender.name, sender.leaves_this_machine) == ("twilio", True)


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"RECOVERY_EMAIL_SENDER": "sendgrid"}, "RECOVERY_SENDGRID_API_KEY"),
        ({"RECOVERY_EMAIL_SENDER": "smtp"}, "RECOVERY_SMTP_URL"),
    ],
)
def test_a_missing_setting_is_named_with_a_cure(
    tmp_path: Path, environ: dict[str, str], missing: str
) -> None:
    with pytest.raises(UsageError, match=f"{missing}: set it, or RECOVERY_EMAIL_SENDER=outbox"):
        email_sender(settings(tmp_path, **environ))


def test_twilio_needs_something_to_send_from(tmp_path: Path) -> None:
    without = {name: value for name, value in TWILIO.items() if not name.endswith("FROM")}
    with pytest.raises(UsageError, match="MESSAGING_SERVICE_SID or RECOVERY_TWILIO_FROM"):
        sms_sender(settings(tmp_path, **without))


def test_the_outbox_loads_no_providers_package() -> None:
    code = (
        "import sys, recovery.connectors, recovery.connectors.outbox.send as _;"
        "print(sorted({'sendgrid', 'twilio', 'requests', 'smtplib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
