"""Blots out what no log may hold, whatever is passed: secrets, addresses, phones, link tokens.

Rather too much than too little: a long number that is no phone number goes, too. What an operator
needs stays: dates, ids in hexadecimal, private network addresses. Pure.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from urllib.parse import quote, unquote

BLOT, E_MAIL, PHONE, TOKEN = "***", "<e-mail>", "<phone>", "<token>"
A_LONG_NUMBER = 10**9  # ids and counts are shorter; a phone number is not
DEEPEST = 5
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_AT = r"(?:@|＠|﹫|%40|&#0*64;|&#x0*40;|&commat;|\\u0040|\\x40)"
_LOCAL = r"""(?:"[^"\n]{1,64}"|(?!')[^\s"<>()\[\]{},;:/?&@＠﹫\\]{1,200})"""
_DOMAIN = r"""(?:\[[^\]\s]{1,64}\]|[^\s"'<>()\[\]{},;:/?&@＠﹫\\]{1,255})"""
_ADDRESS = re.compile(rf"{_LOCAL}(?:{_AT}+{_DOMAIN})+", re.I)
_HAS_AT = re.compile(_AT, re.I)
_BLOTTED_LOGIN = re.compile(r"\*\*\*@[^@%&\\]+")  # redis://:***@host: the host helps, and is no one

_GAP = r"[ \t\u00a0\u2009\u202f.\-\u2010-\u2015/()]{0,3}"
_OCTETS = r"(?:\.\d{1,3})"
_KEPT = (
    r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"  # an instant
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)"
    rf"|(?<![\d.])(?:(?:127|10){_OCTETS}{{3}}|192\.168{_OCTETS}{{2}})(?![\d.])"
    r"|(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"
    r"|(?<![0-9a-z])(?:[A-Z]{2})?(?=\d*[a-f])[0-9a-f]{12,64}(?![0-9a-z])"
)
_NUMBER = (
    rf"(?:\+|＋|%2B){_GAP}\d(?:{_GAP}\d){{6,}}"
    rf"|(?<![0-9a-z])\(?\d(?:{_GAP}\d){{8,}}(?![0-9a-z])"
    r"|\d{10,}"
)
_NUMBERS = re.compile(rf"(?P<kept>{_KEPT})|{_NUMBER}", re.I)
# Nine digits in a row, gaps and all: most lines hold no such thing.
_HAS_NUMBER = re.compile(rf"\d(?:{_GAP}\d){{6}}")

_LINKS = re.compile(r"((?:/|%2F)(?:pay|unsubscribe|click)(?:/|%2F))[^\s\"'<>?#&/{]+", re.I)
_BARE_TOKEN = re.compile(
    r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[A-Za-z0-9_-]{40}(?![\w-])"  # as recovery.links
)
_KEYS = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}|\bSG\.[\w-]{8,}(?:\.[\w-]{8,})?", re.I)


class Redactor:
    """Knows the secrets of one project, and what addresses look like."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelled = {way for one in secrets if one for way in _spellings(one)}
        self._secrets = sorted(spelled, key=len, reverse=True)

    def text(self, text: str) -> str:
        """`text` without secrets, e-mail addresses, phone numbers and tokens of links."""
        for secret in self._secrets:
            text = text.replace(secret, BLOT)
        text = _KEYS.sub(lambda m: f"{m[1]} {BLOT}" if m[1] else BLOT, text)
        text = _BARE_TOKEN.sub(TOKEN, _LINKS.sub(rf"\1{TOKEN}", text))
        if _HAS_AT.search(text):
            text = _ADDRESS.sub(_an_address, text)
        if _HAS_NUMBER.search(text):
            text = _NUMBERS.sub(lambda m: m[0] if m["kept"] else PHONE, text)
        return text

    def value(self, value: object, depth: int = 0) -> Plain:
        """`value` as JSON may hold it, and nothing in it that must not stand there."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and abs(value) < A_LONG_NUMBER:
            return int(value)
        if isinstance(value, float) and isfinite(value):
            return value
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if isinstance(value, Mapping) and depth < DEEPEST:
            return {self.text(said(k)): self.value(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
            return [self.value(one, depth + 1) for one in value]
        return self.text(said(value))


def said(value: object) -> str:
    """`value` in words; a log line never fails."""
    try:
        if isinstance(value, bytes | bytearray):
            return value.decode("utf-8", "replace")
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _an_address(match: "re.Match[str]") -> str:
    return match[0] if _BLOTTED_LOGIN.fullmatch(match[0]) else E_MAIL


def _spellings(secret: str) -> set[str]:
    """As it is, as an address quotes it, and as JSON does."""
    return {secret, unquote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}
