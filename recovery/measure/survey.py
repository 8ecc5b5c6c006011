"""Everything a report needs to know, asked of the database in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil

from sqlalchemy import Connection, Table

from recovery.campaign.experiments import Rule as Looking
from recovery.measure import counts, stats
from recovery.measure.cash import bills
from recovery.measure.costs import Costs
from recovery.measure.counts import Counts
from recovery.measure.designs import Design, Designs, designs
from recovery.measure.evidence.credit import Credits, Rule, credits
from recovery.measure.evidence.gathering import People, gathered
from recovery.measure.evidence.growth import ripening
from recovery.measure.evidence.letters import Letters, letters
from recovery.measure.evidence.purses import (
    Capital,
    Purse,
    capped,
    earned,
    first_payments,
    purses,
)
from recovery.measure.evidence.reached import reached
from recovery.measure.evidence.repeats import Repeats, repeats
from recovery.measure.evidence.tallies import Tally, tallies
from recovery.measure.evidence.units import Arm, Question
from recovery.measure.stats import Proportion

Segment = tuple[str, str]  # campaign and segment
FIRST = 200  # payers whose 99th percentile is the cap: it never moves again


@dataclass(frozen=True, slots=True)
class Capped:
    """What customers left where none counts for more than `cap`: sum and sum of squares, by arm and
    version. A few very large orders would rule every interval."""

    cap: int
    sums: Mapping[tuple[Arm, int], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Survey:
    """All counts, by arm and by version of the campaign."""

    question: Question
    orders: Mapping[Arm, Counts]
    repeats: Mapping[Arm, Repeats]
    tallies: Mapping[tuple[Arm, int], Tally]
    purses: Mapping[tuple[Arm, int, str], Purse]
    bills: Mapping[tuple[Arm, int, str, str], Decimal]
    letters: Letters
    credits: Mapping[Rule, Credits]
    reached: Mapping[Segment, int]
    designs: Designs
    capped: Mapping[Capital, Capped]
    # of campaigns that look once: what was known at each instant
    ripening: Mapping[tuple[Arm, int], Sequence[tuple[datetime, Tally]]] = field(
        default_factory=dict
    )
    _strata: dict[Segment, list[list[int]]] = field(default_factory=dict)

    def arms(self) -> list[Arm]:
        """Everyone who was enrolled: sequences by name, each segment's hold-out after them."""
        return sorted(self.orders, key=lambda arm: (*arm[:2], arm.holdout, arm.sequence or ""))

    def tally(self, arm: Arm) -> Tally:
        """The customers of an arm, over all versions."""
        whole = Tally()
        for (one, _), part in self.tallies.items():
            if one == arm:
                whole.add(part)
        return whole

    def strata(self, segment: Segment) -> list[list[int]]:
        """Versions of the segment's campaign that drew by the same shares, oldest first. Texts
        that nobody can read any more are taken for one design."""
        if segment not in self._strata:
            found: defaultdict[object, list[int]] = defaultdict(list)
            for version in sorted({v for arm, v in self.tallies if arm[:2] == segment}):
                design = self.designs.by_version.get(version)
                shares = design and sorted(design.weights(segment[1]).items(), key=str)
                found[str(shares)].append(version)
            self._strata[segment] = list(found.values())
        return self._strata[segment]

    def design(self, versions: Sequence[int]) -> Design | None:
        """The design of some versions that drew alike."""
        return next(filter(None, map(self.designs.by_version.get, versions)), None)


def cap_of(first: Sequence[int]) -> int:
    """What one customer counts for at most, from what the first payers left: 99 % left no more."""
    return sorted(first)[ceil(0.99 * len(first)) - 1]


def survey(connection: Connection, question: Question, costs: Costs) -> Survey:
    """Ask everything."""
    with gathered(connection, question) as people:
        sent = letters(connection, people)
        counted, customers = counts.counted(connection, people), tallies(connection, people)
        known = designs(connection, question.now)
        with earned(connection, people) as each:
            money = purses(connection, people, each)
            caps = _capped(connection, people, each, money)
        return Survey(
            question=question,
            orders=counted,
            repeats=_repeats(connection, question, counted, customers),
            tallies=customers,
            purses=money,
            bills=bills(sent.paid_for, costs),
            letters=sent,
            credits=credits(connection, people),
            reached=reached(connection, question),
            designs=known,
            capped=caps,
            ripening=_ripening(connection, people, known, counted),
        )


def _capped(
    connection: Connection,
    people: People,
    each: Table,
    money: Mapping[tuple[Arm, int, str], Purse],
) -> Mapping[Capital, Capped]:
    """Asked only where every arm has payers enough for an interval."""
    payers: defaultdict[Capital, Counter[Arm]] = defaultdict(Counter)
    for (arm, _, currency), purse in money.items():
        payers[arm[:2], currency][arm] += purse.payers
    enough = {
        capital
        for capital, arms in payers.items()
        if any(arm.holdout for arm in arms) and stats.enough_payers(*arms.values())
    }
    if not enough:
        return {}
    first = first_payments(connection, each, FIRST)
    caps = {one: cap_of(first[one]) for one in enough}
    sums = capped(connection, people, each, caps)
    return {
        (segment, currency): Capped(
            cap,
            {
                (arm, version): sums[arm, version, money]
                for arm, version, money in sums
                if (arm[:2], money) == (segment, currency)
            },
        )
        for (segment, currency), cap in caps.items()
    }


def _ripening(
    connection: Connection, people: People, known: Designs, arms: Iterable[Arm]
) -> dict[tuple[Arm, int], Sequence[tuple[datetime, Tally]]]:
    """Asked only where a campaign looks once, at a number that was named beforehand."""
    found: dict[tuple[Arm, int], Sequence[tuple[datetime, Tally]]] = {}
    for campaign in sorted({arm.campaign for arm in arms}):
        if known.decision(campaign).rule is Looking.FIXED:
            found |= ripening(connection, people, campaign)
    return found


def _repeats(
    connection: Connection,
    question: Question,
    counted: Mapping[Arm, Counts],
    people: Mapping[tuple[Arm, int], Tally],
) -> Mapping[Arm, Repeats]:
    """Asked only where somebody came back."""
    orders = sum(one.mature for one in counted.values())
    if orders == sum(one.mature for one in people.values()):
        return {}
    seen = {arm: Proportion(one.recovered, one.mature) for arm, one in counted.items()}
    return repeats(connection, question, seen)
