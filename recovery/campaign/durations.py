"""How marketers write time spans: `30m`, `20h`, `3d`, `2w` and sums such as `1d12h`.

Also read, and typed the same: ISO 8601 (`PT1H`, `P3D`) and Chinese (`3天`, `1小时30分钟`).
"""

import re
from datetime import timedelta

UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
_WORDS = {
    "w": "w|个?星期|周",
    "d": "d|天|日",
    "h": "h|个?小时|个?小時|时",
    "m": "m|分钟|分鐘|分",
}
_OURS = r"(?=\d)" + "".join(rf"(?:(\d{{1,5}})(?:{words}))?" for words in _WORDS.values())
_ISO = (
    r"P(?=\d|T\d)(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?"
)
_SPAN, _ISO_SPAN = re.compile(_OURS, re.ASCII), re.compile(_ISO, re.ASCII)
# What `parse_duration` reads, as a regular expression for other tools.
PATTERN = rf"^(?:{_OURS}|{_ISO})$"


class Written(timedelta):
    """A span that somebody wrote, in their words (`36h`); it equals any other of its length."""

    words = ""

    @classmethod
    def of(cls, span: timedelta, words: str) -> "Written":
        """`span`, to be shown as `words`."""
        found = cls(span.days, span.seconds)
        found.words = words
        return found


def parse_duration(text: str) -> timedelta:
    """Read a span; a day is 24 hours. Units go from large to small, each at most once.

    It remembers how it was written. Raises ValueError; `recovery.campaign.meant` knows what may
    have been meant.
    """
    match = _SPAN.fullmatch(text.strip()) or _ISO_SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    counts = zip(match.groups(), UNITS.values(), strict=True)
    span = sum((int(count) * unit for count, unit in counts if count), timedelta())
    return Written.of(span, text.strip())


def format_duration(span: timedelta) -> str:
    """Write a span of whole minutes as `parse_duration` reads it: in the words of who wrote it,
    else in the fewest units (`1d12h`); nothing at all is `0m`."""
    if isinstance(span, Written) and span.words:
        return span.words
    parts = []
    for letter, unit in UNITS.items():
        count, span = divmod(span, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0m"
