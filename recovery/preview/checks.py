"""What is doubtful about a rendered message: links, unsubscribing, size, subject, price of an SMS.

One implementation for the preview and for whoever checks templates; none of it stops a message,
except that the dispatcher leaves out an SMS with a link where the market blocks it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from unicodedata import east_asian_width
from urllib.parse import unquote, urlsplit

from recovery import sms
from recovery.i18n import Value
from recovery.links import LinkError, Links, Purpose
from recovery.markets import MarketRules
from recovery.message import EmailMessage, MessageClass, SmsMessage
from recovery.problems import Place, Problem, Severity
from recovery.problems.codes import CODES
from recovery.settings import Settings

CLIPPED = 102 * 1024  # bytes of HTML beyond which Gmail hides the rest behind a link
LARGE = 90 * 1024
SUBJECT_WIDTH, SUBJECT_WORDS = 60, 14  # from so many words on; a Chinese sign is two wide
ONE_CLICK = "List-Unsubscribe=One-Click"
FEW = 2  # so many letters outside GSM-7 are a slip; more are a language


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful: a code (`recovery codes CR157` explains it) and what fills its words."""

    code: str
    parameters: dict[str, Value] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """As its code's row says."""
        return CODES[self.code].severity

    def problem(self, file: str, place: Place) -> Problem:
        """The same as a problem of the template it comes from."""
        told, severity = self.parameters, self.severity
        at = (place.line, place.column, place.end)
        return Problem(self.code, file, *at, parameters=told, severity=severity)


@dataclass(frozen=True, slots=True)
class Words:
    """An e-mail without its envelope, and whom it is for."""

    subject: str
    text: str
    html: str
    to: str
    to_name: str | None


@dataclass(slots=True)
class Markup:
    """What an HTML e-mail holds: its links, pictures without a description, its preheader."""

    links: list[str] = field(default_factory=list)
    bare_images: list[str] = field(default_factory=list)
    preheader: str = ""

    @classmethod
    def of(cls, html: str) -> "Markup":
        """Read `html`."""
        reader = _Reader()
        reader.feed(html)
        reader.close()
        found = reader.found
        found.preheader = " ".join(found.preheader.split())
        return found


def findings(
    message: EmailMessage | SmsMessage,
    settings: Settings,
    links: Links,
    rules: MarketRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Everything doubtful about one message; `links` are those that signed its addresses."""
    if isinstance(message, SmsMessage):
        return (*_blocked(message, rules), *sms_findings(message.body))
    words = Words(message.subject, message.text, message.html, message.to, message.to_name)
    marketing = message.message_class is MessageClass.MARKETING
    way_out = message.headers.get("List-Unsubscribe", "").strip("<> ") if marketing else ""
    wrong = _header(message, way_out, links, now) if marketing else None
    shown = way_out if wrong is None or wrong.code != "CR151" else None
    return (*([wrong] if wrong else []), *email_findings(words, settings, shown))


def email_findings(
    words: Words, settings: Settings, way_out: str | None = None
) -> tuple[Finding, ...]:
    """What the words of an e-mail tell by themselves; `way_out` is the link that they must show."""
    hidden = way_out and not (way_out in words.html and way_out in words.text)
    markup = Markup.of(words.html)
    return (
        *([Finding("CR153")] if hidden else []),
        *_links(words, markup, settings),
        *_shape(words, markup),
    )


def _header(message: EmailMessage, way_out: str, links: Links, now: datetime) -> Finding | None:
    """RFC 8058: marketing carries both headers, and one click works."""
    if not way_out or message.headers.get("List-Unsubscribe-Post") != ONE_CLICK:
        return Finding("CR151")
    try:
        links.read(way_out.rpartition("/")[2], Purpose.UNSUBSCRIBE, now)
    except LinkError as error:
        return Finding("CR152", {"why": str(error.reason)})
    return None


def _links(words: Words, markup: Markup, settings: Settings) -> Iterator[Finding]:
    hosts = _hosts(settings)
    for link in dict.fromkeys(markup.links):
        parts = urlsplit(link)
        if parts.scheme in ("mailto", "tel") and parts.path:
            continue  # the shop's own address and number
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield Finding("CR154", {"given": link or '""'})
        elif not any(
            parts.hostname == host or parts.hostname.endswith(f".{host}") for host in hosts
        ):
            yield Finding("CR155", {"given": link, "host": parts.hostname})
        if parts.scheme not in ("mailto", "tel") and _personal(link, words):
            yield Finding("CR156", {"given": link})


def _hosts(settings: Settings) -> set[str]:
    named = (urlsplit(url).hostname for url in (settings.public_url, settings.shop.url))
    return {host.removeprefix("www.") for host in (*named, *settings.pay_hosts) if host}


def _personal(link: str, words: Words) -> bool:
    """An address or a name in a link lies in every log on the way."""
    plain = unquote(link).lower()
    names = [word.lower() for word in (words.to_name or "").split() if len(word) > 3]
    return words.to.lower() in plain or any(name in plain for name in names)


def _shape(words: Words, markup: Markup) -> Iterator[Finding]:
    size = len(words.html.encode())
    if size >= LARGE:
        yield Finding("CR157", {"size": size // 1024, "most": CLIPPED // 1024})
    width, count = _width(words.subject), len(words.subject.split())
    if width > SUBJECT_WIDTH or count >= SUBJECT_WORDS:
        yield Finding("CR158", {"width": width, "words": count})
    if not words.text.strip():
        yield Finding("CR159")
    for image in dict.fromkeys(markup.bare_images):
        yield Finding("CR160", {"given": image})


def _blocked(message: SmsMessage, rules: MarketRules) -> Iterator[Finding]:
    if not rules.sms_links and sms.has_link(message.body):
        yield Finding("CR161", {"market": rules.country})


def sms_findings(body: str) -> Iterator[Finding]:
    """What an SMS costs, wherever it goes."""
    length, strange = sms.measure(body), sms.outside(body)
    without = "".join(letter for letter in body if letter not in strange)
    if 0 < len(strange) <= FEW and (least := sms.measure(without).segments) < length.segments:
        letters = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in strange)
        yield Finding("CR162", {"letters": letters, "parts": length.segments, "least": least})
    elif length.segments > (2 if len(strange) > FEW else 1):
        yield Finding("CR163", {"parts": length.segments, "units": length.units})


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class _Reader(HTMLParser):
    """Collects links and pictures; the first element that is not displayed is the preheader."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Markup()
        self._depth = 0  # within the preheader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag in ("a", "area"):
            self.found.links.append((given.get("href") or "").strip())
        if tag == "img" and "alt" not in given:
            self.found.bare_images.append(given.get("src") or "")
        hidden = "display:none" in (given.get("style") or "").replace(" ", "")
        if self._depth or (tag == "div" and hidden and not self.found.preheader):
            self._depth += tag == "div"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= bool(self._depth) and tag == "div"

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.found.preheader += data
