"""Sample orders, which live beside the templates: templates/samples.yaml for every message, and
templates/<message>/samples.yaml for one. All people and goods are invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from recovery.campaign.durations import parse_duration
from recovery.campaign.schema import OfferKind
from recovery.markets.countries import countries
from recovery.markets.reading import MarketError, Mistake, read_rules
from recovery.markets.schema import Strict, Words
from recovery.money import currencies
from recovery.problems import Place, Problem, problem
from recovery.reasons import FailureReason
from recovery.template.check import SAMPLES as FILE

USUAL = "usual"
_A_WHILE = timedelta(days=2, hours=8)


def _span(text: Any) -> Any:
    return None if text == "never" else parse_duration(text) if isinstance(text, str) else text


def _country(text: str) -> str:
    if text not in countries():
        raise ValueError(f"{text!r} is no country; write its ISO 3166 code, such as DE or GB")
    return text


def _currency(text: str) -> str:
    if text not in currencies():
        raise ValueError(f"{text!r} is no currency; write its ISO 4217 code, such as EUR")
    return text


Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]
Positive = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


class Person(Strict):
    """What is usual in a language: a customer's name, and goods."""

    customer: str
    goods: list[str] = Field(min_length=1)


class Item(Strict):
    """One line; without a name it is the next of the language's goods. The price is in USD."""

    name: str = ""
    quantity: Annotated[int, Field(ge=1, le=9999)] = 1
    price: Positive


class Sample(Strict):
    """One order. What is not said is as usual in the customer's language and market."""

    about: Words
    customer: str | None = None  # empty: nobody knows the name
    items: list[Item] | None = None
    expires: Annotated[timedelta | None, BeforeValidator(_span)] = _A_WHILE  # never: None
    failure: FailureReason | None = None  # only where a payment failed, or a voucher was issued
    offer: OfferKind | Literal["none"] | None = None  # only in steps that have an offer
    market: list[Country] | None = None  # only there


class SampleFile(Strict):
    """A file of samples. `worth`: how many of a currency look like one dollar."""

    people: dict[str, Person] = Field(default_factory=dict)
    worth: dict[Currency, Positive] = Field(default_factory=dict)
    samples: dict[str, Sample] = Field(default_factory=dict)


@dataclass(frozen=True)
class Samples:
    """Every sample of a templates folder. `problems`: mistakes in its files, which are left out."""

    shared: SampleFile
    own: Mapping[str, SampleFile]
    problems: tuple[Problem, ...] = ()

    def of(self, template: str) -> Mapping[str, Sample]:
        """The samples of one message by name: its own win over those of all messages.

        The first is the usual order, which is there whatever the files say.
        """
        own = self.own.get(template)
        usual = {USUAL: Sample(about=_ABOUT)}
        return {**usual, **self.shared.samples, **(own.samples if own else {})}

    def person(self, template: str, locale: str) -> Person:
        """Who is usual in the language of `locale`; English where nobody is."""
        people = {
            **self.shared.people,
            **(self.own[template].people if self._has(template) else {}),
        }
        parts = locale.replace("_", "-").split("-")
        tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
        return next((people[tag] for tag in (*tags, "en") if tag in people), _SOMEBODY)

    def worth(self, currency: str) -> Decimal:
        """How many of `currency` look like one dollar."""
        return self.shared.worth.get(currency, Decimal(1))

    def names(self) -> list[str]:
        """Every name of a sample, in the order of the files."""
        files = (self.shared, *self.own.values())
        return list(dict.fromkeys(name for file in files for name in file.samples))

    def _has(self, template: str) -> bool:
        return template in self.own


def read_samples(templates: Path) -> Samples:
    """Read every samples.yaml below `templates`; a wrong one is told and left out."""
    problems: list[Problem] = []
    own = {}
    for path in sorted(templates.glob(f"*/{FILE}")):
        own[path.parent.name] = _file(path, templates, problems)
    return Samples(_file(templates / FILE, templates, problems), own, tuple(problems))


def sample_problems(templates: Path) -> Iterator[Problem]:
    """What is wrong with the sample orders, for whoever checks the templates."""
    yield from read_samples(templates).problems


def _file(path: Path, templates: Path, problems: list[Problem]) -> SampleFile:
    shown = path.relative_to(templates.parent).as_posix()
    try:
        return read_rules(SampleFile, path.read_text("utf-8-sig"), shown)
    except FileNotFoundError:
        return SampleFile()
    except UnicodeDecodeError:
        problems.append(problem("CR105", shown, Place(0, 1, 1)))
    except MarketError as error:
        problems.extend(_problem(one) for one in error.mistakes)
    return SampleFile()


def _problem(one: Mistake) -> Problem:
    word = str(one.road[-1]) if one.road else ""
    place = Place(one.line, one.column, one.column + max(1, len(word)))
    return problem("CR150", one.file, place, one.road, problem=one.message)


_ABOUT = Words.model_validate({"en": "An order as most are", "zh-CN": "最常见的订单"})
_SOMEBODY = Person(customer="Grace Miller", goods=["Pour-over coffee set", "Stoneware mug"])
