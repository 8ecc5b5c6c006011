"""GET /pay/<token>: notes the visit, looks at the order as it is now, then shows the way."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from recovery import telemetry
from recovery.connectors.visitors import is_machine
from recovery.db import reading, retried, table
from recovery.facts import EventKind, MessageEvent, OrderStatus
from recovery.intake.messages import apply_events
from recovery.links import Link, LinkError, LinkFault, Purpose
from recovery.models import Click
from recovery.web.destination import destination
from recovery.web.linked import Linked, behind
from recovery.web.pages import page, preferred, written_moment
from recovery.web.site import Site

SOURCE = "link"
# Nobody reads a message within two seconds of our handing it over; gateways open its links then,
# and while its provider has not answered yet.
TOO_QUICK = timedelta(seconds=2)
ONE_VISIT = timedelta(minutes=1)
NOTE_SECONDS = 0.25  # of a customer's time
LOCK_SECONDS = 5
_PREFETCH = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_STATES = {
    OrderStatus.PAID: "paid",
    OrderStatus.REFUNDED: "refunded",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.EXPIRED: "expired",
}

clicks = table(Click)


def pay(site: Site, token: str, method: str, headers: Mapping[str, str]) -> Response:
    """A redirect to the payment page, or a page that says why there is nothing to pay."""
    now = site.now()
    try:
        link, too_old = site.links.read(token, Purpose.PAY, now), False
    except LinkError as error:
        if error.link is None:
            return cut_off(site, headers)
        link, too_old = error.link, error.reason is LinkFault.EXPIRED
    with reading(site.database) as connection:
        order = behind(connection, link)
    if order is None:
        return _page(site, preferred(headers.get("accept-language", "")), "too_old", 410)
    if not too_old:
        _note(site, link, _is_machine(order, method, headers, now), now)
    return _answer(site, order, now, too_old=too_old)


def cut_off(site: Site, headers: Mapping[str, str]) -> Response:
    """The page for an address of which only the beginning is left."""
    return _page(site, preferred(headers.get("accept-language", "")), "unknown", 404)


def _answer(site: Site, order: Linked, now: datetime, *, too_old: bool) -> Response:
    if state := _STATES.get(order.status):
        return _page(site, order.locale, state, number=order.number)
    if too_old:
        return _page(site, order.locale, "too_old", 410, number=order.number)
    if order.expires_at is not None and order.expires_at <= now:
        return _page(site, order.locale, "expired", number=order.number)
    if url := destination(order.payment_url, site.settings):
        return RedirectResponse(url, 302)
    if order.payment_url:
        host = _host(order.payment_url)
        telemetry.event("web", "pay_host_not_allowed", level=logging.WARNING, host=host)
    kept = order.expires_at
    until = None if kept is None else written_moment(kept, order.locale, order.timezone)
    if order.status is OrderStatus.CART:  # not placed: there is no order, and nothing to pay
        return _page(site, order.locale, "cart", until=until)
    return _page(site, order.locale, "waiting", number=order.number, until=until)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "-"
    except ValueError:
        return "-"


def _page(site: Site, locale: str, name: str, status: int = 200, **values: str | None) -> Response:
    return page(site.settings.shop, locale, name, status, **values)


def _is_machine(order: Linked, method: str, headers: Mapping[str, str], now: datetime) -> bool:
    """Gateways, previews and prefetching browsers open links that nobody has chosen to open."""
    purposes = " ".join(headers.get(name, "") for name in _PREFETCH).lower()
    sent_at = order.sent_at
    quick = order.flying or (sent_at is not None and sent_at <= now < sent_at + TOO_QUICK)
    return (
        method == "HEAD"
        or "prefetch" in purposes
        or "preview" in purposes
        or quick
        or is_machine(headers.get("user-agent"))
    )


def _note(site: Site, link: Link, machine: bool, now: datetime) -> None:
    """Write the visit down, mostly before we answer. Trouble with that, or a database that is busy,
    must not stand between a customer and the till."""

    def work(connection: Connection) -> None:
        if not _noted(connection, link.touch_id, machine, now):
            key = f"{link.touch_id}:{now.isoformat()}"
            visit = (SOURCE, key, EventKind.CLICKED, now, link.touch_id, None, None, None, None)
            apply_events(connection, [MessageEvent(*visit, machine=machine)], now)

    def write() -> None:
        try:
            retried(site.database, work, lock_seconds=LOCK_SECONDS)
        except Exception as error:  # nobody else hears of it
            lost(error)

    def lost(why: object) -> None:
        telemetry.event("web", "click_lost", level=logging.ERROR, touch=link.touch_id, why=why)

    if not site.note(write, NOTE_SECONDS):
        lost("too many visits wait to be written down")


def _noted(connection: Connection, touch_id: int, machine: bool, now: datetime) -> bool:
    """Whether this visit is noted already: a page reloaded is one visit, and a flood is, too."""
    lately = select(clicks.c.id).where(
        clicks.c.touch_id == touch_id,
        clicks.c.machine == machine,
        clicks.c.at > now - ONE_VISIT,
        clicks.c.at <= now,
    )
    return connection.execute(lately.limit(1)).first() is not None
