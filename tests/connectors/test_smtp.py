"""What a mail server takes from us, and what we make of its replies."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from recovery.connectors.smtp.send import Smtp
from recovery.errors import ConnectorError, SendFailure, UsageError
from tests.support.mailserver import MailServer
from tests.support.messages import an_email


@pytest.fixture
def smtp(mailserver: MailServer) -> Iterator[Smtp]:
    sender = Smtp(mailserver.url, seconds=2)
    yield sender
    sender.close()


def failure(sender: Smtp, **parts: object) -> SendFailure:
    with pytest.raises(ConnectorError) as caught:
        sender.send(an_email(**parts))
    return caught.value.failure


def test_the_server_gets_the_mail_that_the_outbox_would(smtp: Smtp, mailserver: MailServer) -> None:
    receipt = smtp.send(an_email(42))
    (taken,) = mailserver.taken
    assert isinstance(taken, EmailMessage)
    plain = taken.get_body(("plain",))
    assert plain is not None and "\n.Punkt" in plain.get_content()  # a dot at the start survives
    assert taken["Message-ID"] == f"<{receipt.provider_id}>"
    assert mailserver.envelopes == [("shop@example.com", ["ana@example.com"])]


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        ("MAIL", "451 4.3.0 try later", SendFailure.TEMPORARY),
        ("MAIL", "550 5.7.1 not your address", SendFailure.ACCOUNT),
        ("RCPT", "450 4.2.1 mailbox busy", SendFailure.TEMPORARY),
        ("RCPT", "550 5.1.1 no such user", SendFailure.PERMANENT),
        ("RCPT", "530 5.7.0 log in first", SendFailure.ACCOUNT),
        ("DATA", "452 4.3.1 disk full", SendFailure.TEMPORARY),
        ("DATA", "554 5.6.0 not wanted", SendFailure.PERMANENT),
    ],
)
def test_each_reply_has_one_meaning(
    smtp: Smtp, mailserver: MailServer, stage: str, reply: str, expected: SendFailure
) -> None:
    mailserver.refuse(stage, reply)
    assert failure(smtp) is expected
    smtp.send(an_email(2))
    assert (list(mailserver.per_touch), mailserver.connections) == (["2"], 1)


def test_a_line_lost_after_the_content_leaves_doubt(smtp: Smtp, mailserver: MailServer) -> None:
    mailserver.hang_up_after_data = True
    assert failure(smtp) is SendFailure.UNKNOWN
    assert mailserver.per_touch == {"17": 1}


def test_one_connection_carries_many_mails(smtp: Smtp, mailserver: MailServer) -> None:
    for touch in range(5):
        smtp.send(an_email(touch))
    assert mailserver.connections == 1


def test_a_wrong_password_is_the_accounts_trouble(mailserver: MailServer) -> None:
    wrong = Smtp(f"smtp://shop:wrong-secret@127.0.0.1:{mailserver.port}")
    with pytest.raises(ConnectorError) as caught:
        wrong.send(an_email())
    assert caught.value.failure is SendFailure.ACCOUNT
    assert "wrong-secret" not in str(caught.value)


def test_a_letter_that_smtp_cannot_carry_fails_for_good(smtp: Smtp, mailserver: MailServer) -> None:
    assert failure(smtp, to="zoë@example.com") is SendFailure.PERMANENT
    smtp.send(an_email(to="zoe@bücher.example"))
    assert mailserver.envelopes[-1][1] == ["zoe@xn--bcher-kva.example"]


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://"])
def test_the_url_must_name_a_server_and_is_not_shown(url: str) -> None:
    with pytest.raises(UsageError, match="smtp://user:password@host:587"):
        Smtp(url)


def test_a_server_elsewhere_leaves_this_machine() -> None:
    assert Smtp("smtps://mail.example.com").leaves_this_machine
