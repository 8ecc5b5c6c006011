"""How a campaign's experiment is decided: declared before anybody enters it.

Looking early and often finds lifts that are none. So either the figures stand up to every look
(`anytime`), or nobody may decide before a number of customers that was named beforehand (`fixed`).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from recovery.campaign import meant, vocabulary
from recovery.campaign.codes import refuse
from recovery.campaign.values import read_number
from recovery.i18n import say


class Rule(StrEnum):
    """When a verdict may be given."""

    ANYTIME = "anytime"
    FIXED = "fixed"


def read_count(text: str) -> int:
    """Read a whole number of people above zero."""
    count = read_number(text)
    if count <= 0:
        raise refuse("CR029", problem=say("it must be above zero"))
    return count


def read_lift(text: str) -> int:
    """Read `30%` into basis points; a lift may be above 100%, up to 1000%."""
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,2})?)\s*%", text, re.ASCII)
    if match is None:
        what = meant.share(text)
        raise refuse("CR033", given=text, example=what.cure, fix=what.fix, safe=what.safe)
    points = int(Decimal(match[1]) * 100)
    if not 0 < points <= 100_000:
        raise refuse("CR033", given=text, example=say("more than 0% and at most 1000%"))
    return points


def _written(read: Callable[[str], int]) -> BeforeValidator:
    def validate(value: Any) -> Any:
        if isinstance(value, int):
            return value
        if not isinstance(value, str):
            raise refuse("CR024")
        return read(value)

    return BeforeValidator(validate)


Count = Annotated[int, _written(read_count)]
Lift = Annotated[int, _written(read_lift)]


class Decision(BaseModel):
    """By which `rule`, with how many `customers` planned (whose goal windows are over), and the
    `smallest_lift` worth finding: of the hold-out's rate, in basis points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule = Rule.ANYTIME
    customers: Count = 5_000
    smallest_lift: Lift = 3_000


def _rule_alone(value: Any) -> Any:
    """`decision: fixed` is short for `decision: {rule: fixed}`."""
    if value == {}:
        raise refuse("CR026", key="decision")
    if not isinstance(value, str) or isinstance(value, Rule):
        return value
    if value not in tuple(Rule):
        what = vocabulary.meant(value, Rule)
        raise refuse("CR022", given=value, guess=what.cure, fix=what.fix, safe=what.safe)
    return {"rule": value}


Decided = Annotated[Decision, BeforeValidator(_rule_alone)]
