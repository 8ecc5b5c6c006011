"""Whether a scenario agrees with itself."""

from collections.abc import Mapping
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
from recovery.simulate.scenarios.values import percent


def disagree(tree: Tree, whole: Mapping[str, Any], scenario: Scenario | None) -> None:
    """Report to `tree` what does not agree in the data of a whole scenario.

    Without `scenario`, where a type is wrong somewhere, only names are looked at.
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
            tree.report("CR303", tree.key(road), road, share=percent(left), market=country)


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
