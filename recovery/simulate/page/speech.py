"""The words of simulations, beside those of the report, and how they write points and lifts."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from babel.numbers import format_decimal

from recovery.measure.page.speech import Speech as ReportSpeech
from recovery.measure.wording import signed
from recovery.simulate.gist import Place

_LOCALES = {"en": "en", "zh-CN": "zh_Hans_CN"}
_MINUS = "\N{MINUS SIGN}"


@cache
def _own_words() -> dict[str, dict[str, str]]:
    file = Path(__file__).with_name("words.yaml")
    words: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return words


@dataclass(frozen=True, slots=True)
class Speech(ReportSpeech):
    """One language."""

    @classmethod
    def of(cls, lang: str) -> "Speech":
        """As `Wording.of`."""
        return cls(lang, {**ReportSpeech.of(lang).words, **_own_words()[lang]})

    def score(self, value: float) -> str:
        """Points, with one decimal: `1,234.5`, `−3.0`."""
        told = format_decimal(round(value, 1) + 0.0, "#,##0.0", locale=_LOCALES[self.lang])
        return str(told).replace("-", _MINUS)

    def gain(self, value: float) -> str:
        """The same with its sign."""
        return ("+" if round(value, 1) > 0 else "") + self.score(value)

    def lift(self, share: float | None) -> str:
        """A true lift, in points of a hundred; a dash where there is none."""
        return "–" if share is None else signed(share)

    def where(self, place: Place, seeds: tuple[int, ...]) -> str:
        """In which scenario, how many orders and days, which seeds."""
        key = "sim_where" if len(seeds) == 1 else "sim_where_seeds"
        orders, days = self.number(place.orders), self.number(place.days)
        told = self.seeds(seeds)
        return self(key, scenario=place.scenario, orders=orders, days=days, seed=told, seeds=told)

    def seeds(self, seeds: tuple[int, ...]) -> str:
        """`1 to 20`, or each by itself."""
        row = range(seeds[0], seeds[-1] + 1)
        if len(seeds) > 2 and seeds == tuple(row):
            return self("sim_seeds_short", first=seeds[0], last=seeds[-1])
        return ", ".join(map(str, seeds))
