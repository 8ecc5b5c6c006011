"""Chapters about people: what changes for whom, who enters, who stays out, who is on the way."""

from collections.abc import Iterator

from recovery.campaign.experiments import Decision, Rule
from recovery.draws import SLOTS
from recovery.forecast.holdouts import WEEKS, Promise
from recovery.forecast.outlook import CampaignPlan, Fate, Outlook
from recovery.forecast.section import Section
from recovery.forecast.words import ADMISSION, BASELINES, FATES, HELD, REACHES, STATES, Tongue
from recovery.i18n import mark

LONG = 104  # weeks


def changes(plan: Outlook, t: Tongue) -> Section:
    rows = [row for one in plan.campaigns for row in _change_rows(one, t)]
    return Section(
        "changes",
        t(mark("What changes")),
        (t(mark("Campaign")), t(mark("What")), t(mark("For whom"))),
        rows,
        lead="" if rows else t(mark("The files say what is live.")),
    )


def _change_rows(one: CampaignPlan, t: Tongue) -> Iterator[list[str]]:
    held = t.of(HELD, one.held) if one.held else ""
    if one.state in ("new", "gone", "broken", "kept") or (one.held and not one.changes):
        yield [one.name, t.of(STATES, one.state), held]
    for change, people in one.changes:
        nothing = t(mark("nothing"))
        words = f"{change.road}: {change.before or nothing} → {change.after or nothing}"
        reach = t.of(REACHES, change.reach.value)
        if people:
            reach += t(mark(", {count} of them now"), count=t.number(people))
        yield [one.name, words, reach]


def entries(plan: Outlook, t: Tongue) -> Section:
    found = [entry for one in plan.campaigns for entry in one.entries]
    found.sort(key=lambda one: -one.orders)
    globally = any(one.global_holdout for one in found)
    rows = [
        [
            f"{one.campaign} · {one.segment}",
            t.number(one.orders),
            t.number(one.holdout),
            *([t.number(one.global_holdout)] if globally else []),
            t.counts(one.sequences),
            t.counts(one.markets),
            t.counts(one.reasons, 3) if set(one.reasons) != {"unknown"} else "",
        ]
        for one in found
    ]
    out = [one.holdout + one.global_holdout for one in found]
    heads = (
        mark("Segment"),
        mark("Orders"),
        mark("Held out"),
        *([mark("Held out globally")] if globally else []),
        mark("Sequences"),
        mark("Markets"),
        mark("Failure reasons"),
    )
    return Section(
        "entries",
        t(mark("Who enters now")),
        [t(head) for head in heads],
        rows,
        frozenset({1, 2, 3} if globally else {1, 2}),
        lead=_lead(plan, t),
        bars=[
            {"orders": one.orders - held, "holdout": held}
            for one, held in zip(found, out, strict=True)
        ],
    )


def _lead(plan: Outlook, t: Tongue) -> str:
    now = t(
        mark("{entering} of {unpaid} unpaid orders."),
        entering=t.number(plan.entering),
        unpaid=t.number(plan.admission.unpaid),
    )
    if not plan.later:
        return now
    return f"{now} {t(mark('{count} more in the days after.'), count=t.number(plan.later))}"


def stays(plan: Outlook, t: Tongue) -> Section:
    """Each order once, by the reason that brought it furthest."""
    stay = {reason: count for reason, count in plan.admission.orders.items() if reason != "enters"}
    ordered = sorted(stay.items(), key=lambda one: (-one[1], one[0]))
    return Section(
        "stays",
        t(mark("Who stays out, and why")),
        (t(mark("Orders")), t(mark("The order …"))),
        [[t.number(count), t.of(ADMISSION, reason)] for reason, count in ordered],
        frozenset({0}),
        bars=[{"orders": count} for _, count in ordered],
    )


def flight(plan: Outlook, t: Tongue) -> Section:
    rows = [
        [
            f"{one.name} · {flying.group.sequence}",
            flying.group.step or "",
            t.number(flying.group.orders),
            t.number(flying.group.touches),
            t.of(HELD, flying.held) if flying.held else t.of(FATES, flying.fate.value),
        ]
        for one in plan.campaigns
        for flying in one.flying
        if flying.fate is not Fate.NOTHING
    ]
    heads = (
        mark("Sequence"),
        mark("Step"),
        mark("Orders waiting for it next"),
        mark("Messages planned"),
        mark("They …"),
    )
    return Section(
        "flight", t(mark("Who is on the way")), [t(head) for head in heads], rows, frozenset({2, 3})
    )


def collisions(plan: Outlook, t: Tongue) -> Section:
    ordered = sorted(plan.admission.collisions.items(), key=lambda one: (-one[1], one[0]))
    rows = [[t.number(count), winner, other] for (winner, other), count in ordered]
    heads = (t(mark("Orders")), t(mark("Go to")), t(mark("Wanted, too, by")))
    note = t(
        mark("{count} customers would be in several campaigns at once."),
        count=t.number(plan.in_several),
    )
    return Section(
        "collisions",
        t(mark("Orders that several campaigns want")),
        heads,
        rows,
        frozenset({0}),
        note=note if plan.in_several else "",
    )


def decisions(plan: Outlook, t: Tongue) -> Section:
    """Whose the campaigns are, and how they are decided, where a file says so."""
    rows = [
        [one.name, one.owner or "", _decision(one.decision, t)]
        for one in plan.campaigns
        if one.decision is not None and (one.owner or one.decision != Decision())
    ]
    heads = (t(mark("Campaign")), t(mark("Owner")), t(mark("Decision")))
    return Section("decisions", t(mark("How it is decided")), heads, rows)


def _decision(one: Decision, t: Tongue) -> str:
    told = {"count": t.number(one.customers), "lift": t.share(one.smallest_lift / SLOTS)}
    if one.rule is Rule.FIXED:
        return t(mark("fixed: once, after {count} customers; smallest lift {lift}"), **told)
    return t(mark("anytime; {count} customers planned, smallest lift {lift}"), **told)


def holdouts(plan: Outlook, t: Tongue) -> Section:
    found = [promise for one in plan.campaigns for promise in one.promises]
    found = [one for one in found if one.entering or one.weekly]
    found.sort(key=lambda one: (-one.entering, -one.weekly))
    title = t(mark("What the hold-outs can show"))
    if found and not any(_shows(one) for one in found):
        early = mark("Nothing yet: too few orders enter for a hold-out to show a difference.")
        return Section("holdouts", title, lead=t(early))
    heads = (
        mark("Sequence"),
        mark("Hold-out"),
        mark("Held out now"),
        mark("Held out a week"),
        mark("Paid without messages"),
    )
    weeks = t(mark("Smallest lift after {weeks} weeks"), weeks=" · ".join(map(str, WEEKS)))
    return Section(
        "holdouts",
        title,
        [*(t(head) for head in heads), weeks, t(mark("A lift of 2 points shows after"))],
        [_promise(one, t) for one in found],
        frozenset(range(1, 7)),
        note=t(
            mark(
                "The smallest lift, in points of a hundred, that is found four times out of five, "
                "with one false alarm in twenty, by who looks once; at the pace of the last four "
                "weeks."
            )
        ),
    )


def _shows(one: Promise) -> bool:
    return one.weeks_for_target is not None or any(one.smallest.values())


def _weeks(weeks: int | None, t: Tongue) -> str:
    """Nobody plans for longer than two years."""
    if weeks is None:
        return "–"
    if weeks > LONG:
        return t(mark("more than two years"))
    return t(mark("{n} weeks"), n=t.number(weeks))


def _promise(one: Promise, t: Tongue) -> list[str]:
    baseline = f"{t.share(one.baseline, 1)} ({t.of(BASELINES, one.baseline_from)})"
    return [
        f"{one.campaign} · {one.segment} · {one.sequence}",
        t.share(one.holdout_share),
        t.number(one.holdout_now),
        t.number(one.holdout_weekly),
        baseline,
        " · ".join(t.points(one.smallest[weeks]) for weeks in WEEKS),
        _weeks(one.weeks_for_target, t),
    ]
