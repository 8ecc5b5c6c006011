"""The report cut into slices: for looking, never for deciding. Among many slices some look good by
chance alone, so none has a verdict; what a lift there says is as wide as every look asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from recovery.markets.rates import Rates
from recovery.measure.bands import Bands, bands
from recovery.measure.breakdown_lifts import Found, slice_lifts
from recovery.measure.designs import Designs, designs
from recovery.measure.evidence.gathering import People, gathered
from recovery.measure.evidence.reached import reached
from recovery.measure.evidence.slices import (
    PERIODS,
    Key,
    Knife,
    Part,
    Slice,
    currencies,
    curves,
    slices,
)
from recovery.measure.evidence.tallies import Curve, Tally
from recovery.measure.evidence.units import Arm, Question
from recovery.measure.journey import Point, recovery
from recovery.measure.lift import Lift
from recovery.measure.owners import expect_owner
from recovery.measure.periods import Calendar, Grain, Period
from recovery.measure.stats import Proportion

# Known anew with each try to pay, after the draw, and so the messages' own work: a slice of it
# holds other people in each arm.
UNCOMPARED = (Part.METHOD,)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cut:
    """One arm in one slice. `lift` is None for hold-outs and where there is nothing to compare;
    `forecast` is the curve's value at the horizon, of a period some of whose windows are open."""

    arm: Arm
    key: Key
    owner: str | None
    enrolled: int
    mature: Proportion  # recovered orders, of those whose window is over
    people: Tally
    lift: Lift | None
    forecast: Point | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Every slice: by campaign and segment, then by slice, each hold-out after its sequences."""

    at: datetime
    by: tuple[Part, ...]
    zone: str
    bands: Bands
    cuts: tuple[Cut, ...]

    def names(self, key: Key) -> dict[str, str | None]:
        """What a slice is called, part by part; None where nobody said."""
        return {part.value: self._name(v) for part, v in zip(self.by, key, strict=True)}

    def _name(self, value: Any) -> str | None:
        if isinstance(value, Period):
            return value.name
        return self.bands.name(value) if isinstance(value, int) else value

    @property
    def periods(self) -> list[Period]:
        """The periods that occur, the oldest first."""
        return sorted({one for cut in self.cuts for one in cut.key if isinstance(one, Period)})


@dataclass(frozen=True, slots=True)
class Merchant:
    """Whose report it is: the wall clock, the currency of amounts, and the day's rates."""

    zone: str
    currency: str
    rates: Rates


def breakdown(
    connection: Connection,
    question: Question,
    by: Sequence[Part],
    merchant: Merchant,
    owner: str | None = None,
) -> Breakdown:
    """Count and compare every slice, as of the question's now."""
    known = designs(connection, question.now)
    knife = _knife(connection, question, by, merchant)
    with gathered(connection, question) as people:
        found = _owned(slices(connection, people, knife), known, owner)
        drawn = _curves(connection, people, knife, found)
    compared = not set(by) & set(UNCOMPARED)
    lifts = slice_lifts(found, known, reached(connection, question)) if compared else {}
    cuts = []
    for (arm, key), one in sorted(found.items(), key=_order):
        newest = known.newest(arm.campaign)
        horizon = newest.window / HOUR if newest else None
        cuts.append(
            Cut(
                arm=arm,
                key=key,
                owner=newest.owner if newest else None,
                enrolled=one.enrolled,
                mature=Proportion(one.recovered, one.mature),
                people=_whole(one.people.values()),
                lift=lifts.get((arm, key)),
                forecast=_forecast(one, drawn.get((arm, key)), horizon),
            )
        )
    return Breakdown(question.now, tuple(by), merchant.zone, knife.bands, tuple(cuts))


def _knife(
    connection: Connection, question: Question, by: Sequence[Part], merchant: Merchant
) -> Knife:
    occurring = currencies(connection, question) if Part.AMOUNT in by else ()
    period = next((part for part in by if part in PERIODS), None)
    calendar = Calendar(Grain(period.value), ZoneInfo(merchant.zone)) if period else None
    return Knife(question, by, bands(merchant.rates, merchant.currency, occurring), calendar)


def _owned(found: Found, known: Designs, owner: str | None) -> Found:
    if owner is None:
        return found
    owners = {arm.campaign: known.newest(arm.campaign) for arm, _ in found}
    expect_owner(owner, (one.owner for one in owners.values() if one))
    mine = {campaign for campaign, one in owners.items() if one and one.owner == owner}
    return {key: one for key, one in found.items() if key[0].campaign in mine}


def _order(item: tuple[tuple[Arm, Key], Slice]) -> tuple[Any, ...]:
    (arm, key), _ = item
    parts = tuple((one is None, one) if one is not None else (True,) for one in key)
    return *arm[:2], parts, arm.holdout, arm.sequence or ""


def _curves(
    connection: Connection, people: People, knife: Knife, found: Found
) -> Mapping[tuple[Arm, Key], Curve]:
    """Asked only of periods in which somebody's window is still open, and of those after."""
    young = [
        period.since
        for (_, key), one in found.items()
        if one.mature < one.enrolled and (period := knife.period(key))
    ]
    return curves(connection, people, knife, min(young)) if young else {}


def _forecast(one: Slice, curve: Curve | None, horizon: float | None) -> Point | None:
    """Nobody knows how a window ends that nobody was watched to the end of."""
    if curve is None or horizon is None or not one.mature < one.enrolled:
        return None
    if not any(tally.mature for tally in one.people.values()):
        return None
    drawn = recovery(curve, horizon, steps=1)
    return drawn.points[0] if drawn else None


def _whole(parts: Collection[Tally]) -> Tally:
    whole = Tally()
    for part in parts:
        whole.add(part)
    return whole
