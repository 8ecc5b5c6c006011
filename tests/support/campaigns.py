"""Campaign files in a few words: everything that a test does not name is the plainest there is."""

from collections.abc import Mapping, Sequence

from recovery.campaign.loader import LoadedCampaign, parse_campaign

REMINDER = "{step: reminder, after: 0m, email: unpaid-reminder}"
EVERYONE = "{segment: everyone, sequence: plain}"


def a_campaign(
    name: str = "winback",
    *,
    segments: Sequence[str] = (EVERYONE,),
    sequences: Mapping[str, Sequence[str]] | None = None,
    offers: str = "{}",
    limits: str = "{min_gap: 0m}",
    trigger: str = "{on: unpaid}",
    goal: str = "{paid_within: 7d}",
    holdout: str = "0%",
    status: str = "active",
    priority: int = 0,
) -> str:
    """The text of a campaign file; steps and segments are written as in a file, in braces."""
    lines = [
        f"campaign: {name}",
        f"status: {status}",
        f"priority: {priority}",
        f"trigger: {trigger}",
        f"goal: {goal}",
        f"holdout: {holdout}",
        f"offers: {offers}",
        f"limits: {limits}",
        "segments:",
        *(f"  - {segment}" for segment in segments),
        "sequences:",
    ]
    for sequence, steps in (sequences or {"plain": [REMINDER]}).items():
        lines += [f"  {sequence}:", *(f"    - {step}" for step in steps)]
    return "\n".join(lines) + "\n"


def loaded(*texts: str) -> list[LoadedCampaign]:
    """Campaigns as the folder gives them: the highest priority first, then by name."""
    read = [parse_campaign(text, f"{number}.yaml") for number, text in enumerate(texts)]
    return sorted(read, key=lambda one: (-one.campaign.priority, one.campaign.campaign))
