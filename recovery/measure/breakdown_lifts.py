"""Lifts of slices: each sequence against the hold-out of its own slice, valid at every look."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from recovery.campaign.experiments import Decision, Rule
from recovery.measure.designs import Design, Designs
from recovery.measure.evidence.slices import Key, Slice
from recovery.measure.evidence.tallies import Tally
from recovery.measure.evidence.units import Arm
from recovery.measure.judging import Health, balance
from recovery.measure.lift import Lift, Stratum, lifts
from recovery.measure.stats import Proportion

Segment = tuple[str, str]
Found = Mapping[tuple[Arm, Key], Slice]


def slice_lifts(
    found: Found, known: Designs, touched: Mapping[Segment, int]
) -> dict[tuple[Arm, Key], Lift]:
    """Of all slices; none where a segment as a whole can't be trusted. `touched`: how many of a
    segment's hold-out were reached after all."""
    compared: dict[tuple[Arm, Key], Lift] = {}
    for segment in {arm[:2] for arm, _ in found}:
        by_key: dict[Key, dict[Arm, Slice]] = defaultdict(dict)
        for (arm, key), one in found.items():
            if arm[:2] == segment:
                by_key[key][arm] = one
        health = _health(segment, list(by_key.values()), known, touched.get(segment, 0))
        if not health.mismatched and not health.is_contaminated:
            for key, arms in by_key.items():
                compared |= {(arm, key): lift for arm, lift in _lifts(segment, arms, known).items()}
    return compared


def _lifts(segment: Segment, arms: Mapping[Arm, Slice], known: Designs) -> dict[Arm, Lift]:
    """Nobody planned to look at slices: whatever was declared, the intervals hold at every look."""
    control = arms.get(Arm(*segment, None, holdout=True))
    if control is None:
        return {}
    versions = {version for one in arms.values() for version in one.people}
    strata = _strata(segment, versions, known)
    sequences = {str(arm.sequence): arm for arm in arms if not arm.holdout}
    compared = {
        name: [Stratum(_seen(arms[arm], alike), _seen(control, alike)) for alike in strata]
        for name, arm in sequences.items()
    }
    declared: Decision = known.decision(segment[0])
    told = lifts(
        compared,
        declared.model_copy(update={"rule": Rule.ANYTIME}),
        {name: part for name in sequences if (part := _part(segment, name, strata, known))},
    )
    return {sequences[name]: lift for name, lift in told.items()}


def _strata(segment: Segment, versions: Iterable[int], known: Designs) -> list[list[int]]:
    """Versions that drew by the same shares together, the oldest first."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for version in sorted(versions):
        design = known.by_version.get(version)
        found[str(design and sorted(design.weights(segment[1]).items(), key=str))].append(version)
    return list(found.values())


def _seen(one: Slice, versions: Sequence[int]) -> Proportion:
    parts = [one.people[version] for version in versions if version in one.people]
    return Proportion(sum(p.converted for p in parts), sum(p.mature for p in parts))


def _part(
    segment: Segment, sequence: str, strata: Sequence[Sequence[int]], known: Designs
) -> float | None:
    """The treated's share of the pair under the newest design that drew both."""
    for versions in reversed(strata):
        design = _design(versions, known)
        weights = design.weights(segment[1]) if design else {}
        if sequence in weights and None in weights:
            return weights[sequence] / (weights[sequence] + weights[None])
    return None


def _health(
    segment: Segment, slices: Sequence[Mapping[Arm, Slice]], known: Designs, touched: int
) -> Health:
    """Of everybody in the segment: do the sizes fit the draw, was the hold-out left alone?"""
    people: defaultdict[str | None, defaultdict[int, Tally]]
    people = defaultdict(lambda: defaultdict(Tally))
    for arms in slices:
        for arm, one in arms.items():
            for version, tally in one.people.items():
                people[arm.sequence][version].add(tally)
    counted, expected = defaultdict[str | None, int](int), defaultdict[str | None, float](float)
    for version in {version for one in people.values() for version in one}:
        design = known.by_version.get(version)
        if design is None or not design.holdout:
            continue
        drawn = {name: one[version].enrolled for name, one in people.items() if version in one}
        weights = design.weights(segment[1])
        for name in {*drawn, *weights}:
            counted[name] += drawn.get(name, 0)
            expected[name] += sum(drawn.values()) * weights.get(name, 0.0)
    filled = [name for name in counted if counted[name] or expected[name]]
    return Health(
        srm_p=balance([counted[name] for name in filled], [expected[name] for name in filled]),
        contaminated=touched,
        held_out=sum(tally.enrolled for tally in people[None].values()),
    )


def _design(versions: Sequence[int], known: Designs) -> Design | None:
    return next(filter(None, map(known.by_version.get, versions)), None)
