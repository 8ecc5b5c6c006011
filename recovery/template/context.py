"""From a view to the names a template uses; what came from outside is made harmless here."""

import re
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recovery.template.formats import Formats
from recovery.template.locales import formatting
from recovery.template.view import MessageView, StaffView

NAMES = frozenset(
    {"customer_name", "shop", "order", "pay_url", "kept_until", "methods", "offer", "suggest"}
    | {"unsubscribe_url", "now", "staff", "locale", "customer_locale", "marketing", "formats"}
    | {"variant"}
)
_CONTROL = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], " ")
_LINK = re.compile(r"://|www\.|[a-z0-9]\.[a-z]{2,}(?:/|$)", re.IGNORECASE)
_LONGEST_NAME = 60


def context(
    view: MessageView, written: str, *, marketing: bool, staff: StaffView | None
) -> dict[str, Any]:
    """Names and values for a text in `written`, read by `staff` or else by the customer.

    A service message never sees an offer, a customer never what only staff may read.
    """
    reader = staff.locale if staff else view.locale
    return {
        "customer_name": person(view.customer_name),
        "shop": view.shop,
        "order": view.order,
        "pay_url": view.pay_url,
        "kept_until": _ahead(view.kept_until, view.now),
        "methods": view.methods,
        "suggest": view.suggest,
        "variant": view.variant,
        "offer": view.offer if marketing else None,
        "unsubscribe_url": view.unsubscribe_url,
        "now": view.now,
        "staff": staff,
        "locale": written,
        "customer_locale": view.locale,
        "marketing": marketing,
        "formats": _formats(written, reader, view.timezone),
    }


def one_line(text: str) -> str:
    """No line break and no control character is left: fit for a header."""
    return " ".join(text.translate(_CONTROL).split())


def person(name: str | None) -> str | None:
    """A name fit to be greeted; None when it is a book or has a link, for spam."""
    clean = one_line(name or "")
    return clean if clean and len(clean) <= _LONGEST_NAME and not _LINK.search(clean) else None


def _ahead(deadline: datetime | None, now: datetime) -> datetime | None:
    """A deadline that is over would only confuse."""
    return deadline if deadline and deadline > now else None


@cache
def _formats(written: str, customer: str, zone: str) -> Formats:
    return Formats(formatting(written, customer), _zone(zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
