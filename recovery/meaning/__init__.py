"""Meaning: what a campaign file says rightly and cannot mean, judged with templates and markets.

Of a file with mistakes what could be read is judged. Here two segments are held against each other,
steps against the goal and their segments, messages against the class and the languages of their
templates. Pure: the caller knows the folders.
"""

from recovery.campaign.parsing import Reading
from recovery.markets import Markets
from recovery.meaning import audiences, decisions, messages, steps, variants
from recovery.meaning.reach import Paths
from recovery.meaning.voices import Voices

__all__ = ["Voices", "sensible"]


def sensible(reading: Reading, voices: Voices, markets: Markets) -> Reading:
    """The reading with all that it cannot mean; an error stops the campaign."""
    if reading.part is None:
        return reading
    campaign, tree = reading.part.campaign, reading.part.places()
    paths = Paths(campaign)
    audiences.check(campaign, tree)
    decisions.check(campaign, tree)
    steps.check(campaign, tree, paths)
    messages.check(campaign, tree, paths, voices, markets)
    variants.check(campaign, tree, voices)
    return reading.judged(tree.problems)
