"""Money is whole minor units with a currency; rounding happens here and nowhere else."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision

from recovery.i18n import here

_NOT_MONEY = frozenset({"XXX", "XTS", "XAU", "XAG", "XPT", "XPD", "XBA", "XBB", "XBC", "XBD"})


_OF_A_NUMBER = frozenset("0123456789.,+- ")


@cache
def currencies() -> frozenset[str]:
    """Every ISO 4217 code CLDR knows as legal tender, past or present."""
    territory = get_global("territory_currencies")
    return frozenset(row[0] for rows in territory.values() for row in rows) - _NOT_MONEY


@cache
def digits(currency: str) -> int:
    """Decimal places of `currency` (2 for USD, 0 for JPY, 3 for BHD), from CLDR."""
    return int(get_currency_precision(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, yen, fils) of one currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read a decimal string in major units.

        Raises ValueError, with the cure, on a decimal comma, a thousands separator, a sign of
        the currency, or more decimals than the currency has.
        """
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError(_why_not_a_number(text, currency)) from None
        if not value.is_finite() or not text.isascii() or "_" in text:
            raise ValueError(
                here("{text} is no amount; write plain digits such as 19.99", text=f"{text!r}")
            )
        scaled = value.scaleb(digits(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(
                here(
                    "{text} has more decimals than {currency} has ({digits}); write it with "
                    "{digits} decimals",
                    text=f"{text!r}",
                    currency=currency,
                    digits=digits(currency),
                )
            )
        return cls(int(scaled), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def __str__(self) -> str:
        """Major units with exactly the currency's decimals: `19.90`, `1250`."""
        return f"{self.major:.{digits(self.currency)}f}"

    def __add__(self, other: "Money") -> "Money":
        """Add like with like; ValueError when the currencies differ."""
        if other.currency != self.currency:
            raise ValueError(
                here(
                    "{currency} and {currency2} are never added together",
                    currency=self.currency,
                    currency2=other.currency,
                )
            )
        return replace(self, minor=self.minor + other.minor)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract like from like; ValueError when the currencies differ."""
        return self + replace(other, minor=-other.minor)

    def percent(self, basis_points: int) -> "Money":
        """`basis_points` hundredths of a percent of it, half-up: never less than was promised."""
        return replace(self, minor=round_half_up(Decimal(self.minor * basis_points) / 10_000))


def round_half_up(value: Decimal) -> int:
    """Round to the nearest whole minor unit, halves away from zero."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def _why_not_a_number(text: str, currency: str) -> str:
    field = here("the currency ({currency}) has its own field", currency=currency)
    if "," in text:
        example = f"{Decimal('1234.5'):.{digits(currency)}f}"
        cure = here("write a decimal point and no thousands separator: {example}", example=example)
        more = f"; {field}" if set(text) - _OF_A_NUMBER else ""
        return here("{text} has a comma; {cure}{more}", text=f"{text!r}", cure=cure, more=more)
    return here("{text} is no amount; write digits only, {field}", text=f"{text!r}", field=field)
