"""A mail server on loopback (aiosmtpd) that keeps what it took and refuses on order."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER = "shop@example.com"
PASSWORD = "mail p@ss-51d0"


class FreePort(Controller):
    """aiosmtpd's controller asks port 0 whether it listens; ask the port that it got."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class MailServer:
    """Answers each stage with the next scripted reply, or takes the message."""

    def __init__(self, **controller: Any) -> None:
        self.replies: dict[str, deque[str]] = {s: deque() for s in ("MAIL", "RCPT", "DATA")}
        self.taken: list[Message] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.connections = 0
        self.encrypted = False  # the newest connection
        self.hang_up_after_data = False
        self._controller = FreePort(
            self,
            hostname="127.0.0.1",
            port=0,
            auth_require_tls=False,
            authenticator=self._login,
            **controller,
        )

    @property
    def url(self) -> str:
        """smtp:// with a password that has to be percent-encoded."""
        return f"smtp://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}"

    @property
    def per_touch(self) -> Counter[str]:
        """How many messages each touch has become."""
        return Counter(str(message["X-Recovery-Touch"]) for message in self.taken)

    def start(self) -> "MailServer":
        """Listen on a free port."""
        self._controller.start()
        self.port = self._controller.port
        return self

    def stop(self) -> None:
        """Hang up and stop."""
        self._controller.stop()

    def refuse(self, stage: str, *replies: str) -> None:
        """Let the next commands of this stage be answered like this."""
        self.replies[stage].extend(replies)

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=known and data.login == USER.encode(), handled=False)

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        assert server.transport is not None
        self.encrypted = server.transport.get_extra_info("sslcontext") is not None
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.replies["MAIL"]:
            return self.replies["MAIL"].popleft()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies["RCPT"]:
            return self.replies["RCPT"].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.replies["DATA"]:
            return self.replies["DATA"].popleft()
        assert isinstance(envelope.content, bytes)
        self.taken.append(BytesParser(policy=policy.default).parsebytes(envelope.content))
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        if self.hang_up_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"


@pytest.fixture
def mailserver() -> Iterator[MailServer]:
    """A mail server, for one test."""
    server = MailServer().start()
    yield server
    server.stop()
