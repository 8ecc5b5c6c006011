"""The plan as chapters of a few lines: the terminal and the page show the same ones."""

from collections.abc import Callable

from recovery.forecast import letters, people
from recovery.forecast.outlook import Outlook
from recovery.forecast.section import Section
from recovery.forecast.words import Tongue
from recovery.i18n import mark


def sections(plan: Outlook, t: Tongue) -> list[Section]:
    """Every chapter that has something to say, in the order in which a marketer asks."""
    told = (chapter(plan, t) for chapter in CHAPTERS)
    return [one for one in told if one.rows or one.lead]


def headline(plan: Outlook, t: Tongue) -> str:
    """The plan in one sentence."""
    told = {
        "entering": t.number(plan.entering),
        "messages": t.number(plan.now()["sent"]),
        "later": t.number(plan.later),
    }
    if not plan.later:
        text = mark("{entering} orders would enter now, {messages} messages would go out at once")
    else:
        text = mark(
            "{entering} orders would enter now and {later} in the days after, "
            "{messages} messages would go out at once"
        )
    return t(text, **told)


def honesty(plan: Outlook, t: Tongue) -> str:
    """What the numbers are, and what they are not."""
    return t(
        mark(
            "As of {at}. Nothing is changed. Days are days in UTC, with a run every {every}; "
            "nobody pays and nobody clicks in them, and no new orders come. Orders that are too "
            "young now are in them, from the day on which they enter: of all orders known now, "
            "these are the most messages there can be."
        ),
        at=t.moment(plan.at),
        every=t.span(plan.every),
    )


CHAPTERS: tuple[Callable[[Outlook, Tongue], Section], ...] = (
    letters.troubles,
    people.changes,
    people.entries,
    people.stays,
    people.flight,
    letters.days,
    letters.delayed,
    letters.skipped,
    letters.costs,
    letters.segments,
    letters.offers,
    people.collisions,
    people.decisions,
    people.holdouts,
    letters.notes,
)
