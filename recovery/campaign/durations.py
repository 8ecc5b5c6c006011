"""How marketers write time spans: `30m`, `20h`, `3d`, `2w` and sums such as `1d12h`."""

import re
from datetime import timedelta

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
_SPAN = re.compile(r"(?=\d)" + "".join(rf"(?:(\d{{1,5}}){unit})?" for unit in _UNITS), re.ASCII)
_LOOSE = re.compile(r"([0-9]+)\s*([^\W\d_]+)")


def parse_duration(text: str) -> timedelta:
    """Read a span; a day is 24 hours. Units go from large to small, each at most once.

    Raises ValueError whose text is the spelling that was probably meant (`2d` for `2 dayz`).
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(probably_meant(text))
    counts = zip(match.groups(), _UNITS.values(), strict=True)
    return sum((int(count) * unit for count, unit in counts if count), timedelta())


def format_duration(span: timedelta) -> str:
    """Write a span of whole minutes as `parse_duration` reads it; nothing at all is `0m`."""
    parts = []
    for letter, unit in _UNITS.items():
        count, span = divmod(span, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0m"


def probably_meant(text: str) -> str:
    """Return a duration that resembles `text`, or the examples when nothing does."""
    if re.fullmatch(r"\d+", text.strip(), re.ASCII):
        return f"{text.strip()}m, {text.strip()}h or {text.strip()}d"
    found = {word[0].lower(): count for count, word in _LOOSE.findall(text)}
    if not found or not found.keys() <= _UNITS.keys() or "," in text or "." in text:
        return "30m, 20h, 3d, 2w or a sum such as 1d12h"
    return "".join(f"{found[unit]}{unit}" for unit in _UNITS if unit in found)
