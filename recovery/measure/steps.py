"""Experiments on the words of one step: its variants, each against the first one named.

Nothing differs between them before the draw, so whoever was drawn counts in the variant that was
drawn, read or not. Versions of a campaign that drew by other shares are compared within.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from recovery.campaign.experiments import Decision
from recovery.campaign.schema import Status
from recovery.measure.designs import WHOLE, Designs, designs
from recovery.measure.drawn import Place, count
from recovery.measure.judging import Health, Verdict, balance, judge
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion

Shares = Mapping[str, int]  # basis points by variant, in the order of the file
NOBODY = Proportion(0, 0)


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm. `share` is that of the newest version, 0 where it is gone from there; `lift` is
    against the first variant, which has none itself."""

    name: str
    share: float
    drawn: int
    mature: Proportion  # converted, of those whose goal window is over
    lift: Lift | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class StepTest:
    """One step's experiment: the variant that the others are compared with comes first."""

    place: Place
    decision: Decision
    health: Health
    variants: tuple[Variant, ...]

    def payload(self) -> dict[str, Any]:
        """One of `steps` in `recovery report --json`; arms of wrong sizes are not compared."""
        first = self.variants[0].name
        return {
            **self.place._asdict(),
            "decision": {"rule": self.decision.rule.value, "customers": self.decision.customers},
            "health": {"srm_p": self.health.srm_p, "srm": self.health.mismatched},
            "variants": [_told(one, first, hidden=self.health.mismatched) for one in self.variants],
        }


@dataclass(slots=True)
class _Tally:
    """Counts of one variant under one set of shares."""

    drawn: int = 0
    mature: int = 0
    converted: int = 0

    @property
    def seen(self) -> Proportion:
        return Proportion(self.converted, self.mature)


@dataclass(slots=True)
class _Counted:
    """All of one step: the shares that were drawn by, each with its counts."""

    strata: dict[tuple[tuple[str, int], ...], dict[str, _Tally]] = field(default_factory=dict)

    def of(self, name: str) -> _Tally:
        """A variant over all strata."""
        parts = [found[name] for found in self.strata.values() if name in found]
        return _Tally(*(sum(getattr(p, key) for p in parts) for key in _Tally.__slots__))


def step_tests(
    connection: Connection, now: datetime, campaign: str | None = None
) -> tuple[StepTest, ...]:
    """Every step's experiment that somebody was drawn into by `now`; of one `campaign` or all."""
    known = designs(connection, now)
    counted = defaultdict[Place, _Counted](_Counted)
    for one in count(connection, now, campaign):
        shares = tuple(_shares(known, one.version, one.place).items())
        arms = counted[one.place].strata.setdefault(shares, {})
        tally = arms.setdefault(one.variant, _Tally())
        tally.drawn += one.drawn
        tally.mature += one.mature
        tally.converted += one.converted
    return tuple(_test(place, counted[place], known) for place in sorted(counted))


def _shares(known: Designs, version: int, place: Place) -> Shares:
    """What `version` drew by; empty when its text can't be read any more."""
    design = known.by_version.get(version)
    steps = design.sequences.get(place.sequence, ()) if design else ()
    return next((one.variants for one in steps if one.step == place.step), {})


def _test(place: Place, counted: _Counted, known: Designs) -> StepTest:
    decision, health = known.decision(place.campaign), Health(srm_p=_srm(counted))
    newest, names = _names(place, counted, known)
    first, *others = names
    found = lifts(
        {name: list(_strata(counted, name, first)) for name in others},
        decision,
        {name: _part(newest, name, first) for name in others if name in newest},
    )
    over = _is_over(known, place.campaign, counted)
    arms = (
        Variant(
            name=name,
            share=newest.get(name, 0) / WHOLE,
            drawn=counted.of(name).drawn,
            mature=counted.of(name).seen,
            lift=found.get(name),
            verdict=judge(found[name], health, draws=True, over=over) if name in found else None,
        )
        for name in names
    )
    return StepTest(place, decision, health, tuple(arms))


def _is_over(known: Designs, campaign: str, counted: _Counted) -> bool:
    """Whether nobody will be drawn any more, and every window has closed."""
    newest = known.newest(campaign)
    ended = newest is not None and newest.status is Status.ENDED
    arms = (one for found in counted.strata.values() for one in found.values())
    return ended and all(one.drawn == one.mature for one in arms)


def _names(place: Place, counted: _Counted, known: Designs) -> tuple[Shares, list[str]]:
    """The newest shares, and every variant: those of the newest first, in the order of the file."""
    versions = [one for one in known.by_version if known.campaigns[one] == place.campaign]
    told = [shares for one in reversed(versions) if (shares := _shares(known, one, place))]
    drawn = [name for found in counted.strata.values() for name in sorted(found)]
    names = dict.fromkeys([*(name for shares in told for name in shares), *drawn])
    return (told[0] if told else {}), list(names)


def _part(shares: Shares, name: str, first: str) -> float:
    """The share of a variant among itself and the first."""
    return shares[name] / (shares[name] + shares.get(first, 0))


def _strata(counted: _Counted, name: str, first: str) -> Iterable[Stratum]:
    """Both variants under the same shares: other shares drew other people at another time."""
    for found in counted.strata.values():
        yield Stratum(
            found[name].seen if name in found else NOBODY,
            found[first].seen if first in found else NOBODY,
        )


def _srm(counted: _Counted) -> float | None:
    """p of the arms' sizes under the draw, of everybody who was drawn by shares that are known."""
    drawn, expected = Counter[str](), defaultdict[str, float](float)
    for shares, found in counted.strata.items():
        everybody = sum(one.drawn for one in found.values())
        for name, share in shares:
            drawn[name] += found[name].drawn if name in found else 0
            expected[name] += everybody * share / WHOLE
    return balance([drawn[name] for name in expected], list(expected.values()))


def _told(one: Variant, first: str, *, hidden: bool) -> dict[str, Any]:
    from recovery.measure.payload import lift_of, rate

    return {
        "variant": one.name,
        "share": one.share,
        "drawn": one.drawn,
        "mature": one.mature.total,
        "converted": one.mature.count,
        "conversion_rate": rate(one.mature),
        "lift": None if hidden or one.lift is None else lift_of(one.lift, first),
        "verdict": None if one.verdict is None else one.verdict.value,
    }
