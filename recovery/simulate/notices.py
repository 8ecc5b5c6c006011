"""The notices: what an operator would hear while the story goes on, each once, with its instant.

Once a day the engine's own alerts are asked. Beside them stand what its runs complain of, what
customers write, what the shop's accounts show, a provider's status page, and circulars of rules
that change. Nobody is told here what only the market knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from babel.core import Locale

from recovery.db import counting
from recovery.engine import Engine
from recovery.i18n import LANGUAGES, Text, mark, plural, say
from recovery.measure.alerts.judge import Alert
from recovery.measure.alerts.look import look
from recovery.measure.alerts.series import Kind
from recovery.measure.alerts.words import sentence
from recovery.measure.runs import Line, RunResult
from recovery.measure.tongue import Tongue
from recovery.problems import Problem
from recovery.simulate.diary import when
from recovery.simulate.life import Life
from recovery.simulate.scenarios.incident import Incident, Trouble
from recovery.simulate.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LOOKS = 9 * HOUR  # the hour of each day of the story at which somebody looks
_STRANGERS = 3  # of one customer's code: fewer may be a family


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be noticed; `kind` is an alert's, or one of those below."""

    at: datetime
    kind: str
    words: Mapping[str, str]  # by language


class Notices:
    """Collects them. Orders come in from `begins` to `closes`."""

    def __init__(self, engine: Engine, life: Life, begins: datetime, closes: datetime) -> None:
        self._engine, self._life = engine, life
        self._begins, self._closes = begins, closes
        self._next = begins + LOOKS
        self._standing: set[tuple[object, ...]] = set()
        self._paid_before = 0
        self._wrote = False
        self.all: list[Notice] = []

    def expect(self, world: World) -> None:
        """Put into the world's future what is announced."""
        troubles = self._life.troubles
        for one, begins, _ in troubles.of(Trouble.RULE_CHANGED):
            told = partial(_circular, one, begins - self._begins)
            world.at(troubles.announced(one), partial(self._note, "rule", told))
        for one, begins, ends in troubles.of(Trouble.PAYMENTS_DOWN):
            told = partial(_down, one, begins - self._begins)
            world.at(begins + HOUR, partial(self._note, "status", told))
            world.at(ends, partial(self._note, "status", partial(_up, one)))

    def ran(self, result: RunResult) -> None:
        """What a run complains of, when it does so for the first time."""
        for line in (*result.wrong, *result.refused):
            if ("problem", str(line)) not in self._standing:
                self._standing.add(("problem", str(line)))
                self._note("problem", partial(_line, line))

    def look(self, at: datetime) -> None:
        """Look, if it is time to."""
        if at < self._next:
            return
        while self._next <= at:
            self._next += DAY
        self._alerts(at)
        self._customers()
        self._accounts()

    def _alerts(self, at: datetime) -> None:
        with counting(self._engine.database) as connection:
            found = look(connection, at, self._engine.settings.alerts)
        # The story's orders end, the shop's do not: that silence means nothing.
        fair = at <= self._closes
        alerts = {_key(one): one for one in found.alerts if fair or one.kind is not Kind.SILENCE}
        for key, alert in alerts.items():
            if key not in self._standing:
                self._note(alert.kind.value, partial(sentence, alert, found))
        problems = {one for one in self._standing if one[0] in ("problem", "code")}
        self._standing = problems | set(alerts)

    def _customers(self) -> None:
        """Those write who got a message after they had paid; told on the first of such days."""
        before, self._paid_before = self._paid_before, self._life.counts.after_payment
        fresh = self._paid_before - before
        if fresh and not self._wrote:
            self._note("paid_before", partial(_line, _paid_before(fresh)))
        self._wrote = fresh > 0

    def _accounts(self) -> None:
        """A code that was meant for one customer, and that others pay with."""
        for code, uses in self._life.leak.uses.items():
            if uses >= _STRANGERS and ("code", code) not in self._standing:
                self._standing.add(("code", code))
                self._note("code", partial(_line, _used(code, uses)))

    def _note(self, kind: str, told: Callable[[Tongue], str]) -> None:
        words = {lang: told(Tongue(lang)) for lang in LANGUAGES}
        self.all.append(Notice(self._life.world.now, kind, words))


def _key(alert: Alert) -> tuple[object, ...]:
    return alert.kind, alert.subject, alert.context


def _line(line: Line, t: Tongue) -> str:
    if isinstance(line, Problem):
        return f"{line.file}:{line.line}: {line.message_in(t.speak)}"
    return t.text(line)


def _paid_before(count: int) -> Text:
    return plural(
        "customer service: {count} customer writes that our message came after the payment",
        "customer service: {count} customers write that our message came after the payment",
        count,
    )


def _used(code: str, count: int) -> Text:
    return say(
        "the shop's accounts: code {code} was meant for one customer, and {count} others have paid "
        "with it",
        code=code,
        count=count,
    )


def _circular(one: Incident, begins: timedelta, t: Tongue) -> str:
    told = mark(
        "a circular: from {day} on messages may come only {hours}, local time; in: {market}"
    )
    return t(told, day=when(begins), hours=one.hours or "", market=_where(one, t))


def _down(one: Incident, begins: timedelta, t: Tongue) -> str:
    told = mark("the payment provider's status page: no card is taken since {since}; in: {market}")
    return t(told, since=when(begins), market=_where(one, t))


def _up(one: Incident, t: Tongue) -> str:
    told = mark("the payment provider's status page: cards are taken again; in: {market}")
    return t(told, market=_where(one, t))


def _where(incident: Incident, t: Tongue) -> str:
    code = incident.market
    return str(Locale.parse(t.locale).territories.get(code)) if code else t(mark("all markets"))
