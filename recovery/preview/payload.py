"""The preview for programs: one document a message."""

from typing import Any

from recovery.message import EmailMessage
from recovery.preview.rendered import Shown
from recovery.preview.wording import Tongue


def payload(shown: Shown, t: Tongue) -> dict[str, Any]:
    """Everything about one message but its HTML; `sms` only for an SMS."""
    cell, message = shown.cell, shown.message
    email = message if isinstance(message, EmailMessage) else None
    return {
        "campaign": cell.campaign.campaign,
        "key": shown.key,
        "step": cell.step.step,
        "variant": cell.variant or None,
        "template": cell.step.template,
        "class": shown.message_class,
        "market": cell.place.market.country,
        "locale": cell.place.locale,
        "sample": cell.name,
        "goes_out": cell.goes_out,
        "channel": shown.channel.value,
        "subject": shown.subject,
        "preheader": shown.markup.preheader if shown.markup else None,
        "text": shown.text,
        "headers": dict(email.headers) if email else {},
        "html_bytes": len(email.html.encode()) if email else None,
        "sms": _sms(shown),
        "warnings": [
            {"code": one.code, "message": t.finding(one), "help": t.cure(one)}
            for one in shown.warnings
        ],
        "error": str(shown.error) if shown.error else None,
    }


def _sms(shown: Shown) -> dict[str, Any] | None:
    if shown.length is None:
        return None
    return {
        "segments": shown.length.segments,
        "encoding": shown.length.encoding,
        "characters": len(shown.text),
        "units": shown.length.units,
    }
