"""`recovery send-test`: this very message, to oneself, through each sender; nothing else moves."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select

from recovery.db import open_engine, reading, table
from recovery.links import Links
from recovery.models import Decision, Enrolment, Order, Touch
from recovery.settings import load_settings
from tests.support import providers as fake
from tests.support.cli import recovery
from tests.support.faults import Refuse
from tests.support.mailserver import MailServer
from tests.support.previews import a_project
from tests.support.providers import Providers

ME, MY_PHONE = "me@example.com", "+12025550123"
MAIL, TEXT = ("little", "mail"), ("little", "text")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = a_project(tmp_path)
    yield folder
    _expect_untouched(folder)


def _expect_untouched(project: Path) -> None:
    """No order, no touch, no journal: no report can ever count a test."""
    file = project / "var" / "recovery.db"
    if not file.exists():
        return
    database = open_engine(f"sqlite:///{file}")
    with reading(database) as connection:
        for model in (Order, Enrolment, Touch, Decision):
            assert connection.execute(select(func.count()).select_from(table(model))).scalar() == 0
    database.dispose()


def sent(project: Path, *words: object, **environ: str) -> Result:
    return recovery("send-test", *words, "--project", project, "--json", **environ)


def answer(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def sendgrid(providers: Providers) -> dict[str, str]:
    return {
        "RECOVERY_EMAIL_SENDER": "sendgrid",
        "RECOVERY_SENDGRID_API_KEY": fake.API_KEY,
        "RECOVERY_SENDGRID_BASE_URL": providers.url,
    }


def twilio(providers: Providers) -> dict[str, str]:
    return {
        "RECOVERY_SMS_SENDER": "twilio",
        "RECOVERY_TWILIO_ACCOUNT_SID": fake.ACCOUNT_SID,
        "RECOVERY_TWILIO_AUTH_TOKEN": fake.AUTH_TOKEN,
        "RECOVERY_TWILIO_MESSAGING_SERVICE_SID": fake.SERVICE_SID,
        "RECOVERY_TWILIO_BASE_URL": providers.url,
    }


def test_an_email_lies_in_the_outbox_where_no_touch_lies(project: Path) -> None:
    told = answer(sent(project, *MAIL, "--to", ME, "--market", "JP"))
    assert (told["market"], told["locale"], told["sample"]) == ("JP", "ja-JP", "usual")
    assert told["results"] == [{"to": ME, "sent": True, "provider": "outbox", "id": "email/0.eml"}]
    raw = (project / "var/outbox/email/0.eml").read_bytes()
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == "[TEST] ご注文 10482 のお支払いについて"
    assert mail["To"] == ME


def test_an_sms_is_marked_and_counted_with_its_mark(project: Path) -> None:
    answer(sent(project, *TEXT, "--to", MY_PHONE))
    sms = json.loads((project / "var/outbox/sms/0.json").read_text("utf-8"))
    assert sms["body"].startswith("[TEST] Example Shop: ")
    assert (sms["to"], sms["touch"], sms["segments"]) == (MY_PHONE, 0, 2)


def test_tests_lie_beside_each_other(project: Path) -> None:
    for _ in range(2):
        answer(sent(project, *MAIL, "--to", ME, "--to", "you@example.com"))
    found = sorted(file.name for file in (project / "var/outbox/email").iterdir())
    assert found == ["0.2.eml", "0.3.eml", "0.4.eml", "0.eml"]


def test_through_sendgrid(project: Path, providers: Providers) -> None:
    told = answer(sent(project, *MAIL, "--to", ME, **sendgrid(providers)))
    assert told["results"][0]["provider"] == "sendgrid"
    (taken,) = providers.taken
    assert (taken.to, taken.touch) == (ME, "0")
    assert taken.body["subject"].startswith("[TEST] ")
    key = load_settings(project, {}).secret_key.get_secret_value()
    ours = Links(
        key, "http://localhost:8000"
    ).site  # what SendGrid tells of it is not taken for ours
    assert taken.body["personalizations"][0]["custom_args"]["rc_site"] != ours
    assert providers.complaints == []


def test_through_twilio(project: Path, providers: Providers) -> None:
    told = answer(sent(project, *TEXT, "--to", MY_PHONE, **twilio(providers)))
    assert told["results"][0]["provider"] == "twilio"
    (taken,) = providers.taken
    assert taken.to == MY_PHONE
    assert str(taken.body).count("[TEST] ") == 1
    assert providers.complaints == []


def test_through_a_mail_server(project: Path, mailserver: MailServer) -> None:
    smtp = {"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": mailserver.url}
    answer(sent(project, *MAIL, "--to", ME, **smtp))
    (mail,) = mailserver.taken
    assert mail["To"] == ME
    assert mailserver.envelopes[0][1] == [ME]


def test_a_provider_that_refuses_is_told(project: Path, providers: Providers) -> None:
    providers.fail(Refuse(400, {"errors": [{"message": "no"}]}))
    told = answer(sent(project, *MAIL, "--to", ME, **sendgrid(providers)), 1)
    assert told["results"][0]["sent"] is False
    assert "400" in told["results"][0]["error"]


def test_a_provider_that_is_busy_is_unavailable(project: Path, providers: Providers) -> None:
    providers.fail(Refuse(429, {"errors": [{"message": "later"}]}))
    told = answer(sent(project, *MAIL, "--to", ME, **sendgrid(providers)), 69)
    assert told["results"][0]["failure"] == "temporary"


def test_a_suppressed_address_gets_no_test(project: Path) -> None:
    assert recovery("suppress", "add", ME, "--project", project).exit_code == 0
    result = sent(project, *MAIL, "--to", "you@example.com", "--to", "Me@Example.com")
    assert result.exit_code == 2
    assert "suppression list" in result.stderr
    assert not (project / "var/outbox").exists()


def test_a_list_of_people_is_no_test(project: Path) -> None:
    many = [word for n in range(6) for word in ("--to", f"p{n}@example.com")]
    result = sent(project, *MAIL, *many)
    assert result.exit_code == 2
    assert "5 of your own at most" in result.stderr
    assert not (project / "var/outbox").exists()
    again = [word for _ in range(6) for word in ("--to", ME)]
    assert len(answer(sent(project, *MAIL, *again))["results"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("little", "mial", "--to", ME), "did you mean 'mail'?"),
        (("litle", "mail", "--to", ME), "did you mean 'little'?"),
        (("little", "mail", "--to", MY_PHONE), "no address for email"),
        (("little", "text", "--to", ME), "no address for sms"),
        (("little", "mail", "--to", "me"), "me"),
        (("little", "mail", "--to", ME, "--sample", "gift"), "fits no order"),
        (("little", "mail"), "--to"),
    ],
)
def test_a_mistake_sends_nothing(project: Path, words: tuple[str, ...], said: str) -> None:
    result = sent(project, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (project / "var/outbox").exists()


def test_a_broken_campaign_or_template_sends_nothing(project: Path) -> None:
    letter = project / "templates" / "payment-failed" / "de" / "letter.txt"
    letter.write_text(letter.read_text("utf-8") + "\n{{ custmer_name }}\n", "utf-8")
    assert sent(project, *MAIL, "--to", ME).exit_code == 65
    campaign = project / "campaigns" / "little.yaml"
    campaign.write_text(campaign.read_text("utf-8") + "x: 1\n")
    assert sent(project, *MAIL, "--to", ME, "--market", "JP").exit_code == 65
