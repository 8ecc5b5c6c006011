"""What is true: every order as it went, beside how it would have gone without a word from the shop.

Only a simulation can know this. The engine never sees it; a scenario that is for grading keeps it
from everybody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from recovery.money import Money
from recovery.simulate.shoppers.lapse import Lapse


class Toll(StrEnum):
    """What messages about one order come to: what they cost, and whom they annoyed."""

    EMAILS = "emails"
    SMS_PARTS = "sms_parts"
    CALLS = "calls"
    OPT_OUTS = "opt_outs"
    COMPLAINTS = "complaints"
    AFTER_PAYMENT = "after_payment"
    BREACHES = "breaches"


@dataclass(slots=True)
class Fate:
    """One order that was not paid at once. Instants are None for what did not happen."""

    person: str
    amount: Money  # as it was placed
    cause: str
    begun: datetime
    silent_at: datetime | None  # paid, in a world without messages
    refunds: bool  # sends it back, once paid
    paid_at: datetime | None = None
    given: int = 0  # minor units that a code took off
    letters: int = 0
    first_letter: datetime | None = None
    country: str = ""
    pending: bool = False  # will be paid as it would have been, after the story's last day
    toll: Counter[Toll] = field(default_factory=Counter)  # what it came to besides money

    def note(self, toll: Toll, times: int = 1) -> None:
        """Something happened to this customer about this order."""
        if times:
            self.toll[toll] += times

    @property
    def caused(self) -> bool:
        """Paid, and would not have been."""
        return self.paid_at is not None and self.silent_at is None

    @property
    def cost(self) -> bool:
        """Not paid, and would have been."""
        return self.paid_at is None and self.silent_at is not None and not self.pending


@dataclass(slots=True)
class Truth:
    """Everything that happened."""

    fates: dict[str, Fate] = field(default_factory=dict)  # by order
    at_once: int = 0
    # By currency, minor units: what a code that got out took off the orders of strangers.
    leaked: Counter[str] = field(default_factory=Counter)
    _bought: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    _orders: defaultdict[str, list[Fate]] = field(default_factory=lambda: defaultdict(list))

    def bought(self, person: str, at: datetime) -> None:
        """An order was paid at once, as it would have been in any case."""
        self.at_once += 1
        self._bought[person].append(at)

    def left(self, lapse: Lapse, silent_at: datetime | None, *, refunds: bool) -> Fate:
        """An order was not."""
        order = lapse.order
        who = lapse.person
        fate = Fate(who.email, order.amount, lapse.name, lapse.begun, silent_at, refunds)
        fate.country = who.country
        self.fates[order.order_id] = fate
        self._orders[fate.person].append(fate)
        return fate

    def converted(self, person: str, after: datetime, until: datetime) -> tuple[bool, bool]:
        """Whether somebody paid any order in a window (open on the left), and would have."""

        def inside(instants: Iterable[datetime | None]) -> bool:
            return any(one is not None and after < one <= until for one in instants)

        theirs = self._orders[person]
        if inside(self._bought.get(person, ())):
            return True, True
        return inside(one.paid_at for one in theirs), inside(one.silent_at for one in theirs)

    def by_day(self, start: datetime) -> Iterator[tuple[int, Fate]]:
        """Orders with the day of the story on which they were left unpaid, from 1."""
        for fate in self.fates.values():
            yield (fate.begun - start).days + 1, fate
