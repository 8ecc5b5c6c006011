"""/unsubscribe/<token>: looking changes nothing, one click (RFC 8058) ends messages at once.

An old link of ours still works: nobody has to ask twice. No cookie, no login, no redirect.
"""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, select
from starlette.responses import Response

from recovery.db import reading, retried, table
from recovery.intake.consents import LINK, compared
from recovery.intake.suppress import UNSUBSCRIBED, suppress
from recovery.links import Link, LinkError, Purpose
from recovery.message import Channel
from recovery.models import Consent, Suppression
from recovery.web.linked import behind
from recovery.web.pages import page, preferred
from recovery.web.site import Site

LOCK_SECONDS = 10  # then 500: the wish is not lost, the mail program or the person asks again

consents, suppressions = table(Consent), table(Suppression)


def ask(site: Site, token: str, headers: Mapping[str, str]) -> Response:
    """A page with one button. Scanners may open it as often as they like."""
    return _answer(site, token, headers, stop=False)


def stop(site: Site, token: str, headers: Mapping[str, str]) -> Response:
    """Put the address on the list of its channel; told twice, nothing changes."""
    return _answer(site, token, headers, stop=True)


def _answer(site: Site, token: str, headers: Mapping[str, str], *, stop: bool) -> Response:
    link = _link(site, token)
    if link is None:
        return lost(site, headers)
    with reading(site.database) as connection:
        order = behind(connection, link)
    if order is None:
        return lost(site, headers, 410)
    channel, address = order.channel, order.address
    if address is None:
        return page(site.settings.shop, order.locale, "forgotten", 410)
    if stop:
        work = partial(_suppress, site=site, link=link, channel=channel, address=address)
        retried(site.database, work, lock_seconds=LOCK_SECONDS)
    else:
        with reading(site.database) as connection:
            stop = _on_the_list(connection, channel, address)  # nobody has to ask twice
    name = f"{'stopped' if stop else 'unsubscribe'}_{channel}"
    return page(site.settings.shop, order.locale, name)


def _link(site: Site, token: str) -> Link | None:
    try:
        return site.links.read(token, Purpose.UNSUBSCRIBE, site.now())
    except LinkError as error:
        return error.link


def lost(site: Site, headers: Mapping[str, str], status: int = 404) -> Response:
    """A link that says nothing: how to get no more messages all the same."""
    language = preferred(headers.get("accept-language", ""))
    return page(site.settings.shop, language, "lost_unsubscribe", status)


def _suppress(
    connection: Connection, site: Site, link: Link, channel: Channel, address: str
) -> None:
    """The address that the message went to: the order may have another one by now."""
    if not _said_before(connection, channel, address):
        evidence = f"touch {link.touch_id}"
        suppress(connection, channel, address, UNSUBSCRIBED, LINK, site.now(), evidence)


def _said_before(connection: Connection, channel: Channel, address: str) -> bool:
    """Whether the address is on the list, and the wish is on record: a second click adds none."""
    where = compared(channel, address)
    on_record = select(consents.c.id).where(
        consents.c.channel == channel, consents.c.address == where, consents.c.source == LINK
    )
    said = bool(connection.scalar(select(on_record.exists())))
    return said and _on_the_list(connection, channel, address)


def _on_the_list(connection: Connection, channel: Channel, address: str) -> bool:
    listed = select(suppressions.c.id).where(
        suppressions.c.channel == channel, suppressions.c.address == compared(channel, address)
    )
    return bool(connection.scalar(select(listed.exists())))
