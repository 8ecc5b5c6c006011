"""The words of the page, and how it writes days, amounts and chances."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml
from babel.dates import format_date

from recovery.measure.cash import Cash
from recovery.measure.judging import Verdict
from recovery.measure.page.views import HIDDEN
from recovery.measure.report import Row
from recovery.measure.stats import Effect, Interval
from recovery.measure.wording import Wording, signed
from recovery.money import Money
from recovery.tongue import LOCALES

_TINY = 0.001


@cache
def _page_words() -> dict[str, dict[str, str]]:
    file = Path(__file__).with_name("words.yaml")
    words: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return words


@dataclass(frozen=True, slots=True)
class Speech(Wording):
    """The report's wording with the words of the page."""

    @classmethod
    def of(cls, lang: str) -> "Speech":
        """As `Wording.of`."""
        return cls(lang, {**Wording.of(lang).words, **_page_words()[lang]})

    def after(self, hours: float) -> str:
        """`20 h`, `2 d`, `2 d 12 h`: so long after enrolment."""
        days, rest = divmod(round(hours, 2), 24)
        told = [self("days", count=f"{days:.0f}")] if days else []
        if rest or not days:
            told.append(self("hours", count=f"{rest:g}"))
        return " ".join(told)

    def span_of(self, window: timedelta | None) -> str:
        """The length of a goal window."""
        return "–" if window is None else self.after(window / timedelta(hours=1))

    def week(self, monday: date) -> str:
        """`2 Nov`."""
        return str(format_date(monday, self("week_pattern"), locale=LOCALES[self.lang]))

    def amount(self, cash: Cash, minor: float | None) -> str:
        """Minor units of a purse as money; a dash when not known."""
        return "–" if minor is None else self.money(cash.money(round(minor)))

    def relative(self, value: float | None) -> str:
        """A lift as a part of the hold-out's rate: `+25%`."""
        return "–" if value is None else f"{signed(value).removesuffix('.0')}%"

    def per_head(self, effect: Effect, currency: str | None) -> str:
        """A difference for each customer, as money or as a number."""
        return self._head(effect.est, currency)

    def per_head_span(self, effect: Effect, currency: str | None) -> str:
        """Its interval; a dash where there is none."""
        if effect.lo is None or effect.hi is None:
            return "–"
        return f"{self._head(effect.lo, currency)} … {self._head(effect.hi, currency)}"

    def _head(self, value: float | None, currency: str | None) -> str:
        if value is None:
            return "–"
        if currency is None:
            return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
        return self.money(Money(round(value), currency))

    def chance(self, p: float | None) -> str:
        """`0.42`, `< 0.001`; a dash while too few can tell."""
        if p is None:
            return "–"
        return f"< {_TINY}" if p < _TINY else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"

    def between(self, interval: Interval | None) -> str:
        """`−0.3 … +6.3`: points of a hundred."""
        return "" if interval is None else f"{signed(interval.low)} … {signed(interval.high)}"

    def counts(self, interval: Interval | None) -> str:
        """`−3 … +63`: customers."""
        if interval is None:
            return ""
        return f"{self.plus(interval.low)} … {self.plus(interval.high)}"

    def plus(self, value: float) -> str:
        """A whole number with its sign; zero has none."""
        whole = round(value)
        sign = "+" if whole > 0 else "\N{MINUS SIGN}" if whole else ""
        return sign + self.number(abs(whole))

    def rule(self, row: Row) -> str:
        """How this experiment is decided, as declared."""
        planned = self.number(row.decision.customers)
        return self(f"rule_{row.decision.rule.value}", planned=planned)

    def smallest(self, row: Row) -> str:
        """The smallest lift that so many customers can show, in words, whatever the verdict."""
        if row.verdict in (Verdict.UNKNOWN, *HIDDEN):
            return self(f"smallest_{row.verdict}")
        found = row.lift.smallest if row.lift else None
        if found is None:
            return self("smallest_early")
        if found.mde_abs is None:
            return self("smallest_none")
        return self("smallest", points=f"{found.mde_abs * 100:.1f}")
