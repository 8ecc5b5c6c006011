"""How funnels and alerts speak: whole numbers, tenths of a percent, times with their zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from recovery import tongue


class Tongue(tongue.Tongue):
    """How a language speaks of what was counted."""

    def number(self, value: float) -> str:
        """A whole number with the language's separators."""
        return str(format_decimal(round(value), locale=self.locale))

    def share(self, value: float | None, digits: int = 1) -> str:
        """`21.0%`; a dash when there is none."""
        return super().share(value, digits)

    def moment(self, at: datetime, zone: str = "UTC") -> str:
        """Date and time with the zone named: `2026-11-22 09:00 UTC`."""
        told = format_datetime(at.astimezone(ZoneInfo(zone)), "yyyy-MM-dd HH:mm", locale="en")
        return f"{told} {zone}"
