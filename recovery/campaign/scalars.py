"""The types of the values in a campaign file, for the models of `recovery.campaign.schema`.

Text is read by `recovery.campaign.values`; a value that has its type already passes through, so
models may also be built in Python.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from recovery.campaign import values
from recovery.campaign.codes import refuse
from recovery.i18n import say
from recovery.money import Money


def _scalar(read: Callable[[str], object], kind: type = str) -> BeforeValidator:
    def validate(value: Any) -> Any:
        if kind is not str and isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise refuse("CR024")
        return read(value)

    return BeforeValidator(validate)


def _alone_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _whole_segment(value: Any) -> Any:
    return {value: 10_000} if isinstance(value, str) else value


def _each_above_zero(shares: dict[str, int]) -> dict[str, int]:
    for name, share in shares.items():
        if share == 0:
            raise refuse(
                "CR033", at=name, given="0%", example=say("more than 0%, or delete the line")
            )
    return shares


def _at_least_two(shares: dict[str, int]) -> dict[str, int]:
    if len(shares) < 2:
        raise refuse("CR056", count=len(shares))
    return shares


Several = BeforeValidator(_alone_or_many)

Name = Annotated[str, _scalar(values.read_name)]
Text = Annotated[str, _scalar(values.read_text)]
Number = Annotated[int, _scalar(values.read_number, int)]
Duration = Annotated[timedelta, _scalar(values.read_duration, timedelta)]
Span = Annotated[timedelta, _scalar(values.read_span, timedelta)]
Share = Annotated[int, _scalar(values.read_share, int)]
MoneyText = Annotated[Money, _scalar(values.read_money, Money)]
CapText = Annotated[values.Cap, _scalar(values.read_cap, values.Cap)]
BudgetText = Annotated[values.Budget, _scalar(values.read_budget, values.Budget)]
QuietText = Annotated[values.Quiet, _scalar(values.read_quiet, values.Quiet)]

Countries = Annotated[
    list[Annotated[str, _scalar(values.read_country)]], Several, Field(min_length=1)
]
Failures = Annotated[
    list[Annotated[str, _scalar(values.read_failure)]], Several, Field(min_length=1)
]
Shares = Annotated[
    dict[Name, Share],
    BeforeValidator(_whole_segment),
    Field(min_length=1),
    AfterValidator(_each_above_zero),
]
Variants = Annotated[
    dict[Name, Share], AfterValidator(_at_least_two), AfterValidator(_each_above_zero)
]
