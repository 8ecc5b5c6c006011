"""One language: the words of the catalogue, and how it writes numbers, shares, money and times."""

from datetime import datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from recovery.i18n import Value, fill, say, words
from recovery.money import Money

_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}
NOTHING = "–"


class Tongue:
    """How `lang` speaks."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.speak: NullTranslations = words(lang)
        self.locale = _LOCALES[lang]

    def __call__(self, text: str, /, **values: Value) -> str:
        """`text` (a marked one) in this language, its places filled."""
        return fill(say(text, **values), self.speak)

    def text(self, value: Value) -> str:
        """A text that was made elsewhere."""
        return fill(value, self.speak)

    def number(self, value: float) -> str:
        """A whole number with the language's separators."""
        return str(format_decimal(round(value), locale=self.locale))

    def share(self, value: float | None, digits: int = 1) -> str:
        """`21.0%`; a dash when there is none."""
        if value is None:
            return NOTHING
        pattern = "0" + ("." + "0" * digits if digits else "") + "%"
        return str(format_percent(value, pattern, locale=self.locale))

    def money(self, amount: Money) -> str:
        """The amount with its currency as the language writes it."""
        return str(format_currency(amount.major, amount.currency, locale=self.locale))

    def moment(self, at: datetime, zone: str = "UTC") -> str:
        """Date and time with the zone named: `2026-11-22 09:00 UTC`."""
        told = format_datetime(at.astimezone(ZoneInfo(zone)), "yyyy-MM-dd HH:mm", locale="en")
        return f"{told} {zone}"
