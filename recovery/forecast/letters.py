"""Chapters about messages: how many on which day, what waits, what they cost and promise."""

from collections.abc import Callable, Sequence

from recovery.forecast.outlook import Day, Outlook, by_reason
from recovery.forecast.section import Section
from recovery.forecast.words import CHANNEL_WORDS, Tongue
from recovery.i18n import mark
from recovery.markets.words import STATUS
from recovery.message import Channel
from recovery.problems import Severity


def days(plan: Outlook, t: Tongue) -> Section:
    used = [channel for channel in Channel if any(day.of(channel) for day in plan.days)]
    entering = [day.entering + (0 if n else plan.entering) for n, day in enumerate(plan.days)]
    rows = [
        [t.day(day.day), t.number(enter), *(t.number(day.of(channel)) for channel in used)]
        for day, enter in zip(plan.days, entering, strict=True)
    ]
    heads = (mark("Day (UTC)"), mark("Orders that enter"), *(CHANNEL_WORDS[one] for one in used))
    return Section(
        "days",
        t(mark("Messages a day")),
        [t(head) for head in heads],
        rows if used else (),
        frozenset(range(1, len(heads))),
        lead="" if used else t(mark("No message would go out.")),
        note=_later(plan, t),
        bars=[_bar(day, used) for day in plan.days],
    )


def _bar(day: Day, used: Sequence[Channel]) -> dict[str, float]:
    return {channel.value: day.of(channel) for channel in used}


def _later(plan: Outlook, t: Tongue) -> str:
    later, held = sum(plan.tally.later.values()), sum(plan.tally.held.values())
    told = []
    if later:
        told.append(t(mark("{count} more come after these days."), count=t.number(later)))
    if held:
        told.append(t(mark("{count} wait for a paused campaign or channel."), count=t.number(held)))
    return " ".join(told)


def _reasons(
    key: str, title: str, counted: dict[str, int], t: Tongue, name: Callable[[str], str]
) -> Section:
    rows = [[t.number(count), name(reason)] for reason, count in counted.items()]
    heads = (t(mark("Messages")), t(mark("Because")))
    bars: list[dict[str, float]] = [{"orders": count} for count in counted.values()]
    return Section(key, title, heads, rows, frozenset({0}), bars=bars)


def delayed(plan: Outlook, t: Tongue) -> Section:
    title = t(mark("Messages that wait at least once"))
    return _reasons("delayed", title, by_reason(plan.tally.delayed), t, t.reason)


def skipped(plan: Outlook, t: Tongue) -> Section:
    title = t(mark("Messages that are never sent"))
    return _reasons("skipped", title, by_reason(plan.tally.skipped), t, t.reason)


def costs(plan: Outlook, t: Tongue) -> Section:
    rows = [
        [
            t(CHANNEL_WORDS[one.channel]),
            t.number(one.messages),
            t.number(one.units) if one.channel is Channel.SMS else "",
            t.money(one.money) if one.money else t(mark("no price is set")),
        ]
        for one in plan.costs
        if one.messages
    ]
    heads = (mark("Channel"), mark("Messages"), mark("SMS segments"), mark("Cost"))
    title, last = t(mark("What the messages cost")), frozenset({1, 2, 3})
    return Section("costs", title, [t(head) for head in heads], rows, last)


def segments(plan: Outlook, t: Tongue) -> Section:
    """SMS by template, language and market: where the segments come from."""
    sms = [(kind, bill) for kind, bill in plan.bills.items() if kind.channel is Channel.SMS]
    sms = [one for one in sms if one[1].messages]
    sms.sort(key=lambda one: -one[1].segments)
    rows = [
        [
            " · ".join(filter(None, (kind.campaign, kind.template, kind.variant))),
            f"{kind.locale} · {kind.country}",
            t.number(bill.messages),
            t.number(bill.segments),
            t.number(bill.dearest),
        ]
        for kind, bill in sms
    ]
    heads = (
        mark("Text"),
        mark("Language and market"),
        mark("SMS"),
        mark("Segments"),
        mark("Segments of the longest"),
    )
    title = t(mark("Where the SMS segments come from"))
    return Section("segments", title, [t(head) for head in heads], rows, frozenset({2, 3, 4}))


def offers(plan: Outlook, t: Tongue) -> Section:
    found = [one for one in plan.offers if one.coupons or one.refused or one.budget]
    rows = [
        [
            f"{one.campaign} · {one.offer}",
            t.number(one.coupons),
            " + ".join(map(t.money, one.worst)),
            t.money(one.left) if one.left else t(mark("no budget")),
            t(mark("spent on {day}; {count} messages go without"),
              day=t.day(one.dry_on), count=t.number(one.refused))
            if one.dry_on else t(mark("enough")),
        ]
        for one in found
    ]  # fmt: skip
    heads = (
        mark("Offer"),
        mark("Coupons"),
        mark("Cost if all are used"),
        mark("Left in this period"),
        mark("Budget"),
    )
    return Section(
        "offers", t(mark("What is promised")), [t(one) for one in heads], rows, frozenset({1, 2, 3})
    )


def notes(plan: Outlook, t: Tongue) -> Section:
    rows = {
        (note.market, note.about, note.text[t.lang], t.of(STATUS, note.status)): None
        for one in plan.campaigns
        for note in one.notes
    }
    heads = (t(mark("Market")), t(mark("About")), t(mark("Note")), t(mark("How sure")))
    title = t(mark("What the markets ask"))
    lead = t(mark("Not legal advice.")) if rows else ""
    return Section("notes", title, heads, [list(row) for row in rows], lead=lead)


def troubles(plan: Outlook, t: Tongue) -> Section:
    """Mistakes first; what may be meant is told, too."""
    ranked = sorted(plan.problems, key=lambda one: one.severity is not Severity.ERROR)
    rows = [[f"{one.file}:{one.line}", one.message_in(t.speak)] for one in ranked]
    rows += [["", one] for one in plan.unwritten]
    without = mark("no exchange rate for {currency}: its orders fit no amount")
    rows += [["", t(without, currency=one)] for one in plan.without_rate]
    return Section("troubles", t(mark("What to look at")), ("", ""), rows)
