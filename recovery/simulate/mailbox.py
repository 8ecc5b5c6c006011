"""The shoppers' letter box: what lies in the outbox, read as its receivers would read it."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from recovery.message import Channel

_CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it arrived. `code` is the discount code its text shows, if any."""

    file: Path
    channel: Channel
    touch: int
    campaign: str
    step: str
    order: str
    at: datetime
    to: str
    text: str

    @property
    def code(self) -> str | None:
        """The discount code in the text."""
        found = _CODE.search(self.text)
        return found[0] if found else None


class Mailbox:
    """Empties an outbox folder, each file once; the files stay where they are."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox
        self._seen: set[Path] = set()

    def new(self) -> list[Letter]:
        """What has arrived since the last look, in the order of the touches."""
        files = {*self._outbox.glob("email/*.eml"), *self._outbox.glob("sms/*.json")} - self._seen
        self._seen |= files
        letters = [_email(file) if file.suffix == ".eml" else _sms(file) for file in files]
        return sorted(letters, key=lambda letter: (letter.touch, letter.file.name))


def _email(file: Path) -> Letter:
    # The HTML part says the same at ten times the length: reading stops before it.
    mail = message_from_bytes(file.read_bytes().partition(b"Content-Type: text/html")[0])
    return Letter(
        file=file,
        channel=Channel.EMAIL,
        touch=int(mail["X-Recovery-Touch"]),
        campaign=_header(mail, "X-Recovery-Campaign"),
        step=_header(mail, "X-Recovery-Step"),
        order=_header(mail, "X-Recovery-Order"),
        at=parsedate_to_datetime(mail["Date"]),
        to=_header(mail, "To"),
        text=_plain_text(mail),
    )


def _sms(file: Path) -> Letter:
    told = json.loads(file.read_bytes())
    return Letter(
        file=file,
        channel=Channel.SMS,
        touch=told["touch"],
        campaign=told["campaign"],
        step=told["step"],
        order=told["order"],
        at=datetime.fromisoformat(told["at"]),
        to=told["to"],
        text=told["body"],
    )


def _header(mail: "Message[str, str]", name: str) -> str:
    return str(make_header(decode_header(mail[name])))


def _plain_text(mail: "Message[str, str]") -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    return content.decode("utf-8") if isinstance(content, bytes) else ""
