"""One order in a test: what the shop lets happen to it, and where the engine has it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row as Found
from sqlalchemy import select

from recovery.db import table
from recovery.facts import UNPAID, OrderStatus
from recovery.models import Coupon as Coupons
from recovery.models import Enrolment
from recovery.models import Order as Orders
from recovery.money import Money
from recovery.testing.errors import KitError
from recovery.testing.letters import Message

if TYPE_CHECKING:
    from recovery.testing.world import World

__tracebackhide__ = True  # a mistake is shown where the test makes it
orders, enrolments, coupons = table(Orders), table(Enrolment), table(Coupons)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A discount code: `state` is reserved, issued, redeemed, expired or withdrawn."""

    code: str
    offer: str
    kind: str
    state: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Order:
    """An order of the shop. `status` is the shop's word, `state` the engine's: active, recovered,
    exhausted or exited; None while it is in no campaign.
    """

    number: str
    _world: "World" = field(repr=False)

    # -- what happens to it ----------------------------------------------------------------------

    def pays(self, with_code: str | None = None) -> Money:
        """The customer pays, now; with a discount code, what the till takes for it. Returns what
        was paid. KitError where the code does not count (any more).
        """
        price = self.amount
        if with_code is None:
            self.tells(status=OrderStatus.PAID)
        else:
            price = self._world.price(self, with_code)
            self.tells(status=OrderStatus.PAID, amount=price, discount_code=with_code)
        return price

    def cancels(self) -> None:
        """The order is cancelled."""
        self.tells(status=OrderStatus.CANCELLED)

    def expires(self) -> None:
        """The shop lets the order go."""
        self.tells(status=OrderStatus.EXPIRED)

    def refunds(self) -> None:
        """The shop gives the money back; KitError before it was paid."""
        if self.status in UNPAID:
            raise KitError(f"order {self.number} is {self.status}: only what was paid is refunded")
        self.tells(status=OrderStatus.REFUNDED)

    def fails_again(self, reason: str) -> None:
        """The customer has tried once more, and the payment was refused for `reason`."""
        self.tells(status=OrderStatus.FAILED, reason=reason)

    def tells(self, **fields: Any) -> None:
        """The shop says something new about this order, now: any fields of docs/orders.md."""
        self._world.tell(self, **fields)

    # -- where it stands -------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """Where the order stands with its payment, as the engine knows it."""
        return str(self._found(select(orders.c.status).where(*self._mine)).status)

    @property
    def amount(self) -> Money:
        """What it costs, or did."""
        found = self._found(select(orders.c.amount_minor, orders.c.currency).where(*self._mine))
        return Money(found.amount_minor, found.currency)

    @property
    def timezone(self) -> str:
        """IANA; the customer's, as far as the engine knows."""
        return str(self._found(select(orders.c.timezone).where(*self._mine)).timezone)

    @property
    def customer_id(self) -> str | None:
        """Whom the kit chose, or the test; None for a guest. Another order may have the same."""
        return self._world.customer_of(self)

    @property
    def state(self) -> str | None:
        """How its last enrolment stands; None without one."""
        return self._told("state")

    @property
    def reason(self) -> str | None:
        """Why its last enrolment ended."""
        return self._told("reason")

    @property
    def campaign(self) -> str | None:
        """The campaign that has it, or had it last."""
        return self._told("campaign")

    @property
    def segment(self) -> str | None:
        """The segment that took it."""
        return self._told("segment")

    @property
    def sequence(self) -> str | None:
        """The sequence that was drawn; of a hold-out the one that it would have had."""
        return self._told("sequence")

    @property
    def held_out(self) -> bool:
        """Whether it is in a hold-out."""
        return bool(self._journey("holdout"))

    @property
    def messages(self) -> list[Message]:
        """What was sent about it, in order."""
        return self._world.messages_to(self)

    @property
    def steps(self) -> list[str]:
        """The steps of those messages."""
        return [message.step for message in self.messages]

    def assert_steps(self, *steps: str) -> None:
        """AssertionError, with the engine's own story, unless exactly these were sent."""
        if self.steps != list(steps):
            raise AssertionError(
                f"order {self.number} got {self.steps}, not {list(steps)}\n"
                f"{self._world.explain(self)}"
            )

    @property
    def _mine(self) -> Sequence[Any]:
        return (orders.c.external_id == self.number,)

    def _told(self, column: str) -> str | None:
        value = self._journey(column)
        return None if value is None else str(value)

    def _journey(self, column: str) -> Any:
        """A column of its last enrolment; None without one."""
        newest = (
            select(enrolments.c[column])
            .join(orders, orders.c.id == enrolments.c.order_id)
            .where(*self._mine)
            .order_by(enrolments.c.id.desc())
        )
        return next((row[0] for row in self._world.ask(newest)), None)

    def _found(self, statement: Any) -> Found[Any]:
        return self._world.ask(statement)[0]
