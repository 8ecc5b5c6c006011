"""Whether the templates that a campaign names exist, for the channels it wants them for."""

from collections.abc import Collection, Mapping

from recovery.campaign.loader import LoadedCampaign
from recovery.campaign.problems import Problem
from recovery.campaign.tree import grow
from recovery.campaign.vocabulary import guess
from recovery.message import Channel


def check_templates(
    loaded: LoadedCampaign, templates: Mapping[str, Collection[Channel]]
) -> list[Problem]:
    """Return a problem for each step whose template is missing or has no text for its channel.

    `templates` says which channels each template has; the caller knows the folder, we do not.
    """
    tree = grow(loaded.source, loaded.file)
    for name, steps in loaded.campaign.sequences.items():
        for number, step in enumerate(steps):
            road = ("sequences", name, number, str(step.channel))
            place, given = tree.value(road), step.template
            fitting = [known for known, channels in templates.items() if step.channel in channels]
            if given not in templates:
                tree.report("CR040", place, road, given=given, guess=guess(given, fitting))
            elif given not in fitting:
                cure = guess("", fitting)
                tree.report("CR054", place, road, given=given, channel=step.channel, guess=cure)
    return tree.problems
