"""How a language speaks: words of the catalogue, shares and money. Rooms add what is theirs."""

from gettext import NullTranslations

from babel.numbers import format_currency, format_percent

from recovery.i18n import Value, fill, say, words
from recovery.money import Money

LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}  # ours → Unicode's, which knows numbers and dates
NOTHING = "–"


class Tongue:
    """How `lang` (a key of `LOCALES`) speaks."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.speak: NullTranslations = words(lang)
        self.locale = LOCALES[lang]

    def __call__(self, text: str, /, **values: Value) -> str:
        """`text` (a marked one) in this language, its places filled."""
        return fill(say(text, **values), self.speak)

    def text(self, value: Value) -> str:
        """A text that was made elsewhere."""
        return fill(value, self.speak)

    def share(self, value: float | None, digits: int = 0) -> str:
        """A fraction of one as a percentage: `21%`; a dash when there is none."""
        if value is None:
            return NOTHING
        pattern = "0" + ("." + "0" * digits if digits else "") + "%"
        return str(format_percent(value, pattern, locale=self.locale))

    def money(self, amount: Money) -> str:
        """The amount with its currency as the language writes it."""
        return str(format_currency(amount.major, amount.currency, locale=self.locale))
