"""What the doctor says of our doors: can providers and the shop tell us things, and can customers
who follow a link pay?"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from recovery.cli.findings import Finding, looked
from recovery.errors import Exit
from recovery.i18n import here, plural

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recovery.settings import Settings

NEWEST = 10_000  # orders whose payment page is looked at


def doors(settings: "Settings") -> Finding:
    """With senders that reach customers, every door that hears of them has to be open."""
    from recovery.settings import is_loopback

    trouble = []
    if settings.email_sender == "sendgrid" and not settings.sendgrid.webhook_public_key:
        trouble.append(
            here(
                "no RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY: bounces, complaints and clicks are not "
                "heard"
            )
        )
    url = settings.public_url
    if not url.startswith("https://") and not is_loopback(url):
        trouble.append(here("RECOVERY_PUBLIC_URL is not https: links travel in the open"))
    if not settings.reaches_out:
        return Finding("doors", True, here("nothing leaves this machine, so nobody has to answer"))
    if trouble:
        cure = here(
            "see docs/http.md; until then keep RECOVERY_EMAIL_SENDER and _SMS_SENDER on outbox"
        )
        return Finding("doors", False, "; ".join(trouble), cure, Exit.USAGE)
    if not settings.orders_secret:
        cure = here("set RECOVERY_ORDERS_SECRET if the shop shall post orders and payments itself")
        return Finding(
            "doors", True, here("POST /v1/orders is shut: payments come by import"), cure
        )
    return Finding("doors", True, here("webhooks and orders are taken"))


def payment_pages(settings: "Settings") -> Finding:
    """Orders in a campaign whose payment page `/pay/…` does not lead to."""
    shut: Counter[str] = looked(settings, lambda at: _shut(at, settings)) or Counter()
    if not shut:
        return Finding("pay links", True, here("lead to the payment pages of all open orders"))
    orders = plural("{count} open order", "{count} open orders", sum(shut.values()))
    hosts = ", ".join(f"{host} ({count:,})" for host, count in shut.most_common(5))
    told = here(
        "{orders} with a payment page where no link may lead: {hosts}", orders=orders, hosts=hosts
    )
    cure = here("if these are yours, add the hosts to RECOVERY_PAY_HOSTS; they have to be https")
    return Finding("pay links", False, told, cure, Exit.USAGE)


def _shut(connection: "Connection", settings: "Settings") -> Counter[str]:
    """How many of the newest orders at work, by the host of their page."""
    from sqlalchemy import select

    from recovery.db import table
    from recovery.models import Enrolment, EnrolmentState, Order
    from recovery.web.destination import destination

    orders, enrolments = table(Order), table(Enrolment)
    found = (
        select(orders.c.payment_url)
        .join_from(enrolments, orders, enrolments.c.order_id == orders.c.id)
        .where(enrolments.c.state == EnrolmentState.ACTIVE, orders.c.payment_url.is_not(None))
        .order_by(enrolments.c.id.desc())
        .limit(NEWEST)
    )
    urls = [url for url in connection.execute(found).scalars() if not destination(url, settings)]
    return Counter(map(_host, urls))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or "-"
    except ValueError:
        return "-"
    return host if parts.scheme == "https" else f"{parts.scheme}://{host}"


def shut_doors(settings: "Settings") -> Mapping[str, str]:
    """The addresses that turn everybody away, and the setting that opens each."""
    twilio = settings.twilio
    given = {
        "/v1/orders": ("RECOVERY_ORDERS_SECRET", settings.orders_secret),
        "/hooks/sendgrid": (
            "RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY",
            settings.sendgrid.webhook_public_key,
        ),
        "/hooks/twilio": ("RECOVERY_TWILIO_AUTH_TOKEN", twilio.auth_token or twilio.webhook_key),
    }
    return {path: name for path, (name, value) in given.items() if not value}
