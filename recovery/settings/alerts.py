"""What `recovery alerts` looks at, and from when on it cries."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recovery.settings.section import Section


def _percent(value: Any) -> Any:
    """`0.3%` and `0.3` are the same."""
    return value.removesuffix("%").strip() if isinstance(value, str) else value


Percent = Annotated[float, BeforeValidator(_percent), Field(gt=0, le=100, allow_inf_nan=False)]


class AlertSettings(Section):
    """Periods, limits, and how often a look may cry without a cause."""

    hours: int = Field(
        24, ge=1, le=744, description="failures: orders of the last so many hours are judged"
    )
    days: int = Field(
        7, ge=1, le=92, description="recovery, complaints, opt-outs: the last so many days"
    )
    baseline_days: int = Field(
        28, ge=2, le=366, description="how long before that counts as the usual"
    )
    settle_minutes: int = Field(
        120, ge=0, le=10_080, description="how long an order has until its failure is looked at"
    )
    error: Percent = Field(
        1.0, lt=50, description="how often one look may cry without a cause, in percent"
    )
    change: Percent = Field(
        20.0, description="a smaller change of a rate is none, in percent of it"
    )
    minimum: int = Field(50, ge=10, description="fewer orders or messages are not judged")
    complaints_warn: Percent = Field(0.1, description="complaints to be warned of, in percent")
    complaints: Percent = Field(0.3, description="limit for complaints, in percent of e-mails")
    optouts: Percent = Field(2.0, description="limit for opt-outs, in percent of messages")
    unknown: int = Field(10, ge=1, description="so many messages without an answer are too many")
