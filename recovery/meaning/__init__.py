"""Meaning: what a campaign file says rightly and cannot mean, judged with templates and markets.

The grammar has accepted the file. Here two segments are held against each other, steps against
the goal and their segments, messages against the class and the languages of their templates.
Pure: the caller knows the folders.
"""

from dataclasses import replace

from recovery.campaign.parsing import Reading
from recovery.markets import Markets
from recovery.meaning import audiences, decisions, messages, steps
from recovery.meaning.reach import Paths
from recovery.meaning.voices import Voices
from recovery.problems import Severity

__all__ = ["Voices", "sensible"]


def sensible(reading: Reading, voices: Voices, markets: Markets) -> Reading:
    """The reading with all that it cannot mean; an error stops the campaign."""
    if reading.loaded is None or reading.tree is None:
        return reading
    tree, campaign = replace(reading.tree, problems=[]), reading.loaded.campaign
    paths = Paths(campaign)
    audiences.check(campaign, tree)
    decisions.check(campaign, tree)
    steps.check(campaign, tree, paths)
    messages.check(campaign, tree, paths, voices, markets)
    wrong = any(one.severity is Severity.ERROR for one in tree.problems)
    found = sorted((*reading.problems, *tree.problems), key=lambda one: (one.line, one.column))
    return replace(reading, problems=tuple(found), loaded=None if wrong else reading.loaded)
