"""A decision rule against the campaign around it: something must be there to be compared."""

from recovery.campaign.experiments import Rule
from recovery.campaign.schema import Campaign
from recovery.campaign.tree import Tree


def check(campaign: Campaign, tree: Tree) -> None:
    """Report a fixed decision, written in this very file, that has nothing to decide."""
    road = ("decision",)
    if road in tree.keys and campaign.decision.rule is Rule.FIXED and not _compares(campaign):
        tree.report("CR072", tree.key(road), road)


def _compares(campaign: Campaign) -> bool:
    """Whether a hold-out, two sequences of a segment, or two words of a step are held together."""
    tried = any(step.variants for steps in campaign.sequences.values() for step in steps)
    several = any(len(segment.sequence) > 1 for segment in campaign.segments)
    return campaign.holdout > 0 or several or tried
