"""Numbers in words: what a verdict says to a marketer, in English and Simplified Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from recovery.campaign.experiments import Rule
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.measure.report import Row, Verdict
from recovery.measure.stats import BURN_IN, Interval
from recovery.money import Money
from recovery.tongue import LOCALES

LANGUAGES = tuple(LOCALES)
# A comparison that can't be trusted shows no number.
_HIDDEN = (Verdict.SRM_FAIL, Verdict.CONTAMINATED)
_MINUS = "\N{MINUS SIGN}"


@cache
def _all_words() -> dict[str, dict[str, str]]:
    file = Path(__file__).with_name("words.yaml")
    words: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return words


@dataclass(frozen=True, slots=True)
class Wording:
    """One language: its words, and how it writes numbers, money and times."""

    lang: str
    words: Mapping[str, str]

    @classmethod
    def of(cls, lang: str) -> "Wording":
        """The wording of `lang`; UsageError when it is none of `LANGUAGES`."""
        if lang not in LOCALES:
            raise UsageError(
                say(
                    "no report in {lang}; languages: {languages}",
                    lang=f"{lang!r}",
                    languages=", ".join(LANGUAGES),
                )
            )
        return cls(lang, _all_words()[lang])

    def __call__(self, key: str, **places: object) -> str:
        """The phrase of `key` with its {places} filled; KeyError for an unknown one."""
        return self.words[key].format(needed=BURN_IN, **places)

    def number(self, value: float) -> str:
        """A whole number with the language's separators."""
        return str(format_decimal(round(value), locale=LOCALES[self.lang]))

    def percent(self, rate: float | None) -> str:
        """`21.0%`; a dash when there is no rate yet."""
        if rate is None:
            return "–"
        return str(format_percent(rate, "0.0%", locale=LOCALES[self.lang]))

    def span(self, interval: Interval | None) -> str:
        """`18.7–23.5%`; nothing when there is no interval yet."""
        if interval is None:
            return ""
        return f"{interval.low * 100:.1f}–{interval.high * 100:.1f}%"

    def money(self, amount: Money) -> str:
        """The amount with its currency as the language writes it."""
        return str(format_currency(amount.major, amount.currency, locale=LOCALES[self.lang]))

    def moment(self, at: datetime) -> str:
        """Date and time, with the zone named."""
        return str(format_datetime(at, "long", locale=LOCALES[self.lang]))

    def channels(self, touches: Mapping[str, int]) -> str:
        """How many messages went by which channel."""
        return self("by_channel", **{name: self.number(n) for name, n in touches.items()})

    def chip(self, row: Row) -> str:
        """The verdict in one or two words."""
        return self("chip_control" if row.arm.holdout else f"chip_{row.verdict}")

    def verdict(self, row: Row) -> str:
        """The verdict in a sentence, with the numbers it stands on."""
        if row.arm.holdout:
            return self("says_control")
        lift, verdict = row.lift, row.verdict
        if verdict is Verdict.COLLECTING and lift is not None and lift.rule is Rule.FIXED:
            so_far = self.number(lift.treated.total + lift.control.total)
            planned = self.number(row.decision.customers)
            return self("says_planned", so_far=so_far, planned=planned)
        if verdict is Verdict.COLLECTING and lift is not None:
            here, there = self.number(lift.treated.count), self.number(lift.control.count)
            return self("says_collecting", here=here, there=there)
        if lift is None or lift.absolute is None or lift.interval is None or verdict in _HIDDEN:
            return self(f"says_{verdict}")
        ending = f"_{row.outcome}" if verdict is Verdict.FINAL else ""
        return self(
            f"says_{verdict}{ending}",
            points=f"{abs(lift.absolute) * 100:.1f}",
            direction=self("fewer" if lift.absolute < 0 else "more"),
            low=signed(lift.interval.low),
            high=signed(lift.interval.high),
        )

    def extra(self, row: Row) -> str:
        """How many of the recovered orders the sequence caused; nothing unless it is settled."""
        if row.outcome is not Verdict.LIFT or not row.lift or not row.lift.interval:
            return ""
        total, lift = row.lift.treated.total, row.lift
        return self(
            "extra",
            count=self.number((lift.absolute or 0) * total),
            low=self.number(row.lift.interval.low * total),
            high=self.number(row.lift.interval.high * total),
        )


def signed(share: float) -> str:
    """A share as points of a hundred with its sign: `+6.3`, `−0.3`, `0.0`."""
    points = f"{share * 100:+.1f}".replace("-", _MINUS)
    return "0.0" if points[1:] == "0.0" else points
