"""lab.yaml: whose work a folder is, which exercise, and what the class says about it."""

import json
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.simulate.lab.exercise import Exercise
from recovery.simulate.lab.plain import PlainError, read_plain

FILE = "lab.yaml"
Few = Annotated[int, Field(ge=50, le=20_000)]
Days = Annotated[int, Field(ge=2, le=120)]


class Sheet(BaseModel):
    """What lab.yaml says. A class gives all its trainees the same numbers; a trainee who changes
    them changes only what is played at home."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    exercise: int
    name: str = ""
    class_: str = Field("", alias="class")
    scenario: str
    orders: Few
    days: Days
    seed: int
    answers: bool = True  # whether the reference answer may be shown

    @classmethod
    def of(cls, exercise: Exercise) -> Self:
        """The sheet of an exercise that somebody does alone."""
        return cls(
            exercise=exercise.exercise,
            scenario=exercise.scenario,
            orders=exercise.orders,
            days=exercise.days,
            seed=exercise.seed,
        )

    def text(self) -> str:
        """The file, as it is written."""
        told = self.model_dump(by_alias=True, mode="json")
        return "".join(f"{key}: {_written(value)}\n" for key, value in told.items())


def read_sheet(folder: Path) -> Sheet:
    """The sheet of a trainee's folder; UsageError when it is none, or the file is wrong."""
    file = folder / FILE
    if not file.is_file():
        raise UsageError(
            say(
                "{folder} has no {file}: `recovery lab start` makes the folder of an exercise",
                folder=folder,
                file=FILE,
            )
        )
    return sheet_of(file.read_text("utf-8-sig", "replace"))


def sheet_of(text: str) -> Sheet:
    """What the text of a lab.yaml says; UsageError names the first mistake."""
    try:
        return Sheet.model_validate(dict(read_plain(text, FILE)))
    except PlainError as error:
        raise UsageError(error.args[0]) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            say(
                "{file}: {key}: {why}",
                file=FILE,
                key=".".join(map(str, first["loc"])),
                why=first["msg"],
            )
        ) from None


def _written(value: object) -> str:
    """A scalar of YAML: what JSON writes is YAML, too, and keeps `no` a word."""
    plain = isinstance(value, str) and value.replace("-", "").isalnum() and value.isascii()
    return str(value) if plain else json.dumps(value, ensure_ascii=False)
