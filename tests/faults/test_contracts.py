"""The fakes keep to the providers' rules: what the official files refuse, they refuse.

The rules are in our own words (tests/data/specs); where the official files lie beside the project,
nothing that those refuse may pass ours, and the fakes must answer as they say.
"""

import json
from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from recovery.connectors.sendgrid.send import mail
from tests.support import specs
from tests.support.desks import ACCOUNT_SID, API_KEY, AUTH_TOKEN, MESSAGES, SERVICE_SID
from tests.support.messages import an_email
from tests.support.providers import Providers
from tests.support.specs import official_specs

Change = Callable[[dict[str, Any]], object]
FORM = {
    "To": "+4915112345678",
    "Body": "Your order is waiting",
    "MessagingServiceSid": SERVICE_SID,
    "ValidityPeriod": "14400",
    "StatusCallback": "https://pay.shop.example/hooks/twilio/status?touch=1",
}
BAD_MAILS: dict[str, Change] = {
    "nobody sends it": lambda m: m.pop("from"),
    "nobody gets it": lambda m: m.pop("personalizations"),
    "an empty list gets it": lambda m: _person(m).update(to=[]),
    "to is no address": lambda m: _person(m)["to"][0].update(email="ada"),
    "from is no address": lambda m: m["from"].update(email="shop"),
    "answers go nowhere": lambda m: m.update(reply_to={"name": "Shop"}),
    "subject is empty": lambda m: m.update(subject=""),
    "subject is no text": lambda m: m.update(subject=7),
    "a part is empty": lambda m: m["content"][0].update(value=""),
    "a part has no type": lambda m: m["content"][0].pop("type"),
    "no content": lambda m: m.pop("content"),
    "eleven categories": lambda m: m.update(categories=[str(n) for n in range(11)]),
    "a category twice": lambda m: m.update(categories=["a", "a"]),
    "a category is too long": lambda m: m.update(categories=["a" * 256]),
    "custom_args as a number": lambda m: _person(m)["custom_args"].update(rc_touch=1),
    "custom_args of the message": lambda m: m.update(custom_args={"rc_touch": "1"}),
    "custom_args with an address": lambda m: _person(m)["custom_args"].update(email="a@b.example"),
    "a header is a number": lambda m: _person(m)["headers"].update({"X-A": 1}),
    "a header of SendGrid's own": lambda m: _person(m)["headers"].update({"Reply-To": "a@b.c"}),
    "tracking is a word": lambda m: m.update(tracking_settings={"click_tracking": "off"}),
    "a switch is a word": lambda m: m["tracking_settings"]["open_tracking"].update(enable="no"),
    "an unknown field": lambda m: m.update(colour="red"),
}
BAD_FORMS: dict[str, dict[str, str | None]] = {
    "nobody gets it": {"To": None},
    "to is no number": {"To": "hello"},
    "to is a national number": {"To": "0151 12345678"},
    "nobody sends it": {"MessagingServiceSid": None},
    "two senders": {"From": "+15005550006"},
    "no such service": {"MessagingServiceSid": "MG123"},
    "nothing to say": {"Body": None},
    "an empty body": {"Body": ""},
    "too long": {"Body": "a" * 1601},
    "valid for ever": {"ValidityPeriod": "99999"},
    "valid soon": {"ValidityPeriod": "soon"},
    "callback is no address": {"StatusCallback": "somewhere"},
    "callback with an underscore": {"StatusCallback": "https://a_b.example/hooks/twilio/status"},
    "a schedule that is none": {"ScheduleType": "later"},
    "an unknown field": {"Colour": "red"},
}


def _person(body: dict[str, Any]) -> dict[str, Any]:
    person: dict[str, Any] = body["personalizations"][0]
    return person


def a_bad_mail(name: str) -> dict[str, Any]:
    body = deepcopy(mail(an_email(42)))
    BAD_MAILS[name](body)
    return body


def a_bad_form(name: str) -> dict[str, str]:
    return {field: value for field, value in (FORM | BAD_FORMS[name]).items() if value is not None}


def post(providers: Providers, path: str, body: str, **headers: str) -> tuple[int, Any]:
    line = HTTPConnection("127.0.0.1", providers.port, timeout=60)
    line.request("POST", path, body, headers)
    answer = line.getresponse()
    told = answer.read()
    line.close()
    return answer.status, json.loads(told) if told else None


def send_mail(providers: Providers, body: object, key: str = API_KEY) -> tuple[int, Any]:
    return post(providers, specs.MAIL, json.dumps(body), Authorization=f"Bearer {key}")


def send_form(providers: Providers, form: dict[str, str]) -> tuple[int, Any]:
    login = b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    return post(providers, f"{MESSAGES}.json", urlencode(form), Authorization=f"Basic {login}")


@pytest.mark.parametrize("name", BAD_MAILS)
def test_sendgrid_takes_no_bad_mail(providers: Providers, name: str) -> None:
    status, told = send_mail(providers, a_bad_mail(name))
    assert (status, providers.taken) == (400, [])
    assert told["errors"][0]["message"]


@pytest.mark.parametrize("name", BAD_FORMS)
def test_twilio_takes_no_bad_form(providers: Providers, name: str) -> None:
    status, told = send_form(providers, a_bad_form(name))
    assert (status, told["status"], providers.taken) == (400, 400, [])
    assert isinstance(told["code"], int)


official = pytest.mark.skipif(not official_specs(), reason="no official specification")


@official
def test_our_words_are_no_milder_than_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """`…_faults` says what both find; without theirs, ours must find something in each, too."""
    theirs = {
        name
        for name in BAD_MAILS
        if len(specs.mail_faults(a_bad_mail(name))) > len(_our_mail_faults(name))
    }
    theirs |= {
        name
        for name in BAD_FORMS
        if len(specs.form_faults(a_bad_form(name))) > len(specs.our_form_faults(a_bad_form(name)))
    }
    assert len(theirs) > 10  # the official files find these by themselves
    header = "a header of SendGrid's own"  # no schema says so, the desk does
    assert [name for name in BAD_MAILS if name != header and not _our_mail_faults(name)] == []
    assert [name for name in BAD_FORMS if not specs.our_form_faults(a_bad_form(name))] == []


def _our_mail_faults(name: str) -> list[str]:
    return specs.our_faults("sendgrid_mail", a_bad_mail(name))


@official
def test_the_fakes_answer_as_the_official_files_say(providers: Providers) -> None:
    mails, texts = "sendgrid_mail.min.json", "twilio_messages.min.json"
    assert send_mail(providers, mail(an_email(42))) == (202, None)
    refused = send_mail(providers, {}), send_mail(providers, mail(an_email(42)), "SG.wrong")
    assert [status for status, _ in refused] == [400, 401]
    for status, told in refused:
        assert specs.answer_faults(mails, specs.MAIL, "post", told, status) == []
    status, told = send_form(providers, FORM)
    assert status == 201
    assert specs.answer_faults(texts, specs.MESSAGES, "post", told, 201) == []
    assert specs.answer_faults(texts, specs.MESSAGES, "post", told | {"status": "eaten"}, 201)
