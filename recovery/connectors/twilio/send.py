"""Send one SMS through Twilio and say what its answer means."""

from urllib.parse import urlsplit

from recovery.connectors.base import is_loopback
from recovery.connectors.twilio.codes import CODES
from recovery.connectors.twilio.transport import Refused, client
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

BASE_URL = "https://api.twilio.com"
# Twilio keeps a message in its queue for ten hours, which may end in the middle of a night.
VALID_SECONDS = 4 * 3600


class Twilio:
    """The twilio package behind our own words."""

    name = "twilio"
    channel = Channel.SMS

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        public_url: str,
        *,
        messaging_service_sid: str | None = None,
        from_: str | None = None,
        base_url: str | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._wire = Wire(base_url or BASE_URL, read_seconds=read_seconds)
        self._token = auth_token
        self._messages = client(account_sid, auth_token, self._wire).messages
        self._origin = {"messaging_service_sid": messaging_service_sid or None}
        if not messaging_service_sid:
            self._origin = {"from_": from_}
        self.leaves_this_machine = not self._wire.is_loopback
        self._callback = f"{public_url.rstrip('/')}/hooks/twilio/status?touch="
        at_twilio = (self._wire.base.hostname or "").endswith(".twilio.com")
        self._calls_back = not at_twilio or can_be_called(public_url)

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Create `message` at Twilio; the receipt's id is its SID. Raises ConnectorError."""
        if not isinstance(message, SmsMessage):
            raise TypeError("Twilio takes SMS")
        try:
            sid = self._messages.create(**self._fields(message)).sid
        except Refused as refused:
            raise self._refusal(refused.answer, message) from None
        except (ValueError, TypeError, AttributeError) as error:
            raise _unreadable() from error
        if not sid:
            raise _unreadable()
        return Receipt(self.name, sid)

    def close(self) -> None:
        """Close idle connections."""
        self._wire.close()

    def _fields(self, message: SmsMessage) -> dict[str, object]:
        fields: dict[str, object] = {
            "to": message.to,
            "body": message.body,
            "validity_period": VALID_SECONDS,
            **self._origin,
        }
        if self._calls_back:
            fields["status_callback"] = f"{self._callback}{message.trace.touch_id}"
        return fields

    def _refusal(self, answer: Answer, message: SmsMessage) -> ConnectorError:
        """Read both kinds of error body: Twilio's own and RFC 9457."""
        body = answer.json()
        said = body if isinstance(body, dict) else {}
        code = said.get("code") if isinstance(said.get("code"), int) else None
        failure = CODES.get(code or 0) or status_failure(answer.status)
        words = said.get("message") or said.get("detail") or said.get("title") or ""
        text = f"Twilio answered {answer.status} {code or ''} {words}"
        return ConnectorError(
            without(self._token, " ".join(text.split())),
            failure=failure,
            code=str(code or answer.status),
            retry_after=retry_after(answer.headers, message.at)
            if failure is SendFailure.TEMPORARY
            else None,
        )


def can_be_called(public_url: str) -> bool:
    """Whether Twilio takes `public_url` as a callback: a host on the internet, no underscore.

    A refused callback (21609) would refuse the message with it; without one, only the feedback is
    lost.
    """
    host = urlsplit(public_url).hostname or ""
    return "." in host and "_" not in host and not is_loopback(host)


def _unreadable() -> ConnectorError:
    text = "Twilio's answer to an accepted request can't be read"
    return ConnectorError(text, failure=SendFailure.UNKNOWN)
