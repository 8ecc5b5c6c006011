"""Whether the numbers of a scenario agree with the evidence that they name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from recovery.campaign.problems import Road
from recovery.campaign.tree import Tree
from recovery.simulate.scenarios.complaints import not_among
from recovery.simulate.scenarios.evidence import ASSUMED, evidence
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.scenarios.sources import Road as Steps
from recovery.simulate.scenarios.sources import leads, value
from recovery.simulate.scenarios.values import percent


def backed(
    tree: Tree,
    whole: Mapping[str, Any],
    scenario: Scenario,
    named: Mapping[Steps, str],
    bare: Sequence[Steps],
) -> None:
    """Report to `tree` where a number has no source, a source no number, or the two do not agree.

    `named`: where each number is from; `bare`: those of which nobody says it.
    """
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
            mix = ", ".join(f"{name} {percent(part)}" for name, part in (row.mix or {}).items())
            low, high = map(percent, row.together)
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


def followed(whole: Any, steps: Steps) -> tuple[Road, str]:
    """A road as the tree of a file knows it, with places in lists as numbers; and what it leads to,
    as it is written."""
    road: Road = ()
    for name in steps:
        step = int(name) if isinstance(whole, list) else name
        road, whole = (*road, step), whole[step]
    return road, str(whole)
