"""The shoppers' letter box: what lies in the outbox, read as its receivers would read it."""

import json
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from recovery.message import Channel, MessageClass
from recovery.simulate.post import Letter, code_in


class Mailbox:
    """Empties an outbox folder, each file once; the files stay where they are."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox
        self._seen: set[Path] = set()
        self.files: dict[int, Path] = {}  # by touch

    def new(self) -> list[Letter]:
        """What has arrived since the last look, in the order of the touches."""
        files = {*self._outbox.glob("email/*.eml"), *self._outbox.glob("sms/*.json")} - self._seen
        self._seen |= files
        letters = []
        for file in sorted(files):
            letter = _email(file) if file.suffix == ".eml" else _sms(file)
            self.files[letter.touch] = file
            letters.append(letter)
        return sorted(letters, key=lambda letter: letter.touch)


def _email(file: Path) -> Letter:
    # The HTML part says the same at ten times the length: reading stops before it.
    mail = message_from_bytes(file.read_bytes().partition(b"Content-Type: text/html")[0])
    commercial = "List-Unsubscribe" in mail
    return Letter(
        channel=Channel.EMAIL,
        touch=int(mail["X-Recovery-Touch"]),
        campaign=_header(mail, "X-Recovery-Campaign"),
        step=_header(mail, "X-Recovery-Step"),
        order=_header(mail, "X-Recovery-Order"),
        at=parsedate_to_datetime(mail["Date"]),
        to=_header(mail, "To"),
        message_class=MessageClass.MARKETING if commercial else MessageClass.SERVICE,
        code=code_in(_plain_text(mail)),
        segments=1,
    )


def _sms(file: Path) -> Letter:
    told = json.loads(file.read_bytes())
    code = code_in(told["body"])
    return Letter(
        channel=Channel.SMS,
        touch=told["touch"],
        campaign=told["campaign"],
        step=told["step"],
        order=told["order"],
        at=datetime.fromisoformat(told["at"]),
        to=told["to"],
        message_class=MessageClass.MARKETING if code else MessageClass.SERVICE,
        code=code,
        segments=told["segments"],
    )


def _header(mail: "Message[str, str]", name: str) -> str:
    return str(make_header(decode_header(mail[name])))


def _plain_text(mail: "Message[str, str]") -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    return content.decode("utf-8") if isinstance(content, bytes) else ""
