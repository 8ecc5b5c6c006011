"""The marketer's grammar as closed, frozen models: what a campaign file may say, typed.

Each key of a file is a field here. `recovery.campaign.loader` reads files into these models;
checks that need more than one block (names that must exist) are in `recovery.campaign.lint`.
"""

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from recovery.campaign import scalars
from recovery.campaign.codes import refuse
from recovery.campaign.durations import format_duration
from recovery.campaign.experiments import Decided, Decision
from recovery.campaign.values import Budget, Cap, Period, Quiet
from recovery.facts import CustomerType, OrderStatus
from recovery.i18n import Text, Value, say
from recovery.message import Channel

__all__ = ["Budget", "Cap", "Period", "Quiet"]  # the values, for those who import the schema


class Status(StrEnum):
    """Whether a campaign takes new orders; `paused` also holds what is already planned."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class TriggerOn(StrEnum):
    """Which unpaid orders a campaign is about."""

    UNPAID = "unpaid"
    PAYMENT_FAILED = "payment_failed"
    AWAITING = "awaiting"
    CART = "cart"


class OfferKind(StrEnum):
    """What an offer gives."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"
    GIFT = "gift"


class WithoutOffer(StrEnum):
    """What happens to a step whose offer can't be given (budget spent, had one already)."""

    SEND = "send"
    SKIP = "skip"


_STATUS = {
    TriggerOn.UNPAID: OrderStatus.PENDING,
    TriggerOn.PAYMENT_FAILED: OrderStatus.FAILED,
    TriggerOn.AWAITING: OrderStatus.AWAITING,
    TriggerOn.CART: OrderStatus.CART,
}


class Strict(BaseModel):
    """No unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AmountRange(Strict):
    """`from` is included, `below` is not; other currencies compare at the day's rate."""

    from_: scalars.MoneyText | None = Field(None, alias="from")
    below: scalars.MoneyText | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        low, high = self.from_, self.below
        if low is None and high is None:
            raise refuse("CR026", key="amount")
        if low and high and low.currency != high.currency:
            raise refuse(
                "CR050", problem=say("it has two currencies"), cure=say("use one currency in both")
            )
        if low and high and low.minor >= high.minor:
            raise refuse(
                "CR050", problem=say("'from' is not less than 'below'"), cure=say("swap the two")
            )
        return self


class Audience(Strict):
    """Which orders are meant; a key that is absent admits all, several values mean any of them."""

    market: scalars.Countries | None = None
    amount: AmountRange | None = None
    customer: Annotated[list[CustomerType], scalars.Several, Field(min_length=1)] | None = None
    failure: scalars.Failures | None = None


class Segment(Audience):
    """A part of the orders and what it gets: shares (basis points, 10000 in all) of sequences."""

    segment: scalars.Name
    sequence: scalars.Shares


class Condition(Audience):
    """When a step is sent; `clicked` and `not_clicked` name an earlier step of the sequence."""

    clicked: scalars.Name | None = None
    not_clicked: scalars.Name | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise refuse("CR026", key="if")
        return self


class Step(Strict):
    """One touch. `after` counts from enrolment; email, sms or task names the template.

    `variants` are shares (basis points, 10000 in all) of an experiment on this step's words.
    """

    step: scalars.Name
    after: scalars.Duration
    email: scalars.Name | None = None
    sms: scalars.Name | None = None
    task: scalars.Name | None = None
    to: scalars.Text | None = None
    offer: scalars.Name | None = None
    without_offer: WithoutOffer = WithoutOffer.SEND
    variants: scalars.Variants | None = None
    if_: Condition | None = Field(None, alias="if")

    @cached_property
    def channel(self) -> Channel:
        """How the step reaches somebody."""
        return next(channel for channel in Channel if getattr(self, channel))

    @cached_property
    def template(self) -> str:
        """The folder in templates/ that holds its words."""
        return str(getattr(self, self.channel))

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        found = sum(getattr(self, channel) is not None for channel in Channel)
        if found != 1:
            raise refuse("CR047", found=_FOUND[found])
        self._task_or_message()
        if "without_offer" in self.model_fields_set and self.offer is None:
            raise _misplaced(
                "without_offer", say("the step has no offer"), say("delete it, or add 'offer'")
            )
        return self

    def _task_or_message(self) -> None:
        if self.task is None and self.to is not None:
            raise _misplaced(
                "to", say("only a task is given to a team"), say("delete 'to', or write 'task'")
            )
        if self.task is not None and self.offer is not None:
            raise _misplaced(
                "offer", say("a task carries no offer"), say("put it in an e-mail or SMS step")
            )
        if self.task is not None and self.variants is not None:
            raise _misplaced(
                "variants", say("a task has no variants"), say("put it in an e-mail or SMS step")
            )


class Offer(Strict):
    """An incentive. `percent` in basis points; `worth` is what it costs the shop."""

    kind: OfferKind
    percent: scalars.Share | None = None
    amount: scalars.MoneyText | None = None
    gift: scalars.Text | None = None
    worth: scalars.MoneyText | None = None
    valid: scalars.Span
    budget: scalars.BudgetText | None = None
    once_per_customer: scalars.Span | None = None
    min_order: scalars.MoneyText | None = None

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        wanted = _OFFER_FIELDS[self.kind]
        for key in ("percent", "amount", "gift", "worth"):
            given = getattr(self, key) is not None
            if key in wanted and not given:
                cure = say("add '{key}: {example}'", key=key, example=wanted[key])
                raise _offer(self.kind, key, say("is missing"), cure)
            if given and key not in wanted:
                cure = say("delete it, or change 'kind'")
                raise _offer(self.kind, key, say("has no meaning"), cure)
        return self


class Limits(Strict):
    """What protects the customer, whatever the sequences say. Times are the customer's own."""

    per_customer: scalars.CapText | None = None
    quiet: scalars.QuietText | None = None
    min_gap: scalars.Duration = timedelta(hours=12)
    max_late: scalars.Span = timedelta(days=3)


class Trigger(Strict):
    """Orders unpaid for at least `after` and, when given, at most `not_after`."""

    on: TriggerOn
    after: scalars.Duration = timedelta(0)
    not_after: scalars.Span | None = None

    @property
    def status(self) -> OrderStatus:
        """The order status this trigger waits for."""
        return _STATUS[self.on]

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if self.not_after is not None and self.not_after <= self.after:
            given, other = format_duration(self.not_after), format_duration(self.after)
            raise refuse("CR051", at="not_after", given=given, other=other)
        return self


class Goal(Strict):
    """An order counts as recovered when it is paid within this span after enrolment."""

    paid_within: scalars.Span


class Campaign(Strict):
    """One campaign file. `holdout` in basis points of every segment.

    `global_holdout` and `no_incentive` (basis points of all customers) come from the defaults of
    its folder: they hold for all its campaigns together.
    """

    campaign: scalars.Name
    description: str = ""
    owner: scalars.Text | None = None
    status: Status
    priority: scalars.Number = 0
    trigger: Trigger
    goal: Goal
    holdout: scalars.Share = 0
    decision: Decided = Decision()
    segments: list[Segment] = Field(min_length=1)
    sequences: dict[scalars.Name, Annotated[list[Step], Field(min_length=1)]]
    offers: dict[scalars.Name, Offer] = Field(default_factory=dict)
    limits: Limits = Limits()
    global_holdout: scalars.Share = 0
    no_incentive: scalars.Share = 0


class Defaults(Strict):
    """campaigns/defaults.yaml: what a campaign gets that does not say otherwise."""

    owner: scalars.Text | None = None
    holdout: scalars.Share = 0
    decision: Decided = Decision()
    limits: Limits = Limits()
    global_holdout: scalars.Share = 0
    no_incentive: scalars.Share = 0


SHARED = ("global_holdout", "no_incentive")  # of all campaigns together: only in the defaults

_FOUND = (say("none"), Text(""), say("two"), say("all three"))
_OFFER_FIELDS: dict[OfferKind, dict[str, Value]] = {
    OfferKind.PERCENT: {"percent": "10%"},
    OfferKind.FIXED: {"amount": "10 USD"},
    OfferKind.FREE_SHIPPING: {"worth": "8 USD"},
    OfferKind.GIFT: {"gift": say("its name"), "worth": "5 USD"},
}


def _misplaced(key: str, problem: Text, cure: Text) -> Exception:
    return refuse("CR052", at=key, key=key, problem=problem, cure=cure)


def _offer(kind: OfferKind, key: str, problem: Text, cure: Text) -> Exception:
    return refuse("CR048", at=key, key=key, kind=str(kind), problem=problem, cure=cure)
