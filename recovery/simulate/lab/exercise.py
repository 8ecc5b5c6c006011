"""What an exercise is: its texts, the world it is played in, and what is looked at.

Each is a folder in `exercises/`: exercise.yaml (this schema), en.md and zh.md (the task), start/
(what a trainee begins with) and answer/ (what the score is measured by).
"""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from recovery.campaign.durations import format_duration, parse_duration
from recovery.campaign.scalars import MoneyText
from recovery.facts import UNPAID, CustomerType, OrderStatus
from recovery.message import Channel
from recovery.simulate.diary import Verb


def _span(given: Any) -> timedelta:
    return given if isinstance(given, timedelta) else parse_duration(str(given))


def _share(given: Any) -> float:
    """`12%` or 0.12."""
    text = str(given).strip()
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


Span = Annotated[timedelta, BeforeValidator(_span)]
Number = Annotated[float, BeforeValidator(_share)]


class Strict(BaseModel):
    """No unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(Strict):
    """One text in both languages."""

    en: str
    zh: str

    def in_(self, lang: str) -> str:
        """The text in `lang`: Chinese for zh…, else English."""
        return self.zh if lang.startswith("zh") else self.en


class Between(Strict):
    """A stretch of time, both ends included; an end that is not written is open."""

    from_: Span | None = Field(None, alias="from")
    to: Span | None = None

    def holds(self, span: timedelta | None) -> bool:
        """Whether `span` lies in it; nothing never does."""
        if span is None:
            return False
        return (self.from_ is None or span >= self.from_) and (self.to is None or span <= self.to)

    def __str__(self) -> str:
        """`6h–2d`, `≤ 2d`, `≥ 6h`."""
        low, high = (one and format_duration(one) for one in (self.from_, self.to))
        if low and high:
            return f"{low}–{high}"
        return f"≥ {low}" if low else f"≤ {high}"


class Count(Strict):
    """So many, both ends included; `12%` is 0.12."""

    from_: Number | None = Field(None, alias="from")
    to: Number | None = None

    def holds(self, number: float | None) -> bool:
        """Whether `number` is one of these; nothing never is."""
        if number is None:
            return False
        above = self.from_ is None or number >= self.from_
        return above and (self.to is None or number <= self.to)


class Probe(Strict):
    """A made-up unpaid order, of which is asked what a campaign would do about it."""

    status: OrderStatus = OrderStatus.PENDING
    market: str = "US"
    amount: MoneyText
    customer: CustomerType = CustomerType.NEW
    failure: str | None = None

    @model_validator(mode="after")
    def _unpaid(self) -> Self:
        if self.status not in UNPAID:
            raise ValueError(f"{self.status.value} is not unpaid")
        return self


class Gift(StrEnum):
    """Where in a sequence there is an offer."""

    NEVER = "never"
    LATER = "later"  # there is one, and not in the first message


class Gets(Strict):
    """What each sequence that the order may be drawn into has to be like.

    Times count from the moment at which the order was left unpaid; nobody clicks.
    """

    nothing: bool = False
    first: Between | None = None  # the first message, by whatever channel
    last: Between | None = None  # the last one
    messages: Count | None = None  # e-mails and SMS
    only: list[Channel] | None = None  # no other channel
    some: Channel | None = None  # at least one on this channel
    call: Between | None = None  # the first task for a person
    offer: Gift | None = None
    drawn: Count | None = None  # how many sequences it may be drawn into


class Offering(Strict):
    """What every offer that is used has to be like; `kinds` are the only ones allowed."""

    kinds: list[str] | None = None
    budget: bool = False
    once: bool = False
    min_order: bool = False
    some: bool = False  # and there has to be one


class Limiting(Strict):
    """What has to be written under `limits`, in the file or in defaults.yaml."""

    quiet: bool = False
    per_customer: bool = False
    min_gap: Between | None = None


class Figure(Strict):
    """A number of the simulation; which there are is in `checks/figures.py`."""

    of: str
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a figure needs at_least or at_most")
        return self


class Question(Strict):
    """Something to be answered in answers.yaml: one of some words, or a figure of the simulation
    within `within` of it (a share, or in the figure's own unit when `absolute`)."""

    key: str
    words: list[str] | None = None
    figure: str | None = None
    within: Number = 0.05
    absolute: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.words is None) == (self.figure is None):
            raise ValueError("an answer is one of words, or a figure")
        return self


class Entry(Strict):
    """An entry of the diary: an action such as `pause`, that long after the first day began."""

    action: Verb
    when: Between


KINDS = ("gets", "holdout", "offers", "limits", "figure", "answer", "diary")


class Check(Strict):
    """One thing that is looked at. `good` and `bad` say why it passed or failed; in them stand
    `{found}` for what was found and `{order}` for the order in question."""

    check: str
    weight: Annotated[int, Field(ge=1)] = 1
    order: Probe | None = None
    gets: Gets | None = None
    holdout: Count | None = None
    offers: Offering | None = None
    limits: Limiting | None = None
    figure: Figure | None = None
    answer: Question | None = None
    diary: Entry | None = None
    good: Words
    bad: Words
    look: Words | None = None

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def asks(self) -> bool:
        """Whether it asks for a number that the trainee has seen."""
        return self.answer is not None and self.answer.figure is not None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        found = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(found) != 1:
            raise ValueError(f"{self.check}: write exactly one of {', '.join(KINDS)}")
        if (self.order is None) == (self.gets is not None):
            raise ValueError(f"{self.check}: order and gets belong together")
        return self


class Exercise(Strict):
    """One exercise. `folder` is where it lies; orders, days and seed may be replaced by a class."""

    exercise: int
    name: str
    title: Words
    minutes: int
    scenario: str
    orders: int
    days: int
    seed: int
    preset: str | None = None  # a shipped campaign to compare with
    hints: Annotated[list[Words], Field(min_length=2)]
    checks: Annotated[list[Check], Field(min_length=1)]
    folder: Path

    def task(self, lang: str) -> str:
        """The task in Markdown."""
        name = "zh.md" if lang.startswith("zh") else "en.md"
        return (self.folder / name).read_text("utf-8")
