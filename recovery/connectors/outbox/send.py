"""Write e-mails as .eml and SMS as .json files, whole or not at all."""

import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import get_ident

from recovery.connectors.mime import email_bytes
from recovery.errors import ConnectorError, SendFailure
from recovery.message import Channel, EmailMessage, Receipt, SmsMessage


class Outbox:
    """A folder in which every message becomes one file, named by its touch.

    An existing file is never replaced: a second message for a touch lies beside the first as
    `<touch>.2.eml`, so that a double send, or an outbox older than its database, can be seen.
    """

    name = "outbox"
    leaves_this_machine = False

    def __init__(self, root: Path, channel: Channel, sms_from: str = "") -> None:
        self.channel = channel
        self._folder = root / channel.value
        self._sms_from = sms_from

    def send(self, message: EmailMessage | SmsMessage) -> Receipt:
        """Write `message`; the receipt's id is the file's road inside the outbox.

        Raises ConnectorError (ACCOUNT) when the disk refuses: that is nothing the message did.
        """
        if isinstance(message, EmailMessage):
            suffix, content = "eml", email_bytes(message)
        else:
            suffix, content = "json", self._sms(message)
        try:
            file = self._write(message.trace.touch_id, suffix, content)
        except OSError as error:
            text = f"can't write to {self._folder}: {error.strerror}"
            raise ConnectorError(text, failure=SendFailure.ACCOUNT) from error
        return Receipt(self.name, f"{self.channel.value}/{file.name}")

    def close(self) -> None:
        """Nothing is held open."""

    def _sms(self, message: SmsMessage) -> bytes:
        trace = message.trace
        fields = {
            "to": message.to,
            "from": self._sms_from,
            "body": message.body,
            "segments": message.segments,
            "at": message.at.isoformat(),
            "touch": trace.touch_id,
            "campaign": trace.campaign,
            "step": trace.step,
            "order": trace.order,
        }
        text = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
        return text.encode("utf-8", "replace")

    def _write(self, touch_id: int, suffix: str, content: bytes) -> Path:
        draft = self._folder / f".{touch_id}.{os.getpid()}.{get_ident()}.tmp"
        _making_folder(self._folder, lambda: _write_privately(draft, content))
        try:
            return self._publish(draft, touch_id, suffix)
        finally:
            draft.unlink()

    def _publish(self, draft: Path, touch_id: int, suffix: str) -> Path:
        """Give the finished file its name; a link, unlike a rename, never replaces a file."""
        for copy in count(1):
            number = f".{copy}" if copy > 1 else ""
            file = self._folder / f"{touch_id}{number}.{suffix}"
            try:
                os.link(draft, file)
            except FileExistsError:
                continue
            return file
        raise AssertionError("counting never ends")


def _making_folder(folder: Path, act: Callable[[], object]) -> None:
    """Do `act`; make `folder` only when that fails, which is once."""
    try:
        act()
    except FileNotFoundError:
        for one in (folder.parent, folder):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        act()


def _write_privately(file: Path, content: bytes) -> None:
    """For our user's eyes only: it is somebody's mail."""
    handle = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as draft:
        draft.write(content)
