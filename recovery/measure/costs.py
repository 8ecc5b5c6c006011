"""What one message costs. Prices may be finer than a cent; only totals are rounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Protocol

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.message import Channel
from recovery.money import Money, currencies, digits, round_half_up
from recovery.settings.prices import market_prices


class CostsSetting(Protocol):
    """The `costs` table of the settings: `0.0079 USD` a message, or nothing."""

    @property
    def email(self) -> str | None: ...
    @property
    def sms(self) -> str | None: ...
    @property
    def markets(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one message, exact, in major units of `currency`."""

    each: Decimal
    currency: str

    @classmethod
    def parse(cls, text: str, name: str) -> "Price":
        """Read `0.0079 USD`; UsageError, naming the setting, on anything else."""
        amount, _, currency = text.strip().partition(" ")
        try:
            each = Decimal(amount)
        except InvalidOperation:
            each = Decimal(-1)
        if not each.is_finite() or each < 0 or currency not in currencies():
            raise UsageError(
                say(
                    "{name}: {text} is no price; write it as 0.0079 USD",
                    name=name,
                    text=f"{text!r}",
                )
            )
        return cls(each, currency)

    def times(self, count: int) -> Money:
        """What `count` messages cost, rounded once, half-up."""
        minor = (self.each * count).scaleb(digits(self.currency))
        return Money(round_half_up(minor), self.currency)


@dataclass(frozen=True, slots=True)
class Costs:
    """Prices by channel: of one e-mail, of one SMS segment. None is free.

    `markets` has what differs in a market, by `sms:DE`.
    """

    email: Price | None = None
    sms: Price | None = None
    markets: Mapping[str, Price] = field(default_factory=dict)

    @classmethod
    def read(cls, setting: CostsSetting) -> "Costs":
        """The prices of the settings; UsageError when one can't be read."""
        local = market_prices(setting.markets or "")
        return cls(
            email=Price.parse(setting.email, "RECOVERY_COSTS_EMAIL") if setting.email else None,
            sms=Price.parse(setting.sms, "RECOVERY_COSTS_SMS") if setting.sms else None,
            markets={
                key: Price.parse(price, "RECOVERY_COSTS_MARKETS") for key, price in local.items()
            },
        )

    def of(self, channel: Channel, country: str | None = None) -> Price | None:
        """The price of one unit of `channel` (to `country`); a colleague's time has none here."""
        general = {Channel.EMAIL: self.email, Channel.SMS: self.sms}.get(channel)
        return self.markets.get(f"{channel}:{country}", general)
