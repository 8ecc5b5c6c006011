"""The preview as one page: no script, nothing fetched but pictures of the letters themselves.

Each e-mail stands in a sandboxed frame of its own, so whatever a template or a product's name
holds can neither run nor leave it.
"""

from collections.abc import Iterator, Sequence
from email.header import decode_header, make_header
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup as Html

from recovery.connectors.mime import email_bytes
from recovery.message import EmailMessage
from recovery.preview.checks import CLIPPED
from recovery.preview.rendered import Shown
from recovery.preview.wording import Tongue
from recovery.sms import GSM7, outside

_HERE = Path(__file__).parent
_ALONE = {True: 160, False: 70}  # units in an SMS of one segment: GSM-7 or not
_PART = {True: 153, False: 67}


def page(shown: Sequence[Shown], title: str, lang: str) -> str:
    """The HTML of a preview in `lang`, en or zh-CN."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"frame": frame, "headers": headers, "strange": strange}
    environment.globals.update(clipped=CLIPPED, left=left)
    return environment.get_template("page.html.j2").render(
        t=Tongue(lang), title=title, shown=shown, chapters=list(_chapters(shown))
    )


def write_page(shown: Sequence[Shown], path: Path, title: str, lang: str) -> Path:
    """Write the page to `path`, making its folder; returns where it lies, absolute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(shown, title, lang), encoding="utf-8")
    return path.resolve()


def frame(html: str) -> Html:
    """A letter as the value of an attribute between single quotes: nothing of it can end it."""
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;")):
        html = html.replace(sign, safe)
    return Html(html)  # noqa: S704 - every sign that could leave the attribute is gone


def headers(message: EmailMessage) -> str:
    """The headers as they go over the wire, encoded words made readable."""
    head = email_bytes(message).partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    lines = head.replace("\r\n ", " ").split("\r\n")
    return "\n".join(str(make_header(decode_header(line))) for line in lines)


def left(shown: Shown) -> int:
    """How many units the last segment of an SMS has room for."""
    assert shown.length is not None, "an SMS"  # noqa: S101
    gsm, parts = shown.length.encoding == GSM7, shown.length.segments
    room = _ALONE[gsm] if parts == 1 else _PART[gsm] * parts
    return room - shown.length.units


def strange(body: str) -> list[str]:
    """The letters that make an SMS dearer, for people: `₩ U+20A9`; the first few of a language."""
    return [f"{letter} U+{ord(letter):04X}" for letter in outside(body)[:6]]


def _chapters(shown: Sequence[Shown]) -> Iterator[tuple[str, str, list[list[Shown]]]]:
    """Campaigns with their description, and the messages of each of their steps."""
    for name, mine in groupby(shown, lambda one: one.cell.campaign.campaign):
        listed = list(mine)
        steps = [list(group) for _, group in groupby(listed, lambda one: id(one.cell.step))]
        yield name, listed[0].cell.campaign.description, steps
