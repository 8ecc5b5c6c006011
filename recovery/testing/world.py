"""The world of one test: a clock that the test moves, a shop, its customers, and the real engine,
which runs as cron would run it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from recovery.campaign.durations import parse_duration
from recovery.clock import VirtualClock
from recovery.db import reading, table
from recovery.errors import SendFailure
from recovery.intake import tasks
from recovery.intake.inbox import SHOP
from recovery.measure.explain import Story
from recovery.message import Channel
from recovery.models import Order as Orders
from recovery.money import Money
from recovery.simulate.rig import Rig
from recovery.testing import rows, story
from recovery.testing.acts import Acts, Page
from recovery.testing.cron import next_due, tick_from
from recovery.testing.errors import KitError
from recovery.testing.letters import Message, Postbox, message_of
from recovery.testing.order import Coupon, Order, coupons
from recovery.testing.shop import Shop

__tracebackhide__ = True  # a mistake is shown where the test makes it
EVERY = "5m"
_A_MOMENT = timedelta(minutes=1)  # nobody opens a message in the second in which it is sent
orders = table(Orders)


class World:
    """One shop with its customers. Nothing in it leaves this process, and it is the same each time.

    Time stands still between the calls; `advance` moves it.
    """

    def __init__(self, rig: Rig, postbox: Postbox, acts: Acts, held_out: bool | None) -> None:
        self._rig = rig
        self._postbox = postbox
        self._acts = acts
        self._shop = Shop(rig, held_out)
        self._ran: datetime | None = None  # the last instant at which cron ran, or had no need to
        self._news = False  # whether anybody has done anything since

    # -- time ------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._rig.clock.now()

    def advance(self, span: str | timedelta, every: str | timedelta = EVERY) -> None:
        """Let `span` ("3d", "2h30m") pass, while cron runs the engine `every` so often.

        Only those runs are made that have something to do, so that days cost milliseconds: what
        happens, and when, is the same.
        """
        self.advance_to(self.now + _span(span, "span"), every)

    def advance_to(self, at: str | datetime, every: str | timedelta = EVERY) -> None:
        """As `advance`, until the instant `at`; KitError for one that is over."""
        until, rhythm = rows.moment(at), _span(every, "every")
        if until < self.now:
            raise KitError(f"{until} is over: it is {self.now}, and time does not run backwards")
        if not rhythm:
            raise KitError("every: cron needs a span longer than nothing, such as 5m")
        while (tick := self._next_run(rhythm)) is not None and tick <= until:
            self._move_to(tick)
            self._ran, self._news = tick, False
            self._rig.run()
        self._move_to(until)
        last = tick_from(until, rhythm)
        self._ran = last if last == until else last - rhythm

    def _next_run(self, every: timedelta) -> datetime | None:
        """When cron's next run with something to do is; None: never, unless somebody acts."""
        due: datetime | None = self.now
        if not self._news:
            campaigns = [one.campaign for one in self._rig.programme().loaded]
            with reading(self._rig.database) as connection:
                due = next_due(connection, campaigns, self._ran)
        if due is None:
            return None
        earliest = max(due, self.now)
        if self._ran is not None and earliest <= self._ran:
            earliest = self._ran + timedelta.resolution
        return tick_from(earliest, every)

    def _move_to(self, at: datetime) -> None:
        """Set the clock; back only as long as nothing has happened."""
        self._rig.clock = VirtualClock(at)

    # -- the shop --------------------------------------------------------------------------------

    def an_unpaid_order(
        self, *, sequence: str | None = None, held_out: bool | None = None, **fields: Any
    ) -> Order:
        """An order of somebody new that is not paid; `fields` are those of docs/orders.md.

        Also understood: market="DE" (country), amount="120.00 EUR", reason="expired_card"
        (failure_code), customer="returning" (customer_type), at="2026-11-22T23:10+01:00"
        (placed_at). An `at` ahead of now is awaited; before the first order, time begins there.
        `sequence` and `held_out` say where the customer's draw is to fall. KitError names what is
        wrong with any of it, and the cure.
        """
        told = rows.told(fields)
        if "placed_at" in told:
            self._await(rows.moment(told["placed_at"]))
        number = self._shop.place(told, sequence, held_out)
        self._news = True
        return Order(number, self)

    def hold_out(self, order: Order) -> None:
        """Let the order be that of a customer whom the hold-out takes; before the engine draws."""
        if order.state is not None:
            raise KitError(
                f"order {order.number} is in campaign {order.campaign} already: call hold_out "
                "right after an_unpaid_order, or say an_unpaid_order(held_out=True)"
            )
        self._shop.hold_out(order.number)

    def _await(self, at: datetime) -> None:
        if not len(self._shop) and self._ran is None:
            self._move_to(at)
        elif at > self.now:
            self.advance_to(at)

    def tell(self, order: Order, **fields: Any) -> None:
        """The shop says something new about `order`, now."""
        self._shop.tell(order.number, rows.told(fields), self.now)
        self._news = True

    def price(self, order: Order, code: str) -> Money:
        """What the till asks for `order` with a discount code; KitError where it does not count."""
        return self._shop.price(order.number, code)

    def customer_of(self, order: Order) -> str | None:
        """The customer_id of `order`; None for a guest's."""
        return self._shop.customer(order.number)

    # -- messages, and what becomes of them ------------------------------------------------------

    @property
    def messages(self) -> list[Message]:
        """Everything that was sent, in order; channels work side by side, so of one instant in that
        of the steps."""
        zones = {one.external_id: one.timezone for one in self.ask(select(orders))}
        sent = sorted(self._postbox.sent, key=lambda one: (one.at, one.trace.touch_id))
        return [message_of(one, zones[one.trace.order]) for one in sent]

    def messages_to(self, order: Order) -> list[Message]:
        """What was sent about `order`, in order."""
        return [message for message in self.messages if message.order == order.number]

    def click(self, message: Message) -> Page:
        """The customer follows the pay link, a minute after the message came at the earliest;
        returns what is behind it."""
        if self.now < message.at + _A_MOMENT:
            self.advance_to(message.at + _A_MOMENT)
        self._news = True
        return self._acts.click(message)

    def unsubscribe(self, message: Message) -> Page:
        """The customer wants no more messages on this channel."""
        self._news = True
        return self._acts.unsubscribe(message)

    def complains(self, message: Message) -> None:
        """The customer calls an e-mail spam."""
        self._news = True
        self._acts.complains(message)

    def bounces(self, message: Message) -> None:
        """The address turns out not to exist."""
        self._news = True
        self._acts.bounces(message)

    def arrives(self, message: Message) -> None:
        """The provider says that the message was delivered."""
        self._news = True
        self._acts.arrives(message)

    def replies(self, message: Message, words: str) -> None:
        """The customer answers an SMS, with STOP or otherwise."""
        self._news = True
        self._acts.replies(message, words)

    @contextmanager
    def provider_down(
        self, channel: Channel | str, failure: SendFailure | str = SendFailure.TEMPORARY
    ) -> Iterator[None]:
        """Within this context the provider of `email` or `sms` fails: temporary (busy), account
        (refuses our key), permanent (refuses the message) or unknown (gives no answer)."""
        try:
            where, how = Channel(channel), SendFailure(failure)
        except ValueError as error:
            raise KitError(
                f"provider_down: {error}; say email or sms, and one of {', '.join(SendFailure)}"
            ) from None
        with self._postbox.trouble(where, how):
            yield

    def coupon(self, message: Message) -> Coupon | None:
        """The discount code that `message` brought, as it stands now; None without one."""
        found = self.ask(select(coupons).where(coupons.c.touch_id == message.touch))
        made = (
            Coupon(one.code, one.offer, one.kind, one.state, one.issued_at, one.expires_at)
            for one in found
        )
        return next(made, None)

    def tasks(self) -> list[tasks.Work]:
        """What colleagues have to do now, dearest first."""
        rates, base = self._rig.rates(self.now), self._rig.settings.base_currency
        with reading(self._rig.database) as connection:
            return tasks.waiting(connection, self.now, lambda money: rates.convert(money, base))

    # -- why -------------------------------------------------------------------------------------

    def explain(self, order: Order | None = None) -> str:
        """The engine's own story of `order`, or of all: what it decided, and why."""
        told = [order] if order is not None else [Order(number, self) for number in self._shop]
        return "\n\n".join(story.whole(self._story(one), one.timezone) for one in told)

    def why_not(self, order: Order) -> str:
        """Why nothing (more) was sent about `order`, a line each; empty when nothing was held."""
        return story.objections(self._story(order), order.timezone)

    @contextmanager
    def silence(self, *about: Order) -> Iterator[None]:
        """AssertionError when something is sent within this context, about these orders or any."""
        before = {message.touch for message in self._heard(about)}
        yield
        if new := [one for one in self._heard(about) if one.touch not in before]:
            stories = "\n\n".join(
                self.explain(Order(one, self)) for one in {m.order: 0 for m in new}
            )
            told = ", ".join(f"{one.step} at {one.local_time}" for one in new)
            raise AssertionError(f"there should be silence, and there was {told}\n{stories}")

    def _heard(self, about: Sequence[Order]) -> list[Message]:
        numbers = {order.number for order in about or [Order(one, self) for one in self._shop]}
        return [message for message in self.messages if message.order in numbers]

    def _story(self, order: Order) -> Story:
        return self._rig.explain(order.number, SHOP)

    def ask(self, statement: Any) -> Sequence[Row[Any]]:
        """Rows of the engine's own tables, for what the kit has no word for."""
        with reading(self._rig.database) as connection:
            return connection.execute(statement).all()


def _span(span: str | timedelta, name: str) -> timedelta:
    if isinstance(span, timedelta):
        return span
    try:
        return parse_duration(span)
    except ValueError:
        raise KitError(f"{name}: {span!r} is no span; write 30m, 20h, 3d, 1d12h") from None
