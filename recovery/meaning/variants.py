"""Variants of steps against the words of their templates: alike, or compared with a stranger."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from recovery.campaign.schema import Campaign, Step
from recovery.campaign.tree import Tree
from recovery.meaning.voices import Voices
from recovery.message import Channel
from recovery.template.errors import TemplateError


def check(campaign: Campaign, tree: Tree, voices: Voices) -> None:
    """Report variants of a step that nobody could tell apart, in whatever language."""
    for name, steps in campaign.sequences.items():
        for number, step in enumerate(steps):
            heed = voices.heed(step.template, step.channel) if step.variants else None
            if heed is None or heed.freely:
                continue
            alike = [one for one in step.variants or {} if one not in heed.names]
            if len(alike) > 1:
                road = ("sequences", name, number, "variants")
                told, example = ", ".join(alike), alike[-1]
                tree.report(
                    "CR075",
                    tree.value(road),
                    road,
                    given=told,
                    template=step.template,
                    example=example,
                )


def strangers(campaigns: Iterable[Campaign], voices: Voices) -> Iterator[TemplateError]:
    """Names with which a template compares `variant`, and which no step that sends it has.

    `campaigns` are all there are: each of them may send a template.
    """
    known = defaultdict[tuple[str, Channel], dict[str, None]](dict)
    for step in _steps(campaigns):
        known[step.template, step.channel] |= dict.fromkeys(step.variants or {})
    for (template, channel), names in sorted(known.items()):
        heed = voices.heed(template, channel) if names else None
        if heed is not None:
            yield from heed.strangers(names)


def _steps(campaigns: Iterable[Campaign]) -> Iterator[Step]:
    for campaign in campaigns:
        for steps in campaign.sequences.values():
            yield from steps
