"""Small errands to the fake providers: hand messages in, and ask whose a signature is."""

from contextlib import closing
from urllib.parse import parse_qsl

from sendgrid.helpers.eventwebhook import EventWebhook
from twilio.request_validator import RequestValidator

from recovery.connectors.sendgrid.send import SendGrid
from recovery.connectors.twilio.send import Twilio
from tests.support.desks import ACCOUNT_SID, API_KEY, AUTH_TOKEN, SERVICE_SID
from tests.support.messages import an_email, an_sms
from tests.support.webhooks import PUBLIC_KEY, SENDGRID_PATH, Hook

PUBLIC = "https://pay.shop.example"


def email_sender(url: str) -> SendGrid:
    """An impatient sender."""
    return SendGrid(API_KEY, url, read_seconds=0.2)


def sms_sender(url: str) -> Twilio:
    """An impatient sender."""
    return Twilio(
        ACCOUNT_SID,
        AUTH_TOKEN,
        PUBLIC,
        messaging_service_sid=SERVICE_SID,
        base_url=url,
        read_seconds=0.2,
    )


def send(url: str, *touches: int, sms: tuple[int, ...] = ()) -> None:
    """Send an e-mail to c<touch>@example.com for each touch, and SMS for those in `sms`."""
    with closing(email_sender(url)) as email, closing(sms_sender(url)) as text:
        for touch in touches:
            email.send(an_email(touch, to=f"c{touch}@example.com"))
        for touch in sms:
            text.send(an_sms(touch))


def is_theirs(hook: Hook) -> bool:
    """Whether the providers' own packages take the signature."""
    if hook.path == SENDGRID_PATH:
        checker = EventWebhook()
        return bool(
            checker.verify_signature(
                hook.body.decode(),
                hook.headers["X-Twilio-Email-Event-Webhook-Signature"],
                hook.headers["X-Twilio-Email-Event-Webhook-Timestamp"],
                checker.convert_public_key_to_ecdsa(PUBLIC_KEY),
            )
        )
    form = dict(parse_qsl(hook.body.decode(), keep_blank_values=True))
    signature = hook.headers["X-Twilio-Signature"]
    return bool(RequestValidator(AUTH_TOKEN).validate(PUBLIC + hook.path, form, signature))
