"""What an alert says to a person: what has turned, by how much, and what to do first."""

from collections.abc import Iterator, Mapping

from recovery.i18n import mark
from recovery.measure.alerts.judge import Alert, Level, Why
from recovery.measure.alerts.look import Look
from recovery.measure.alerts.series import Cell, Kind, Subject
from recovery.measure.tongue import Tongue

_PARTS: Mapping[str, str] = {
    "all": mark("all orders"),
    "market": mark("market {name}"),
    "method": mark("payment method {name}"),
    "provider": mark("provider {name}"),
    "sequence": mark("sequence {name}"),
    "channel": mark("channel {name}"),
}
LEVELS: Mapping[str, str] = {"alarm": mark("ALARM"), "warning": mark("WARNING")}
_TOLD: Mapping[Kind, str] = {
    Kind.FAILURES: mark(
        "{subject}: more payments fail. {rate} ({count} of {total}) in the last {hours} hours, "
        "usually {usual}: {points} points (95%: {low} to {high})."
    ),
    Kind.SILENCE: mark(
        "{subject}: no order came in {hours} hours, usually about {limit}. Is the shop down, or "
        "the feed?"
    ),
    Kind.RECOVERY: mark(
        "{subject}: fewer orders come back. {rate} ({count} of {total}) of those whose window of "
        "{context} ended in the last {days} days, usually {usual}: {points} points (95%: {low} to "
        "{high})."
    ),
    Kind.UNDELIVERED: mark(
        "{subject}: more messages are lost. {rate} ({count} of {total}) in the last {hours} hours, "
        "usually {usual}: {points} points (95%: {low} to {high})."
    ),
    Kind.COMPLAINTS: mark(
        "{subject}: {rate} complained ({count} of {total}) in the last {days} days; {step} is "
        "{limit}. Gmail and Yahoo refuse mail of who is above 0.3%: send less, to those who asked."
    ),
    Kind.OPTOUTS: mark(
        "{subject}: {rate} opted out ({count} of {total}) in the last {days} days; {step} is "
        "{limit}. Write less often, or to fewer."
    ),
    Kind.UNKNOWN: mark(
        "{subject}: {count} messages have no answer, the oldest since {since}; from {limit} on a "
        "person looks: recovery touches --state unknown"
    ),
    Kind.REFUSED: mark(
        "{subject}: its provider refuses us since {since}: {detail}. The cure: recovery doctor"
    ),
}
_STEPS: Mapping[Level, str] = {
    Level.ALARM: mark("the limit"),
    Level.WARNING: mark("the warning"),
}
_BESIDE = mark("Its hold-out: {rate}, usually {usual}.")
_WHY: Mapping[str, str] = {
    "few": mark("too few in the last period, {minimum} are needed"),
    "no_usual": mark("too few before it, {minimum} are needed"),
    "half": mark("only failed orders are told: no failure rate can be known"),
}
_LOOKED_AT: Mapping[Kind, str] = {
    Kind.FAILURES: mark("failures"),
    Kind.SILENCE: mark("orders"),
    Kind.RECOVERY: mark("recovery"),
    Kind.UNDELIVERED: mark("lost messages"),
    Kind.COMPLAINTS: mark("complaints"),
    Kind.OPTOUTS: mark("opt-outs"),
    Kind.UNKNOWN: mark("messages without an answer"),
    Kind.REFUSED: mark("refusals"),
}


def subject(about: Subject, t: Tongue) -> str:
    """`payment method card`."""
    return t(_PARTS[about.part], name=about.name or "")


def sentence(alert: Alert, look: Look, t: Tongue) -> str:
    """The whole alert in words."""
    last, difference = alert.last, alert.difference
    told = t(
        _TOLD[alert.kind],
        subject=subject(alert.subject, t),
        rate=_rate(last, t),
        count=t.number(last.count),
        total=t.number(last.total),
        usual=_rate(alert.usual, t) if alert.usual else "",
        points=_points(difference.diff) if difference else "",
        low=_points(difference.lo) if difference else "",
        high=_points(difference.hi) if difference else "",
        limit=_limit(alert, t),
        step=t(_STEPS[alert.level]),
        hours=look.rules.hours,
        days=look.rules.days,
        context=alert.context or "",
        detail=alert.detail or "",
        since=t.moment(alert.since) if alert.since else "",
    )
    if alert.beside:
        here, usual = (_rate(cell, t) for cell in alert.beside)
        told = f"{told} {t(_BESIDE, rate=here, usual=usual)}"
    return told


def unjudged(look: Look, t: Tongue) -> Iterator[str]:
    """What nobody can say anything about, and why: a line for each kind and reason."""
    told: dict[tuple[Kind, Why], list[str]] = {}
    for one in look.unjudged:
        told.setdefault((one.kind, one.why), []).append(subject(one.subject, t))
    for (kind, why), names in told.items():
        yield t(
            mark("{kind}, {why}: {names}"),
            kind=t(_LOOKED_AT[kind]),
            why=t(_WHY[why], minimum=look.rules.minimum),
            names=", ".join(names),
        )


def summary(look: Look, t: Tongue) -> str:
    """The first line."""
    if not look.alerts:
        told = mark(
            "Nothing has turned for the worse: {compared} comparisons, {unjudged} not made."
        )
    else:
        told = mark("{alerts} to look at, of {compared} comparisons; {unjudged} not made.")
    return t(
        told,
        alerts=len(look.alerts),
        compared=t.number(look.compared),
        unjudged=t.number(len(look.unjudged)),
    )


def honesty(look: Look, t: Tongue) -> str:
    """How far the alerts can be trusted."""
    return t(
        mark(
            "A false alarm in at most {error} of looks, over all comparisons together; a change "
            "of less than {change} of a rate, or one point, is none."
        ),
        error=t.share(look.rules.error / 100),
        change=t.share(look.rules.change / 100, 0),
    )


def markdown(look: Look, t: Tongue) -> Iterator[str]:
    """The look as Markdown, line by line."""
    yield f"# {summary(look, t)}"
    yield ""
    for alert in look.alerts:
        yield f"- **{t(LEVELS[alert.level])}** {sentence(alert, look, t)}"
    if look.unjudged:
        yield f"\n## {t(mark('Could not be judged'))}\n"
        yield from (f"- {line}" for line in unjudged(look, t))
    yield f"\n{honesty(look, t)}"


def _rate(cell: Cell, t: Tongue) -> str:
    return t.share(cell.rate, 2 if cell.rate is not None and cell.rate < 0.01 else 1)


def _limit(alert: Alert, t: Tongue) -> str:
    if alert.limit is None:
        return ""
    counted = alert.kind in (Kind.SILENCE, Kind.UNKNOWN)
    return t.number(alert.limit) if counted else t.share(alert.limit, 2)


def _points(share: float) -> str:
    return f"{share * 100:+.1f}".replace("-", "\N{MINUS SIGN}")
