"""Outside parties, one folder each, and the tables that find one by its name.

A sender's module, and its provider's package, is imported only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recovery.connectors.base import Lookup, Sender
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.message import Channel

if TYPE_CHECKING:
    from recovery.settings import Settings

    Factory = Callable[[Settings], Sender]
    LookupFactory = Callable[[Settings], Lookup]


def email_sender(settings: Settings) -> Sender:
    """Return the sender that RECOVERY_EMAIL_SENDER names; UsageError says what it lacks."""
    return _sender("RECOVERY_EMAIL_SENDER", settings.email_sender, EMAIL, settings)


def sms_sender(settings: Settings) -> Sender:
    """Return the sender that RECOVERY_SMS_SENDER names; UsageError says what it lacks."""
    return _sender("RECOVERY_SMS_SENDER", settings.sms_sender, SMS, settings)


@contextmanager
def lookups(settings: Settings) -> Iterator[dict[Channel, Lookup]]:
    """What can ask each channel's provider for its records, where somebody can be asked."""
    chosen = {
        Channel.EMAIL: EMAIL_LOOKUPS.get(settings.email_sender),
        Channel.SMS: SMS_LOOKUPS.get(settings.sms_sender),
    }
    able = {channel: make(settings) for channel, make in chosen.items() if make is not None}
    try:
        yield able
    finally:
        for lookup in able.values():
            lookup.close()


def _sender(setting: str, name: str, known: Mapping[str, Factory], settings: Settings) -> Sender:
    if factory := known.get(name):
        return factory(settings)
    raise UsageError(
        say(
            "{setting}={name}: no such sender; choose one of {known}",
            setting=setting,
            name=name,
            known=", ".join(known),
        )
    )


def _email_outbox(settings: Settings) -> Sender:
    from recovery.connectors.outbox.send import Outbox

    return Outbox(settings.outbox_dir, Channel.EMAIL)


def _sms_outbox(settings: Settings) -> Sender:
    from recovery.connectors.outbox.send import Outbox

    twilio = settings.twilio
    shown = twilio.from_ or twilio.messaging_service_sid or settings.shop.name
    return Outbox(settings.outbox_dir, Channel.SMS, sms_from=shown)


def _email_files(settings: Settings) -> Lookup:
    from recovery.connectors.outbox.lookup import OutboxLookup

    return OutboxLookup(settings.outbox_dir, Channel.EMAIL)


def _sms_files(settings: Settings) -> Lookup:
    from recovery.connectors.outbox.lookup import OutboxLookup

    return OutboxLookup(settings.outbox_dir, Channel.SMS)


def _sendgrid(settings: Settings) -> Sender:
    from recovery.connectors.sendgrid.send import SendGrid

    return SendGrid(_sendgrid_key(settings), settings.sendgrid.base_url)


def _sendgrid_records(settings: Settings) -> Lookup:
    from recovery.connectors.sendgrid.lookup import SendGridLookup

    return SendGridLookup(_sendgrid_key(settings), settings.sendgrid.base_url)


def _sendgrid_key(settings: Settings) -> str:
    key = settings.sendgrid.api_key.get_secret_value() if settings.sendgrid.api_key else ""
    _needs("RECOVERY_EMAIL_SENDER", "sendgrid", {"RECOVERY_SENDGRID_API_KEY": key})
    return key


def _smtp(settings: Settings) -> Sender:
    url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    _needs("RECOVERY_EMAIL_SENDER", "smtp", {"RECOVERY_SMTP_URL": url})
    from recovery.connectors.smtp.send import Smtp

    return Smtp(url)


def _twilio(settings: Settings) -> Sender:
    twilio = settings.twilio
    service, from_ = twilio.messaging_service_sid, twilio.from_
    origin = {"RECOVERY_TWILIO_MESSAGING_SERVICE_SID or RECOVERY_TWILIO_FROM": service or from_}
    sid, token = _twilio_account(settings, origin)
    from recovery.connectors.twilio.send import Twilio

    return Twilio(
        sid,
        token,
        settings.public_url,
        messaging_service_sid=service,
        from_=from_,
        base_url=twilio.base_url,
    )


def _twilio_records(settings: Settings) -> Lookup:
    sid, token = _twilio_account(settings, {})
    from recovery.connectors.twilio.lookup import TwilioLookup

    return TwilioLookup(sid, token, base_url=settings.twilio.base_url)


def _twilio_account(settings: Settings, more: Mapping[str, str | None]) -> tuple[str, str]:
    sid = settings.twilio.account_sid or ""
    token = settings.twilio.auth_token.get_secret_value() if settings.twilio.auth_token else ""
    needed = {"RECOVERY_TWILIO_ACCOUNT_SID": sid, "RECOVERY_TWILIO_AUTH_TOKEN": token}
    _needs("RECOVERY_SMS_SENDER", "twilio", {**needed, **more})
    return sid, token


def _needs(setting: str, name: str, values: Mapping[str, str | None]) -> None:
    if missing := [variable for variable, value in values.items() if not value]:
        cure = f"set it, or {setting}=outbox to write files instead of sending"
        raise UsageError(
            say(
                "{setting}={name} needs {missing}: {cure}",
                setting=setting,
                name=name,
                missing=" and ".join(missing),
                cure=cure,
            )
        )


EMAIL: Mapping[str, Factory] = {"outbox": _email_outbox, "sendgrid": _sendgrid, "smtp": _smtp}
SMS: Mapping[str, Factory] = {"outbox": _sms_outbox, "twilio": _twilio}
# SMTP servers keep no records that we could ask for.
EMAIL_LOOKUPS: Mapping[str, LookupFactory] = {
    "outbox": _email_files,
    "sendgrid": _sendgrid_records,
}
SMS_LOOKUPS: Mapping[str, LookupFactory] = {"outbox": _sms_files, "twilio": _twilio_records}
