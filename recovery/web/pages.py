"""Small pages for customers, in their language: no script, nothing loaded but the shop's logo."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from babel import Locale
from jinja2 import Environment, StrictUndefined
from starlette.responses import HTMLResponse, Response

from recovery.settings import ShopSettings
from recovery.template.formats import moment
from recovery.template.locales import choose, formatting

LAST = "en"
Words = Mapping[str, Mapping[str, str]]


def page(
    shop: ShopSettings, locale: str, name: str, status: int = 200, **values: str | None
) -> Response:
    """The page `name` of words.yaml; `values` fill its placeholders, those that are None hide
    the sentences that name them."""
    language = choose(locale, frozenset(words()), LAST) or LAST
    said = words()[language]
    known = {"shop": shop.name} | {key: value for key, value in values.items() if value}
    sentences = {
        part: text.format_map(known)
        for part in ("title", "text", "kept", "next", "button")
        if (text := said.get(f"{name}.{part}")) and _can_say(text, known)
    }
    shown = _template().render(
        sentences,
        language=language,
        shop=shop,
        style=_style(),
        number=said["number"].format_map(known) if "number" in known else None,
        next_title=said["next_title"],
        help=said["help"],
        to_shop=said["to_shop"].format_map(known),
        asks=name.startswith("unsubscribe"),
        contact=shop.support_email or shop.reply_to or shop.email,
    )
    return HTMLResponse(shown, status, headers={"Content-Security-Policy": _policy(shop)})


def written_moment(at: datetime, locale: str, zone: str) -> str:
    """`at` as the reader of `locale` writes it, in their time zone."""
    language = choose(locale, frozenset(words()), LAST) or LAST
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    return moment(at, formatting(language, locale), place)


def preferred(accept_language: str) -> str:
    """The first language of a browser that we write in."""
    for wanted in accept_language.split(",")[:10]:
        tag = wanted.partition(";")[0].strip()
        if tag and (found := choose(tag[:35], frozenset(words()), "")):
            return found
    return LAST


@cache
def words() -> dict[str, dict[str, str]]:
    """Language → name of a sentence → the sentence."""
    text = (files("recovery.web") / "words.yaml").read_text("utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return {language: dict(_flat(tree)) for language, tree in told.items()}


def _flat(tree: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found += [(f"{name}.{part}", text) for part, text in value.items()]
        else:
            found.append((name, value))
    return found


def _can_say(text: str, known: Mapping[str, str]) -> bool:
    return all(f"{{{name}}}" not in text or name in known for name in ("number", "until"))


@cache
def _template() -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals["locale_of"] = Locale.parse
    return environment.from_string((files("recovery.web") / "page.html").read_text("utf-8"))


@cache
def _style() -> str:
    return (files("recovery.web") / "page.css").read_text("utf-8")


@cache
def _policy(shop: ShopSettings) -> str:
    """Nothing runs and nothing loads, except our own style and the shop's logo."""
    style = b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    logo = urlsplit(shop.logo_url or "")
    images = f"img-src {logo.scheme}://{logo.netloc}; " if logo.scheme == "https" else ""
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; {images}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
