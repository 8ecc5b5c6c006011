"""Rendered messages to send, with any part replaced."""

from datetime import UTC, datetime
from typing import Any

from recovery.message import EmailMessage, MessageClass, SmsMessage, Trace

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UNSUBSCRIBE = {
    "List-Unsubscribe": "<https://shop.example/unsubscribe/tok>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def a_trace(touch: int) -> Trace:
    """Return the way home for `touch`."""
    return Trace(touch, "card-declined", "reminder", f"SO-{touch}", site="5eed5eed5eed")


def an_email(touch: int = 17, **parts: Any) -> EmailMessage:
    """Return an e-mail with umlauts, a dot at a line's start and a long line in it."""
    usual: dict[str, Any] = {
        "at": AT,
        "to": "ana@example.com",
        "to_name": "Ana Núñez",
        "sender": "shop@example.com",
        "sender_name": "Blumen & Töpfe",
        "reply_to": "help@example.com",
        "subject": "Deine Bestellung wartet – 19,99 €",
        "text": "Hallo Ana,\n\n.Punkt\nhttps://shop.example/pay/" + "x" * 120 + "\n",
        "html": "<p>Hallo Ana, deine Töpfe warten = 1</p>",
        "message_class": MessageClass.MARKETING,
        "headers": UNSUBSCRIBE,
    }
    return EmailMessage(trace=a_trace(touch), **{**usual, **parts})


def an_sms(touch: int = 17, **parts: Any) -> SmsMessage:
    """Return an SMS with a letter outside GSM-7."""
    usual: dict[str, Any] = {
        "at": AT,
        "to": "+4915112345678",
        "body": "你好 Ana: https://shop.example/p/abc",
        "segments": 1,
        "message_class": MessageClass.SERVICE,
    }
    return SmsMessage(trace=a_trace(touch), **{**usual, **parts})
