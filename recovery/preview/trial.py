"""A message of the preview on its way to somebody of our own: marked, and nobody's touch."""

from dataclasses import replace

from recovery.dispatch.render import Message
from recovery.message import EmailMessage
from recovery.sms import measure

MARK = "[TEST]"


def addressed(message: Message, to: str) -> Message:
    """The same message to `to`, with [TEST] before its subject, or before the words of an SMS."""
    if isinstance(message, EmailMessage):
        return replace(message, to=to, to_name=None, subject=f"{MARK} {message.subject}")
    body = f"{MARK} {message.body}"
    return replace(message, to=to, body=body, segments=measure(body).segments)
