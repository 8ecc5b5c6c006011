"""Money of one arm's mature customers of one currency, to the cent. Pure.

    list − discount − subsidy − refunds − leaked − messages = net
    net − what as many of the hold-out left (organic)       = incremental net

What customers paid is already after the discount: it is list − discount, and the discount is taken
off once. Currencies are never added: a message billed in another one is a purse of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from recovery.measure.costs import Costs
from recovery.measure.evidence.letters import Bill
from recovery.measure.evidence.purses import Purse
from recovery.measure.evidence.units import Arm
from recovery.measure.stats import Interval
from recovery.message import Channel
from recovery.money import Money, digits


@dataclass(frozen=True, slots=True)
class Cash:
    """The waterfall of one arm in one currency; amounts in minor units."""

    currency: str
    purse: Purse = field(default_factory=Purse)
    messages: int = 0
    organic: int | None = None  # None without a hold-out to compare with
    interval: Interval | None = None  # of the incremental net; None while there are too few payers
    cap: int | None = None  # what one customer counts for at most, in that interval
    holdout: int | None = None  # what the held out would have brought, too: the price of knowing
    per_order: int | None = None  # incentives and messages for each order that was caused

    @property
    def paid(self) -> int:
        """What the customers paid."""
        return self.purse.list - self.purse.discount

    @property
    def net(self) -> int:
        """What is left."""
        return self.purse.net - self.messages

    @property
    def incentives(self) -> int:
        """What was given away."""
        return self.purse.discount + self.purse.subsidy + self.purse.leaked

    @property
    def incremental(self) -> int | None:
        """What would not be there without the messages."""
        return None if self.organic is None else self.net - self.organic

    @property
    def per_customer(self) -> float | None:
        """Net in minor units for each customer; None where nobody is of this currency."""
        return self.net / self.purse.units if self.purse.units else None

    @property
    def incremental_per_customer(self) -> float | None:
        """The same in minor units for each customer."""
        if self.incremental is None or not self.purse.units:
            return None
        return self.incremental / self.purse.units

    def silent(self) -> "Cash":
        """The same compared with nobody: what can't be trusted is not shown."""
        return Cash(self.currency, self.purse, self.messages)

    def money(self, minor: int) -> Money:
        """An amount of this purse."""
        return Money(minor, self.currency)


def bills(found: Mapping[Bill, int], costs: Costs) -> dict[tuple[Arm, int, str, str], Decimal]:
    """What messages cost, by arm, version, currency of the orders and currency of the bill: exact,
    in minor units."""
    total: dict[tuple[Arm, int, str, str], Decimal] = {}
    for bill, count in found.items():
        if price := costs.of(Channel(bill.channel), bill.country):
            key = (bill.arm, bill.version, bill.currency, price.currency)
            minor = (price.each * count).scaleb(digits(price.currency))
            total[key] = total.get(key, Decimal(0)) + minor
    return total
