"""Send one e-mail over a kept SMTP connection; every reply is judged where it is given."""

import smtplib
import ssl
from collections import deque
from io import BufferedReader
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from urllib3.util.wait import wait_for_read

from recovery.clock import Stopwatch
from recovery.connectors.base import is_loopback, last_look
from recovery.connectors.mime import ascii_address, email_bytes, message_id
from recovery.connectors.wire import InTime
from recovery.errors import ConnectorError, SendFailure, UsageError
from recovery.i18n import say
from recovery.message import Channel, EmailMessage, Receipt, SmsMessage

SECONDS = 20.0  # for each reply
ALL_SECONDS = 60.0  # for a whole call; well below what a lease leaves to it
INSTANT = 0.001
PORTS = {"smtp": 587, "smtps": 465}


class Smtp:
    """Speaks to one server: `smtp://` (STARTTLS where offered) or `smtps://` (TLS from the start).

    A password never crosses a network in the clear. On this machine nobody listens in between, and
    local servers have certificates that nobody could check: there TLS isn't asked for.
    """

    name = "smtp"
    channel = Channel.EMAIL

    def __init__(
        self, url: str, *, seconds: float = SECONDS, all_seconds: float = ALL_SECONDS
    ) -> None:
        self._url = _checked(url)
        self._host = self._url.hostname or ""
        self._seconds, self._all_seconds = seconds, all_seconds
        self._tls = ssl.create_default_context()
        self._idle: deque[_Timed] = deque()
        self.leaves_this_machine = not is_loopback(self._host)

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Hand `message` over; the receipt's id is its Message-ID. Raises ConnectorError."""
        if not isinstance(message, EmailMessage):
            raise TypeError("SMTP takes e-mails")
        watch = Stopwatch()
        server = self._idle_connection() or self._connect(watch)
        server.watch = watch
        try:
            last_look()
            self._deliver(server, message)
        except ConnectorError as error:
            self._after_refusal(server, error)
            raise
        except BaseException:
            server.close()
            raise
        self._idle.append(server)
        return Receipt(self.name, message_id(message))

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        while server := self._take():
            server.watch = Stopwatch()
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def _deliver(self, server: "_Timed", message: EmailMessage) -> None:
        """Say sender, recipient and content; only after the content can acceptance be in doubt."""
        try:
            _expect(server.mail(ascii_address(message.sender)), SendFailure.ACCOUNT)
            _expect(server.rcpt(ascii_address(message.to)), SendFailure.PERMANENT)
        except UnicodeEncodeError as error:
            text = "SMTP carries no letters beyond ASCII before the @"
            raise ConnectorError(text, failure=SendFailure.PERMANENT) from error
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(error, SendFailure.TEMPORARY) from error
        try:
            reply = server.data(email_bytes(message))
        except smtplib.SMTPDataError as error:  # the server didn't want the content
            wanted = error.smtp_code < 400  # it has misheard us: no content has left
            failure = SendFailure.TEMPORARY if wanted else SendFailure.PERMANENT
            raise _refusal((error.smtp_code, _bytes(error.smtp_error)), failure) from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(error, SendFailure.UNKNOWN) from error
        _expect(reply, SendFailure.PERMANENT)

    def _after_refusal(self, server: "_Timed", error: ConnectorError) -> None:
        """Keep the connection for the next message if the server still answers."""
        try:
            if error.code is None or error.code == "421" or server.rset()[0] != 250:
                server.close()
            else:
                self._idle.append(server)
        except (OSError, smtplib.SMTPException):
            server.close()

    def _idle_connection(self) -> "_Timed | None":
        """Return a connection on which the server hasn't said goodbye in the meantime."""
        while server := self._take():
            if server.sock is not None and not wait_for_read(server.sock, timeout=0):
                return server
            server.close()
        return None

    def _take(self) -> "_Timed | None":
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self, watch: Stopwatch) -> "_Timed":
        try:
            server = self._open(watch)
        except (OSError, smtplib.SMTPException) as error:
            raise self._lost(error, SendFailure.TEMPORARY) from error
        try:
            self._secure(server)
        except ConnectorError:
            server.close()
            raise
        except smtplib.SMTPAuthenticationError as error:
            server.close()
            raise _refusal((error.smtp_code, b"login refused"), SendFailure.ACCOUNT) from None
        except smtplib.SMTPNotSupportedError as error:
            server.close()
            raise self._lost(error, SendFailure.ACCOUNT) from error
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise self._lost(error, SendFailure.TEMPORARY) from error
        return server

    def _open(self, watch: Stopwatch) -> "_Timed":
        port = self._url.port or PORTS[self._url.scheme]
        spans = self._seconds, self._all_seconds
        if self._url.scheme == "smtps":
            return _TimedTls(self._host, port, watch, spans, context=self._tls)
        return _Timed(self._host, port, watch, spans)

    def _secure(self, server: smtplib.SMTP) -> None:
        """Encrypt, then log in, where the URL asks for it."""
        server.ehlo_or_helo_if_needed()
        encrypted = self._url.scheme == "smtps" or not self.leaves_this_machine
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=self._tls)
            server.ehlo()
            encrypted = True
        if not self._url.username:
            return
        if not encrypted:
            text = f"{self._host} offers no encryption; the password stays here: use smtps://"
            raise ConnectorError(text, failure=SendFailure.ACCOUNT)
        server.login(unquote(self._url.username), unquote(self._url.password or ""))

    def _lost(self, error: Exception, failure: SendFailure) -> ConnectorError:
        kind = type(error).__name__
        return ConnectorError(f"{kind} from mail server {self._host}", failure=failure)


class _Timed(smtplib.SMTP):
    """Each reply has to come within `seconds`, and all of a call within its own: smtplib's time-out
    begins anew with each byte."""

    def __init__(
        self, host: str, port: int, watch: Stopwatch, spans: tuple[float, float], **more: Any
    ) -> None:
        self.watch, self._since = watch, watch
        self._each, self._all = spans
        super().__init__(host, port, timeout=self._each, **more)

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib does, but in time."""
        self._since = Stopwatch()
        if self.file is None and self.sock is not None:
            self.file = BufferedReader(InTime(self.sock.makefile("rb", 0), self.sock, self._left))
        return super().getreply()

    def send(self, s: Any) -> None:
        """As smtplib does, but in time."""
        self._since = Stopwatch()
        if self.sock is not None:
            self.sock.settimeout(max(self._left(), INSTANT))
        super().send(s)

    def _left(self) -> float:
        return min(self._each - self._since.seconds(), self._all - self.watch.seconds())


class _TimedTls(_Timed, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def _expect(reply: tuple[int, bytes], on_5xx: SendFailure) -> None:
    if reply[0] not in (250, 251):
        raise _refusal(reply, on_5xx)


def _refusal(reply: tuple[int, bytes], on_5xx: SendFailure) -> ConnectorError:
    """Judge a reply: 4xx is "not now" (RFC 5321, 4.2.1); 530-538 speak of our login."""
    code = reply[0]
    if 400 <= code < 500:
        failure = SendFailure.TEMPORARY
    else:
        failure = SendFailure.ACCOUNT if 530 <= code <= 538 else on_5xx
    words = reply[1].decode("utf-8", "replace")[:200]
    return ConnectorError(f"mail server said {code} {words}", failure=failure, code=str(code))


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise UsageError(say("RECOVERY_SMTP_URL must look like smtp://user:password@host:587"))
    return parts
