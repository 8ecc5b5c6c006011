"""Where a pay link may lead: payment pages of hosts that the merchant named, nowhere else. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from recovery.settings import Settings, is_loopback

# Hosted payment pages of providers that many shops use.
KNOWN = (
    "checkout.stripe.com",
    "invoice.stripe.com",
    "buy.stripe.com",
    ".myshopify.com",
    "checkout.shopify.com",
    "www.paypal.com",
    "www.mollie.com",
    "eu.adyen.link",
    "us.adyen.link",
)
# Browsers read a backslash as a slash, drop line ends, and take what is before @ for a name.
_STRANGE = re.compile(r"[\x00-\x20\x7f\\]")


def destination(url: str | None, settings: Settings) -> str | None:
    """`url`, fit for a Location header, when customers may be sent there; else None.

    https only; http and any port on this machine, while the whole service runs on it.
    """
    if not url or _STRANGE.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or not host.isascii():
        return None
    if is_loopback(url):
        good = parts.scheme in ("http", "https") and is_loopback(settings.public_url)
    else:
        good = parts.scheme == "https" and is_allowed(host, hosts(settings))
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]-._") if good else None


def hosts(settings: Settings) -> Sequence[str]:
    """The hosts that the settings allow; `.shop.example` stands for every host below it."""
    if settings.pay_hosts:
        return settings.pay_hosts
    shop = (urlsplit(settings.shop.url).hostname or "").removeprefix("www.")
    return (shop, f".{shop}", *KNOWN) if shop else KNOWN


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether `host` is one of `allowed`, or below one that begins with a dot."""
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in allowed)
