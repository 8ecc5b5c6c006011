"""class.yaml, which trainees may read, and the key beside it, which they may not."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.markets.reading import read_rules
from recovery.simulate.lab.course import course
from recovery.simulate.lab.exercise import Exercise, Number
from recovery.simulate.lab.sheet import Days, Few, Sheet

KEY = "class.key.yaml"


def _moment(given: Any) -> datetime:
    at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
    if at.tzinfo is None:
        raise ValueError(f"{given} has no time zone; write such as 2026-12-10T18:00:00+08:00")
    return at.astimezone(UTC)


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError("write a share from 0% to 100%")
    return value


def _in_the_course(numbers: list[int]) -> list[int]:
    known = [one.exercise for one in course()]
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise ValueError(f"there is no exercise {unknown[0]}; the course has 1 to {max(known)}")
    if len(set(numbers)) < len(numbers):
        raise ValueError("an exercise stands here twice")
    return numbers


Share = Annotated[Number, AfterValidator(_share)]


class Strict(BaseModel):
    """No unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Trainee(Strict):
    """One of the class; the id is what folders and lists know."""

    id: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=80)]


class Weights(Strict):
    """What a mark is made of: checks passed, and the score."""

    checks: Share = 0.6
    score: Share = 0.4

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.checks + self.score - 1) > 1e-9:
            raise ValueError("checks and score add up to 100%")
        return self


class Classroom(Strict):
    """What all trainees share. What is not written is as the exercise has it."""

    class_: Annotated[str, Field(alias="class", min_length=1, max_length=120)]
    exercises: Annotated[list[int], Field(min_length=1), AfterValidator(_in_the_course)]
    scenario: str | None = None  # for practice
    seed: int | None = None
    orders: Few | None = None
    days: Days | None = None
    deadline: Annotated[datetime, BeforeValidator(_moment)] | None = None
    late: Share = 0.0  # taken off the mark of what came later
    weights: Weights = Weights()
    answers: bool = False  # whether trainees may see reference answers
    trainees: list[Trainee] = []

    @model_validator(mode="after")
    def _everybody_once(self) -> Self:
        ids = [one.id for one in self.trainees]
        if len(set(ids)) < len(ids):
            raise ValueError("two trainees have one id")
        return self

    def sheet(self, exercise: Exercise, name: str = "") -> Sheet:
        """What stands in the lab.yaml of this class's trainees."""
        if exercise.exercise not in self.exercises:
            raise UsageError(
                say(
                    "class {name} does not do exercise {number}",
                    name=self.class_,
                    number=exercise.exercise,
                )
            )
        return Sheet(
            exercise=exercise.exercise,
            name=name,
            class_=self.class_,
            scenario=self.scenario or exercise.scenario,
            orders=self.orders or exercise.orders,
            days=self.days or exercise.days,
            seed=exercise.seed if self.seed is None else self.seed,
            answers=self.answers,
        )


class Key(Strict):
    """What marks are made with, and no trainee sees: another seed, and other markets by exercise
    (a name, or a file beside the key)."""

    class_: Annotated[str, Field(alias="class")]
    seed: int
    scenarios: dict[int, str] = {}
    orders: Few | None = None
    days: Days | None = None


def read_class(file: Path) -> Classroom:
    """The class in `file`; MarketError names every mistake with its line."""
    return read_rules(Classroom, _text(file), file.name)


def read_key(file: Path, classroom: Classroom) -> Key:
    """The key in `file`; UsageError when it belongs to another class."""
    key = read_rules(Key, _text(file), file.name)
    if key.class_ != classroom.class_:
        raise UsageError(
            say(
                "{file} is the key of {other}, not of {name}",
                file=file.name,
                other=key.class_,
                name=classroom.class_,
            )
        )
    return key


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            say("{file} can't be read: {why}", file=file, why=getattr(error, "strerror", error))
        ) from None
