"""Outside parties, one folder each, and the table that finds a sender by its name.

A sender's module, and its provider's package, is imported only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from recovery.connectors.base import Lookup, Sender
from recovery.errors import UsageError
from recovery.message import Channel

if TYPE_CHECKING:
    from recovery.settings import Settings

    Factory = Callable[[Settings], Sender]


def email_sender(settings: Settings) -> Sender:
    """Return the sender that RECOVERY_EMAIL_SENDER names; UsageError says what it lacks."""
    return _sender("RECOVERY_EMAIL_SENDER", settings.email_sender, EMAIL, settings)


def sms_sender(settings: Settings) -> Sender:
    """Return the sender that RECOVERY_SMS_SENDER names; UsageError says what it lacks."""
    return _sender("RECOVERY_SMS_SENDER", settings.sms_sender, SMS, settings)


def email_lookup(settings: Settings) -> Lookup | None:
    """Return what can ask the e-mail provider for its records; None where nobody can."""
    return None


def sms_lookup(settings: Settings) -> Lookup | None:
    """Return what can ask the SMS provider for its records; None where nobody can."""
    return None


def _sender(setting: str, name: str, known: Mapping[str, Factory], settings: Settings) -> Sender:
    if factory := known.get(name):
        return factory(settings)
    raise UsageError(f"{setting}={name}: no such sender; choose one of {', '.join(known)}")


def _email_outbox(settings: Settings) -> Sender:
    from recovery.connectors.outbox.send import Outbox

    return Outbox(settings.outbox_dir, Channel.EMAIL)


def _sms_outbox(settings: Settings) -> Sender:
    from recovery.connectors.outbox.send import Outbox

    twilio = settings.twilio
    shown = twilio.from_ or twilio.messaging_service_sid or settings.shop.name
    return Outbox(settings.outbox_dir, Channel.SMS, sms_from=shown)


def _sendgrid(settings: Settings) -> Sender:
    sendgrid = settings.sendgrid
    key = sendgrid.api_key.get_secret_value() if sendgrid.api_key else ""
    _needs("RECOVERY_EMAIL_SENDER", "sendgrid", {"RECOVERY_SENDGRID_API_KEY": key})
    from recovery.connectors.sendgrid.send import SendGrid

    return SendGrid(key, sendgrid.base_url)


def _smtp(settings: Settings) -> Sender:
    url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    _needs("RECOVERY_EMAIL_SENDER", "smtp", {"RECOVERY_SMTP_URL": url})
    from recovery.connectors.smtp.send import Smtp

    return Smtp(url)


def _twilio(settings: Settings) -> Sender:
    twilio = settings.twilio
    sid, service, from_ = twilio.account_sid, twilio.messaging_service_sid, twilio.from_
    token = twilio.auth_token.get_secret_value() if twilio.auth_token else ""
    needed = {
        "RECOVERY_TWILIO_ACCOUNT_SID": sid,
        "RECOVERY_TWILIO_AUTH_TOKEN": token,
        "RECOVERY_TWILIO_MESSAGING_SERVICE_SID or RECOVERY_TWILIO_FROM": service or from_,
    }
    _needs("RECOVERY_SMS_SENDER", "twilio", needed)
    from recovery.connectors.twilio.send import Twilio

    return Twilio(
        sid or "",
        token,
        settings.public_url,
        messaging_service_sid=service,
        from_=from_,
        base_url=twilio.base_url,
    )


def _needs(setting: str, name: str, values: Mapping[str, str | None]) -> None:
    if missing := [variable for variable, value in values.items() if not value]:
        cure = f"set it, or {setting}=outbox to write files instead of sending"
        raise UsageError(f"{setting}={name} needs {' and '.join(missing)}: {cure}")


EMAIL: Mapping[str, Factory] = {"outbox": _email_outbox, "sendgrid": _sendgrid, "smtp": _smtp}
SMS: Mapping[str, Factory] = {"outbox": _sms_outbox, "twilio": _twilio}
