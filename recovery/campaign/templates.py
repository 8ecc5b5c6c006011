"""Whether the templates that a campaign names exist, for the channels it wants them for."""

from collections.abc import Collection, Mapping

from recovery.campaign.lint import block, blocks, listed, missing
from recovery.campaign.problems import Road
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import guess
from recovery.message import Channel


def check_templates(tree: Tree, spoken: Mapping[str, Collection[Channel] | None]) -> None:
    """Add a problem for each step whose template is missing or has no text for its channel.

    `spoken` says which channels each template has; the caller knows the folder, we do not.
    """
    sequences = block(tree.data, "sequences")
    for name in sequences:
        for number, step in blocks(listed(sequences, name)):
            for channel in Channel:
                given = step.get(channel)
                if isinstance(given, str) and given:
                    _heard(tree, ("sequences", name, number, str(channel)), given, channel, spoken)


def _heard(
    tree: Tree,
    road: Road,
    given: str,
    channel: Channel,
    spoken: Mapping[str, Collection[Channel] | None],
) -> None:
    fitting = [known for known, channels in spoken.items() if channels and channel in channels]
    if given not in spoken:
        missing(tree, "CR040", road, given, fitting)
    elif spoken[given] is None:
        file = f"templates/{given}"
        tree.report("CR055", tree.value(road), road, given=given, file=file)
    elif given not in fitting:
        cure = guess("", fitting)
        tree.report("CR054", tree.value(road), road, given=given, channel=channel, guess=cure)
