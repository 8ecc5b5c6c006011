"""Whether a scenario agrees with itself, and with the evidence that it names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from recovery.campaign.problems import Road
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import meant_country
from recovery.markets.hours import HoursError, read_week
from recovery.simulate.people import markets
from recovery.simulate.scenarios.complaints import not_among
from recovery.simulate.scenarios.evidence import ASSUMED, evidence
from recovery.simulate.scenarios.schema import Reach, Scenario
from recovery.simulate.scenarios.sources import Road as Steps
from recovery.simulate.scenarios.sources import leads, value


def disagree(
    tree: Tree,
    whole: Mapping[str, Any],
    scenario: Scenario | None,
    named: Mapping[Steps, str] | None = None,
    bare: Sequence[Steps] = (),
) -> None:
    """Report to `tree` what does not agree in the data of a whole scenario.

    Without `scenario`, whose types are wrong somewhere, only names are looked at. `named`: where
    each number is from; `bare`: those of which nobody says it.
    """
    _names(tree, whole)
    if scenario is None:
        return
    _orders(tree, scenario)
    _stretches(tree, scenario)
    _incidents(tree, scenario)
    if scenario.staff.zone not in available_timezones():
        not_among(
            tree, ("staff", "zone"), scenario.staff.zone, sorted(available_timezones()), "CR022"
        )
    _sourced(tree, whole, scenario, named or {}, bare)


def _names(tree: Tree, whole: Mapping[str, Any]) -> None:
    """Causes, countries and evidence that nobody knows."""
    causes = whole.get("causes")
    known = list(causes) if isinstance(causes, Mapping) else []
    given = whole.get("markets")
    for country, market in given.items() if isinstance(given, Mapping) else ():
        if country not in markets():
            _nobody(tree, country)
        theirs = market.get("causes") if isinstance(market, Mapping) else None
        for cause in theirs if isinstance(theirs, Mapping) else ():
            if cause not in known:
                not_among(tree, ("markets", country, "causes", cause), cause, known, "CR302")
    offers = whole.get("offers")
    waiting = offers.get("waiting") if isinstance(offers, Mapping) else None
    if isinstance(waiting, str) and waiting not in known:
        not_among(tree, ("offers", "waiting"), waiting, known, "CR302")
    own = tree.data.get("sources") if isinstance(tree.data, Mapping) else None
    for road, source in own.items() if isinstance(own, Mapping) else ():
        if isinstance(source, str) and source not in (ASSUMED, *evidence()):
            not_among(tree, ("sources", road), source, [ASSUMED, *evidence()], "CR305")


def _nobody(tree: Tree, country: str) -> None:
    """A country that the simulator does not know; perhaps it is known by another name."""
    known, meant = list(markets()), meant_country(country)
    choices = [meant.fix] if meant.fix in known else known
    not_among(tree, ("markets", country), country, choices, "CR304", meant.fix)


def _orders(tree: Tree, scenario: Scenario) -> None:
    if not any(market.share for market in scenario.markets.values()):
        road: Road = ("markets", next(iter(scenario.markets)))
        tree.report("CR312", tree.key(road), road)
    for country, market in scenario.markets.items():
        left = sum(market.causes.values())
        if left > 1 + 1e-9:
            road = ("markets", country, "causes")
            tree.report("CR303", tree.key(road), road, share=_percent(left), market=country)


def _stretches(tree: Tree, scenario: Scenario) -> None:
    for channel, reach in scenario.messages.items():
        for place in _backwards(reach):
            road = ("messages", channel.value, "moves", place, "until")
            given = tree.sheet.read(tree.value(road))
            tree.report("CR313", tree.value(road), road, given=given)


def _backwards(reach: Reach) -> list[int]:
    pairs = enumerate(zip(reach.moves, reach.moves[1:], strict=False), 1)
    return [number for number, (one, other) in pairs if other.until <= one.until]


def _incidents(tree: Tree, scenario: Scenario) -> None:
    for number, one in enumerate(scenario.incidents):
        if one.market is not None and one.market not in scenario.markets:
            road = ("incidents", number, "market")
            not_among(tree, road, one.market, list(scenario.markets), "CR022")
        try:
            read_week([f"mon-sun {one.hours}"] if one.hours else ["mon-sun 09:00-18:00"])
        except HoursError as error:
            road = ("incidents", number, "hours")
            example = "09:00-18:00"
            given, why = str(one.hours), error.problem
            tree.report("CR211", tree.value(road), road, given=given, problem=why, example=example)


def _sourced(
    tree: Tree,
    whole: Mapping[str, Any],
    scenario: Scenario,
    named: Mapping[Steps, str],
    bare: Sequence[Steps],
) -> None:
    """Each number has a source, each source a number, and the two agree."""
    rows = evidence()
    for road in tree.data.get("sources", {}):
        if not any(leads(road, one) for one in named):
            blocks = sorted({one[0] for one in named})
            not_among(tree, ("sources", road), road, blocks, "CR315")
    if bare:
        tree.report("CR310", tree.key(("sources",)), ("sources",), road=_shown(bare))
    for road, source in named.items():
        row = rows.get(source)
        if row is not None and not row.admits(value(scenario, road)):
            steps, given = followed(whole, road)
            tree.report(
                "CR311",
                tree.value(steps),
                steps,
                given=given,
                source=source,
                range=" – ".join(row.range or ()),
            )
    for country in scenario.markets:
        _mixed(tree, scenario, country, named)


def _mixed(tree: Tree, scenario: Scenario, country: str, named: Mapping[Steps, str]) -> None:
    causes, mixes = scenario.markets[country].causes, defaultdict[str, dict[str, float]](dict)
    for cause, share in causes.items():
        source = named.get(("markets", country, "causes", cause), ASSUMED)
        if source in evidence() and evidence()[source].mix is not None:
            mixes[source][cause] = share
    for source, shares in mixes.items():
        row = evidence()[source]
        # Where somebody assumed one of them, the others have nothing to be held against.
        whole = all(cause in shares for cause in causes if cause in (row.mix or {}))
        odd = row.odd(shares) if whole else None
        if odd is not None:
            road: Road = ("markets", country, "causes", *([odd] if odd else []))
            mix = ", ".join(f"{name} {_percent(part)}" for name, part in (row.mix or {}).items())
            low, high = map(_percent, row.together)
            tree.report(
                "CR317",
                tree.key(road),
                road,
                causes=odd or country,
                source=source,
                mix=mix,
                low=low,
                high=high,
            )


def _shown(bare: Sequence[Steps]) -> str:
    more = len(bare) - 3
    return ", ".join(map(".".join, bare[:3])) + (f" … (+{more})" if more > 0 else "")


def _percent(share: float) -> str:
    return f"{round(100 * share, 2):g}%"


def followed(whole: Any, steps: Steps) -> tuple[Road, str]:
    """A road as the tree of a file knows it, with places in lists as numbers; and what it leads to,
    as it is written."""
    road: Road = ()
    for name in steps:
        step = int(name) if isinstance(whole, list) else name
        road, whole = (*road, step), whole[step]
    return road, str(whole)
