"""Send one e-mail through SendGrid and say what its answer means."""

from recovery.connectors.mime import ascii_address, one_line
from recovery.connectors.sendgrid.transport import client
from recovery.connectors.wire import (
    READ_SECONDS,
    Answer,
    Wire,
    retry_after,
    status_failure,
    without,
)
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, EmailMessage, Receipt, SmsMessage

BASE_URL = "https://api.sendgrid.com"
CATEGORY_LENGTH = 255
# Our links record clicks themselves, and opens are mostly machines: nothing is rewritten or added.
NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}
# Parts that are the same in every mail of ours: what is wrong there is wrong for every address.
SET_UP = frozenset(
    {"from", "reply_to", "reply_to_list", "asm", "mail_settings", "tracking_settings"}
    | {"ip_pool_name", "template_id", "batch_id"}
)


class SendGrid:
    """The sendgrid package behind our own words."""

    name = "sendgrid"
    channel = Channel.EMAIL

    def __init__(
        self, api_key: str, base_url: str | None = None, *, read_seconds: float = READ_SECONDS
    ) -> None:
        host = (base_url or BASE_URL).rstrip("/")
        self._wire = Wire(host, read_seconds=read_seconds)
        self._key = api_key
        self._package = client(api_key, host, self._wire)
        self.leaves_this_machine = not self._wire.is_loopback

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Post `message`; the receipt's id is SendGrid's X-Message-Id.

        Only 202 is acceptance: 200 is what the sandbox says, or somebody in between. Raises
        ConnectorError.
        """
        if not isinstance(message, EmailMessage):
            raise TypeError("SendGrid takes e-mails")
        answer: Answer = self._package.send(mail(message))
        if answer.status == 202:
            return Receipt(self.name, answer.headers.get("X-Message-Id", ""))
        raise self._refusal(answer, message)

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def _refusal(self, answer: Answer, message: EmailMessage) -> ConnectorError:
        failure = status_failure(answer.status)
        if failure is SendFailure.PERMANENT and any(_field(one) in SET_UP for one in _told(answer)):
            failure = SendFailure.ACCOUNT
        return ConnectorError(
            without(self._key, f"SendGrid answered {answer.status} {_words(answer)}".strip()),
            failure=failure,
            code=str(answer.status),
            retry_after=retry_after(answer.headers, message.at)
            if failure is SendFailure.TEMPORARY
            else None,
        )


def mail(message: EmailMessage) -> dict[str, object]:
    """Return the request body: one personalization, in which the touch id travels.

    custom_args are stored by SendGrid as no personal data and can't be redacted there: nothing but
    the touch id and the name of our installation goes into them.
    """
    trace = message.trace
    ours = {"rc_touch": str(trace.touch_id)} | ({"rc_site": trace.site} if trace.site else {})
    categories = (trace.campaign, f"{trace.campaign}/{trace.step}")
    body: dict[str, object] = {
        "from": _person(message.sender, message.sender_name),
        "subject": one_line(message.subject),
        "personalizations": [
            {
                "to": [_person(message.to, message.to_name)],
                "custom_args": ours,
                "headers": {name: one_line(text) for name, text in message.headers.items()},
            }
        ],
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "categories": [category[:CATEGORY_LENGTH] for category in categories],
        "tracking_settings": NO_TRACKING,
    }
    if message.reply_to:
        body["reply_to"] = _person(message.reply_to, None)
    return body


def _person(email: str, name: str | None) -> dict[str, str]:
    person = {"email": ascii_address(email)}
    if name := one_line((name or "").replace(";", " ").replace(",", " ")):  # SendGrid splits there
        person["name"] = name
    return person


def _told(answer: Answer) -> list[dict[str, object]]:
    """Return SendGrid's own explanation: [{"field", "message"}], where the body has one."""
    body = answer.json()
    errors = body.get("errors") if isinstance(body, dict) else None
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def _field(error: dict[str, object]) -> str:
    """The part of the mail at fault: `from` of `from.email`."""
    return str(error.get("field") or "").partition(".")[0]


def _words(answer: Answer) -> str:
    errors = _told(answer)
    return "; ".join(f"{one.get('field') or ''} {one.get('message')}".strip() for one in errors)
