"""Life in the market: orders are left and paid, messages are read, colleagues call.

Every act changes the truth, and what the shop and the providers will tell the engine of it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from recovery.facts import OrderSnapshot, OrderStatus
from recovery.message import Channel
from recovery.simulate.audit import Auditor
from recovery.simulate.chance import Chance
from recovery.simulate.checkout import Checkout
from recovery.simulate.leak import Leak
from recovery.simulate.news import News
from recovery.simulate.people import Person
from recovery.simulate.post import Letter
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.shoppers.lapse import Lapse
from recovery.simulate.shoppers.mind import Told, called, reaction, read_at
from recovery.simulate.trade import usual
from recovery.simulate.troubles import CARD, Troubles
from recovery.simulate.truth import Fate, Toll, Truth
from recovery.simulate.webhooks import Webhooks
from recovery.simulate.world import World

_FORGOTTEN = timedelta(days=3)  # after an order has ended nobody writes about it any more
_SECONDS = timedelta(seconds=20)  # from a provider's hands to the receiver's


@dataclass(slots=True)
class Story:
    """An unpaid order as it goes on."""

    lapse: Lapse
    fate: Fate
    order: OrderSnapshot  # as the shop has it now
    silent_at: datetime | None  # still the plan, while nothing has changed it
    turned: bool = False  # away, by a message
    open: bool = True
    coming: bool = False  # on the way to pay
    code: str | None = None  # to be used, should they pay
    last: datetime | None = None  # when the last message came
    offers: int = 0  # that were read


@dataclass(slots=True)
class Counts:
    """What the messages met, besides payments."""

    messages: Counter[str] = field(default_factory=Counter)
    emails: Counter[str] = field(default_factory=Counter)  # by market
    segments: Counter[str] = field(default_factory=Counter)  # SMS parts, by market
    opt_outs: int = 0
    complaints: int = 0
    after_payment: int = 0
    calls: int = 0


@dataclass(slots=True)
class Life:
    """Everybody with an unpaid order, and what is known of them outside."""

    world: World
    scenario: Scenario
    checkout: Checkout
    truth: Truth
    troubles: Troubles
    auditor: Auditor
    webhooks: Webhooks
    news: News
    leak: Leak
    chance: Chance
    teach: Callable[[Person], None] = lambda person: None
    counts: Counts = field(default_factory=Counts)
    stories: dict[str, Story] = field(default_factory=dict)

    def paid_at_once(self, order: OrderSnapshot, person: Person) -> None:
        """Most orders are, with or without us."""
        self.truth.bought(person.email, order.updated_at)
        self.news.tell(self.leak.paid(order))

    def left(self, lapse: Lapse) -> None:
        """An order was not paid: its end without any message is known now, once for all."""
        silent = self._possible(lapse, lapse.pays_at)
        fate = self.truth.left(
            lapse,
            self._possible(lapse, lapse.silent_at),
            refunds=lapse.chance.happens("refunds", self.scenario.people.refunds),
        )
        story = Story(lapse, fate, lapse.order, silent)
        self.stories[lapse.order.order_id] = story
        self.news.tell(lapse.order)
        if lapse.pays_at is not None:
            self.world.at(lapse.pays_at, partial(self._by_themselves, story))
        elif lapse.cancels_at is not None:
            self.world.at(lapse.cancels_at, partial(self._end, story, OrderStatus.CANCELLED))
        self.world.at(lapse.ends, partial(self._end, story, OrderStatus.EXPIRED))
        self.world.at(lapse.ends + _FORGOTTEN, partial(self._forget, lapse.order.order_id))

    def arrive(self, letter: Letter) -> None:
        """The engine has sent a message; perhaps it arrives, perhaps it is read."""
        story = self.stories[letter.order]
        lapse, fate = story.lapse, story.fate
        fate.note(Toll.BREACHES, self.auditor.look(letter, lapse.person))
        self.leak.heard(letter.code)
        self.counts.messages[letter.channel.value] += 1
        by_phone = letter.channel is Channel.SMS
        billed = self.counts.segments if by_phone else self.counts.emails
        billed[lapse.person.country] += letter.segments
        fate.note(Toll.SMS_PARTS if by_phone else Toll.EMAILS, letter.segments)
        fate.letters += 1
        fate.first_letter = fate.first_letter or letter.at
        if fate.paid_at is not None:
            self.counts.after_payment += 1
            fate.note(Toll.AFTER_PAYMENT)
        since = letter.at - story.last if story.last else None
        story.last = letter.at
        reach, ordinal = self.scenario.messages[letter.channel], fate.letters
        chance = lapse.chance.of("letter", ordinal)
        at = letter.at + _SECONDS
        if letter.channel is Channel.EMAIL and self.troubles.blocks(
            at, lapse.person.country, lapse.person.email, chance
        ):
            self.webhooks.bounced(letter, at, blocked=True)
        elif not chance.happens(f"arrives {letter.channel}", reach.arrives):
            self.webhooks.bounced(letter, at)
        else:
            self.webhooks.delivered(letter, at)
            when = read_at(lapse, letter.channel, ordinal, at, reach)
            if when is not None:
                self.world.at(when, partial(self._read, story, letter, ordinal, since))

    def call(self, order: str) -> bool:
        """A colleague calls; whether somebody answers."""
        story, now = self.stories[order], self.world.now
        self.counts.calls += 1
        story.fate.note(Toll.CALLS)
        if not story.open:
            return False
        reached, pays_at = called(story.lapse, now, self.scenario)
        if pays_at is not None and not story.coming:
            story.coming = True
            self.world.at(pays_at, partial(self._pay, story))
        return reached

    def close(self) -> None:
        """The story ends here. Who still means to pay has not been lost."""
        for story in self.stories.values():
            story.fate.pending = story.open and (story.silent_at is not None or story.coming)

    def _read(self, story: Story, letter: Letter, ordinal: int, since: timedelta | None) -> None:
        if not story.open or story.coming:
            return
        now, lapse = self.world.now, story.lapse
        worth, kind = self.checkout.worth(story.order, letter.code, now)
        told = Told(
            channel=letter.channel,
            ordinal=ordinal,
            worth=worth,
            kind=kind,
            dear=story.order.amount.minor / usual(lapse.order.country),
            lost=story.silent_at is None,
            since=since,
            offers=story.offers,
        )
        does = reaction(lapse, told, now, self.scenario)
        if letter.code:
            story.offers += 1
            self.teach(lapse.person)
            story.code = letter.code if does.redeems else story.code
        if does.clicks:
            self.webhooks.clicked(letter, now)
        if does.lost:
            story.silent_at, story.turned = None, True
        if does.opts_out or does.complains:
            self._leave(story, letter, now, complains=does.complains)
        if does.pays_at is not None and self._sooner(story, does.pays_at):
            story.coming = True
            self.world.at(does.pays_at, partial(self._pay, story))

    def _sooner(self, story: Story, at: datetime) -> bool:
        return story.silent_at is None or at < story.silent_at

    def _leave(self, story: Story, letter: Letter, now: datetime, *, complains: bool) -> None:
        if complains:
            self.counts.complaints += 1
            story.fate.note(Toll.COMPLAINTS)
            self.webhooks.complained(letter, now)
        else:
            self.counts.opt_outs += 1
            story.fate.note(Toll.OPT_OUTS)
            self.webhooks.opted_out(letter, now)
        # The engine hears of it at its next run; what leaves before that is nobody's fault.
        heard = now + self.scenario.runs
        person, channel = story.lapse.person, letter.channel
        self.world.at(heard, partial(self.auditor.opted_out, person, channel))

    def _by_themselves(self, story: Story) -> None:
        if not story.turned:
            self._pay(story)

    def _pay(self, story: Story) -> None:
        if not story.open:
            return
        now, lapse = self.world.now, story.lapse
        when = self._possible(lapse, now)
        if when is None or when > now:
            self._refused(story, when)
            return
        if self._is_let_down(story):
            story.coming = False
            return
        price = self.checkout.charge(story.order, story.code, now) if story.code else None
        paid = replace(story.order, status=OrderStatus.PAID, updated_at=now)
        if price is not None:
            story.fate.given = story.order.amount.minor - price.minor
            paid = replace(paid, amount=price, discount_code=story.code)
        story.order, story.open, story.fate.paid_at = paid, False, now
        self.news.tell(paid)
        people = self.scenario.people
        if story.fate.refunds:
            after = lapse.chance.wait(
                "refunded", people.refund_after.median, people.refund_after.spread
            )
            self.world.after(after, partial(self._refund, story))

    def _refused(self, story: Story, again: datetime | None) -> None:
        """The payment provider is down: the try fails, and they come back, or never. Whom a message
        has sent there for nothing is lost for good."""
        if again is None and story.coming:
            story.silent_at, story.turned = None, True
        story.coming = False
        failed = replace(
            story.order,
            status=OrderStatus.FAILED,
            updated_at=self.world.now,
            failure_code="processing_error",
            failure_source="stripe",
        )
        story.order = failed
        self.news.tell(failed)
        if again is not None:
            self.world.at(again, partial(self._by_themselves, story))

    def _is_let_down(self, story: Story) -> bool:
        """Whether they came for a code that was taken back, and for nothing else."""
        won = story.silent_at is None
        return won and story.code is not None and self.checkout.is_void(story.code)

    def _possible(self, lapse: Lapse, at: datetime | None) -> datetime | None:
        """When somebody who wants to pay `at` can, before the order ends; None: they can't."""
        if at is None or lapse.cause.method != CARD:
            return at
        when = self.troubles.pays(at, lapse.person.country, lapse.chance)
        return when if when is not None and when < lapse.ends else None

    def _end(self, story: Story, status: OrderStatus) -> None:
        if story.open and not (status is OrderStatus.CANCELLED and story.coming):
            story.open = False
            story.order = replace(story.order, status=status, updated_at=self.world.now)
            self.news.tell(story.order)

    def _forget(self, order: str) -> None:
        del self.stories[order]

    def _refund(self, story: Story) -> None:
        story.order = replace(story.order, status=OrderStatus.REFUNDED, updated_at=self.world.now)
        self.news.tell(story.order)
