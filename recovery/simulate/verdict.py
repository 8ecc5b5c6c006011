"""The verdict of a simulation: what the report says, beside what is true, in numbers and as JSON.

A hidden scenario's verdict has nothing that only the market knows; who grades asks for more.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from recovery.i18n import spoken
from recovery.measure.evidence.credit import Rule
from recovery.measure.payload import lift_of, rate
from recovery.measure.report import Row
from recovery.message import Channel
from recovery.money import Money, digits, round_half_up
from recovery.simulate.diary import when
from recovery.simulate.effects import Effect
from recovery.simulate.play import Played
from recovery.simulate.truth import Fate


@dataclass(frozen=True, slots=True)
class Purse:
    """One currency, as it truly was; all in minor units."""

    caused: int  # list price of orders that were paid only because of a message
    cost: int  # … of orders that a message has cost
    given: int  # discounts
    given_away: int  # … of them to customers who would have paid in full
    messages: int  # what messages cost, where they are paid in this currency

    @property
    def net(self) -> int:
        """More than in a world without messages, at list prices of orders that stay paid."""
        return self.caused - self.cost - self.given - self.messages


@dataclass(frozen=True, slots=True)
class Score:
    """The game's points: net money, less what it did to people."""

    net: Decimal
    annoyance: Decimal
    breaches: Decimal

    @property
    def points(self) -> Decimal:
        """What counts in the end."""
        return self.net - self.annoyance - self.breaches


@dataclass(frozen=True)
class Verdict:
    """A simulation, judged."""

    played: Played

    @property
    def hidden(self) -> bool:
        """Whether what is true stays with the teacher."""
        return self.played.ask.scenario.hidden

    @cached_property
    def purses(self) -> Mapping[str, Purse]:
        """By currency, in its order."""
        sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for fate in self.played.truth.fates.values():
            for place, minor in enumerate(_parts(fate)):
                sums[fate.amount.currency][place] += minor
        for currency, minor in self.played.truth.leaked.items():
            sums[currency][2] += minor
            sums[currency][3] += minor
        bills = {money.currency: money.minor for money in self._bills}
        found = {}
        for currency in sorted({*sums, *bills}):
            caused, cost, given, away = sums[currency]
            found[currency] = Purse(caused, cost, given, away, bills.get(currency, 0))
        return found

    @cached_property
    def score(self) -> Score:
        """In points of the scenario. They are the game's: money of two currencies is never added
        anywhere else."""
        scenario, counts = self.played.ask.scenario, self.played.counts
        rates, off = scenario.points, scenario.penalties
        net = sum(
            (
                Money(purse.net, currency).major * rates.get(currency, Decimal(0))
                for currency, purse in self.purses.items()
            ),
            Decimal(0),
        )
        annoyance = (
            off.opt_out * counts.opt_outs
            + off.complaint * counts.complaints
            + off.after_payment * counts.after_payment
            + off.call * counts.calls
        )
        return Score(net, annoyance, off.breach * sum(self.played.breaches.values()))

    def effect(self, row: Row) -> Effect | None:
        """What is true of one arm of the report."""
        return self.played.effects.get(row.arm)

    def caught(self, row: Row) -> bool | None:
        """Whether the report's interval holds the true lift; None where one is missing."""
        effect = self.effect(row)
        if row.lift is None or row.lift.interval is None or effect is None or effect.lift is None:
            return None
        return row.lift.interval.low <= effect.lift <= row.lift.interval.high

    def payload(self) -> dict[str, Any]:
        """The document of `recovery simulate --json`."""
        played, ask, counts = self.played, self.played.ask, self.played.counts
        known = {} if self.hidden else self._known()
        return {
            "scenario": ask.scenario.scenario,
            "seed": ask.seed,
            "orders": ask.orders,
            "days": ask.days,
            "from": _utc(ask.scenario.start),
            "to": _utc(played.ends),
            "campaigns": list(played.campaigns),
            "placed": played.placed,
            "unpaid": len(played.truth.fates),
            "enrolled": sum(row.enrolled for row in played.report.rows),
            "sequences": [self._row(row) for row in played.report.rows],
            "messages": {
                one.value: counts.messages[one.value] for one in (Channel.EMAIL, Channel.SMS)
            }
            | {"task": counts.calls},
            "opt_outs": counts.opt_outs,
            "complaints": counts.complaints,
            "after_payment": counts.after_payment,
            "breaches": [
                {"rule": rule, "count": count, "example": played.examples[rule]}
                for rule, count in played.breaches.items()
            ],
            "score": self._score(known=not self.hidden),
            "notices": [
                {
                    "at": _utc(one.at),
                    "when": when(one.at - ask.scenario.start),
                    "kind": one.kind,
                    "words": one.words[spoken()],
                }
                for one in played.notices
            ],
            "diary": [
                {
                    "at": _utc(ask.scenario.start + one.at),
                    "action": one.verb.value,
                    "what": one.what,
                }
                for one in played.done
            ],
            **known,
        }

    def graded(self) -> dict[str, Any]:
        """The same for who grades: with the points, also where the scenario is hidden."""
        return self.payload() | {"score": self._score(known=True)}

    def _score(self, *, known: bool) -> dict[str, float | None]:
        """Net money is the truth in one number, so it is only told where that is `known`."""
        score = self.score
        return {
            "points": _points(score.points) if known else None,
            "net": _points(score.net) if known else None,
            "annoyance": _points(score.annoyance),
            "breaches": _points(score.breaches),
        }

    def _known(self) -> dict[str, Any]:
        """What only a simulation can tell."""
        ask = self.played.ask
        return {
            "money": [self._money(currency, purse) for currency, purse in self.purses.items()],
            "curve": list(self._curve()),
            "incidents": [
                {
                    "incident": one.incident.value,
                    "from": _utc(ask.scenario.start + one.at),
                    "to": _utc(min(ask.scenario.start + one.at + one.lasts, self.played.ends)),
                    "market": one.market,
                }
                for one in ask.scenario.incidents
                if ask.scenario.start + one.at < self.played.ends
            ],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        known = {} if self.hidden else {"truth": self._truth(row)}
        return {
            **row.arm._asdict(),
            "enrolled": row.enrolled,
            "mature": row.mature.total,
            "recovered": row.mature.count,
            "recovery_rate": rate(row.mature),
            "lift": None
            if row.lift is None
            else lift_of(row.lift, "holdout") | {"verdict": row.verdict.value},
            **known,
        }

    def _truth(self, row: Row) -> dict[str, Any] | None:
        effect = self.effect(row)
        if effect is None:
            return None
        lift = None if row.arm.holdout else effect.lift
        return {
            "lift": None if lift is None else round(lift, 4),
            "caught": self.caught(row),
            "customers": effect.mature,
            "caused": effect.caused,
            "harmed": effect.harmed,
            "anyway": effect.anyway,
            "credited": sum(row.credits[Rule.LAST_TOUCH].values()),
        }

    def _money(self, currency: str, purse: Purse) -> dict[str, str]:
        told = {
            "caused": purse.caused,
            "lost": purse.cost,
            "incentives": purse.given,
            "given_to_sure_buyers": purse.given_away,
            "messages": purse.messages,
            "net": purse.net,
        }
        return {"currency": currency} | {
            name: str(Money(minor, currency)) for name, minor in told.items()
        }

    def _curve(self) -> Iterator[dict[str, Any]]:
        """Orders by the day on which they were left unpaid, added up day after day."""
        ask = self.played.ask
        told = min(ask.days, (self.played.ends - ask.scenario.start).days) + 1
        days: list[list[int]] = [[0, 0, 0, 0] for _ in range(told + 1)]
        for day, fate in self.played.truth.by_day(ask.scenario.start):
            one = days[min(day, told)]
            paid = fate.paid_at is not None
            for place, yes in enumerate((True, paid, fate.caused, fate.cost)):
                one[place] += yes
        whole = [0, 0, 0, 0]
        for day, one in enumerate(days[1:], 1):
            whole = [a + b for a, b in zip(whole, one, strict=True)]
            names = ("orders", "recovered", "caused", "lost")
            yield {"day": day} | dict(zip(names, whole, strict=True))

    @cached_property
    def _bills(self) -> list[Money]:
        """What the messages cost, by currency."""
        exact: dict[str, Decimal] = {}
        counts, costs = self.played.counts, self.played.costs
        sent = [
            *((Channel.EMAIL, place, n) for place, n in counts.emails.items()),
            *((Channel.SMS, place, n) for place, n in counts.segments.items()),
        ]
        for channel, country, units in sent:
            if price := costs.of(channel, country):
                exact[price.currency] = exact.get(price.currency, Decimal(0)) + price.each * units
        return [
            Money(round_half_up(value.scaleb(digits(currency))), currency)
            for currency, value in sorted(exact.items())
        ]


def _parts(fate: Fate) -> tuple[int, int, int, int]:
    """Caused, lost, given, given away: of an order that is not sent back."""
    if fate.refunds:
        return 0, 0, 0, 0
    away = fate.given if fate.silent_at is not None else 0
    return (
        fate.amount.minor * fate.caused,
        fate.amount.minor * fate.cost,
        fate.given,
        away,
    )


def _points(value: Decimal) -> float:
    return float(round(value, 2))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
