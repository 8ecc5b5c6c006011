"""The desks where messages are handed in: SendGrid's Mail Send and Twilio's Messages."""

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.support.faults import as_bytes
from tests.support.http_line import Reply
from tests.support.specs import form_faults, mail_faults

if TYPE_CHECKING:
    from tests.support.providers import Providers

API_KEY = "SG.loopback-key-7c1f"
ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "loopback-token-93ab"
SERVICE_SID = "MG" + "2" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"


class SendGridDesk:
    """POST /v3/mail/send."""

    def __init__(self, providers: "Providers") -> None:
        self.providers = providers

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if (method, target) != ("POST", "/v3/mail/send"):
            return self.refuse(404, f"{method} {target} not found")
        if wrong := self.stranger(headers):
            return wrong
        if not self.providers.checking:
            return Reply(202, headers={"X-Message-Id": f"fake{self.providers.requests}"})
        mail = json.loads(body)
        faults = mail_faults(mail) or _mail_sense(mail)
        if faults:
            return self.refuse(400, "; ".join(faults))
        person = mail["personalizations"][0]
        number = f"fake-{len(self.providers.taken) + 1}"
        touch = person["custom_args"]["rc_touch"]
        self.providers.keep("sendgrid", number, touch, person["to"][0]["email"], mail)
        return Reply(202, headers={"X-Message-Id": number})

    def stranger(self, headers: dict[str, str]) -> Reply | None:
        """Refuse who has not our key."""
        said = headers.get("authorization")
        # Echoes the key, as careless gateways do: nothing of it may reach a log.
        wrong = f"authorization grant {said} is wrong"
        return None if said == f"Bearer {API_KEY}" else self.refuse(401, wrong)

    def refuse(self, status: int, words: str) -> Reply:
        self.providers.complaints.append(words)
        errors = [{"field": None, "message": words}]
        return Reply(status, as_bytes({"errors": errors}))


def _mail_sense(mail: dict[str, Any]) -> list[str]:
    """Return what SendGrid refuses beyond the schema, which this mail keeps to."""
    person = mail["personalizations"][0]
    one_click = person["headers"].get("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    custom = sum(len(k) + len(v) for k, v in person["custom_args"].items())
    own = {"to", "from", "subject", "reply-to", "cc", "bcc", "received", "content-type"}
    return [
        words
        for words, wrong in {
            "custom_args take 10,000 bytes": custom >= 10_000,
            "List-Unsubscribe-Post has one value": one_click != "List-Unsubscribe=One-Click",
            "headers of SendGrid's own": any(name.lower() in own for name in person["headers"]),
        }.items()
        if wrong
    ]


class TwilioDesk:
    """POST /2010-04-01/Accounts/{sid}/Messages.json."""

    def __init__(self, providers: "Providers") -> None:
        self.providers = providers

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if (method, target) != ("POST", f"{MESSAGES}.json"):
            return self.refuse(404, 20404, f"The requested resource {target} was not found")
        if wrong := self.stranger(headers):
            return wrong
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        faults = form_faults(form) if self.providers.checking else []
        if faults:
            return self.refuse(400, 21211 if "To" in faults[0] else 20001, "; ".join(faults))
        sid = f"SM{self.providers.requests:032x}"
        touch = parse_qs(urlsplit(form.get("StatusCallback", "")).query).get("touch", [""])[0]
        self.providers.keep("twilio", sid, touch, form["To"], dict(form))
        answer = {"sid": sid, "status": "accepted", "num_segments": "0", "error_code": None}
        return Reply(201, as_bytes({**answer, "to": form["To"], "body": form["Body"]}))

    def stranger(self, headers: dict[str, str]) -> Reply | None:
        """Refuse who has not our token."""
        login = b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
        right = login == f"{ACCOUNT_SID}:{AUTH_TOKEN}"
        return None if right else self.refuse(401, 20003, f"Authenticate: {login}")

    def refuse(self, status: int, code: int, words: str) -> Reply:
        self.providers.complaints.append(words)
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": words, "more_info": more, "status": status}
        return Reply(status, as_bytes(body))
