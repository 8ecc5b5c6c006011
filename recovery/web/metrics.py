"""GET /metrics for Prometheus: what is due, open, held and refused, read when somebody asks.

Every figure of the database is a gauge read through an index of what is open: the size of history
costs nothing. Counters are this process's own and start at zero with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Column, ColumnElement, Connection, case, func, literal, select
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError
from starlette.responses import PlainTextResponse, Response

from recovery import __version__
from recovery.db import reading, table, written_in
from recovery.dispatch.fuse import ACCOUNT, BUSY, SILENT
from recovery.errors import RecoveryError
from recovery.intake import answers, inbox
from recovery.measure.runs import tally
from recovery.measure.totals import OUTCOMES as MEANT
from recovery.measure.totals import totals
from recovery.message import Channel
from recovery.models import (
    Breaker,
    Decision,
    Enrolment,
    EnrolmentState,
    InboxItem,
    Pause,
    Run,
    Touch,
    TouchState,
)
from recovery.models.journeys import ENDINGS
from recovery.settings import Settings
from recovery.web.counters import COUNTERS, Series
from recovery.web.health import queue_answers
from recovery.web.signature import Fault
from recovery.web.site import Site

Labels = tuple[str, ...]
Values = Mapping[Labels, float]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A proxy on this machine calls from loopback, too; what it adds gives it away.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
HOOKS = (inbox.ORDERS, inbox.SENDGRID, inbox.TWILIO_STATUS, inbox.TWILIO_INBOUND)
SCOPES = ("all", "campaign", "channel")
BREAKERS = [
    (channel.value, kind)
    for channel in (Channel.EMAIL, Channel.SMS)
    for kind in (ACCOUNT, BUSY, SILENT)
]

touches, enrolments, events = table(Touch), table(Enrolment), table(InboxItem)
breakers, pauses, runs, decisions = table(Breaker), table(Pause), table(Run), table(Decision)


def metrics(site: Site) -> Response:
    """The figures, for those who `may_ask`."""
    try:
        told = render(site.database, site.now(), site.settings.broker_url)
    except RecoveryError:  # it was away already when we started
        return down()
    return Response(told, media_type=CONTENT_TYPE)


def down() -> Response:
    """What we say when the database does not answer, or not in time."""
    return Response(_written([_up(0)]), media_type=CONTENT_TYPE)


def closed() -> Response:
    """What all others hear."""
    return PlainTextResponse("only for callers on this machine", 403)


def may_ask(settings: Settings, caller: str | None, headers: Mapping[str, str]) -> bool:
    """Whether `caller` (an IP address) may see the figures of the shop."""
    if settings.metrics_public:
        return True
    try:
        address = ip_address(caller or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback and not any(name in headers for name in FORWARDED)


def render(database: Database, now: datetime, broker_url: str = "memory://") -> bytes:
    """Everything in Prometheus' text format; of a database that is gone only that it is."""
    up = not broker_url.startswith("redis") or queue_answers(broker_url)
    try:
        with reading(database) as connection:
            found = [_up(1), *_sending(connection, now), *_waiting(connection)]
            found += [*_done(connection), *_last(connection, now)]
    except (RecoveryError, DBAPIError):  # gone, or of another kind
        found = [_up(0)]
    return _written(
        [*found, _gauge("queue_up", "Whether Redis answers; 1 where nobody needs it.", up)]
    )


def _up(value: int) -> Metric:
    return _gauge("database_up", "Whether the database answers.", value)


def _written(found: Iterable[Metric]) -> bytes:
    """These figures, and those of this process."""
    build = GaugeMetricFamily("recovery_build_info", "The version that runs.", labels=["version"])
    build.add_metric([__version__], 1)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found([build, *found, *_counted(COUNTERS.snapshot())]))
    return generate_latest(registry)


class _Found(Collector):
    """Figures that are known already."""

    def __init__(self, figures: Iterable[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return self._figures


def _sending(connection: Connection, now: datetime) -> Iterator[Metric]:
    """What is to be sent, what is on its way, and what nobody knows."""
    due = touches.c.due_at <= now
    planned, ready, oldest = connection.execute(
        select(func.count(), func.sum(case((due, 1), else_=0)), func.min(touches.c.due_at)).where(
            _is(touches.c.state, TouchState.PLANNED)
        )
    ).one()
    late = max((now - oldest).total_seconds(), 0) if oldest else 0
    yield _gauge("touches_due", "Planned touches whose time has come.", ready or 0)
    yield _gauge("touches_oldest_due_seconds", "How long the oldest of them has been due.", late)
    held = written_in(touches.c.state, (TouchState.CLAIMED, TouchState.SENDING))
    leased = _by(connection, touches.c.state, held)
    lost = _count(connection, _is(touches.c.state, TouchState.UNKNOWN))
    states = {
        TouchState.PLANNED: planned,
        TouchState.CLAIMED: leased.get(TouchState.CLAIMED, 0),
        TouchState.SENDING: leased.get(TouchState.SENDING, 0),
        TouchState.UNKNOWN: lost,
    }
    told: Values = {(state.value,): number for state, number in states.items()}
    yield _gauges("touches", "Touches that are not finished, by state.", ["state"], told)


def _done(connection: Connection) -> Iterator[Metric]:
    """Everything that any process did with messages: what the last run had counted, and what the
    journal holds since."""
    newest = select(runs.c.result).where(runs.c.kind == "run").order_by(runs.c.id.desc()).limit(1)
    last = connection.execute(newest).scalar() or {}
    told, labels = "What became of messages, in any process.", ["channel", "outcome"]
    family = CounterMetricFamily("recovery_touches_total", told, labels=labels)
    zeros = {(channel.value, name): 0 for channel in Channel for name in frozenset(MEANT.values())}
    for key, number in sorted((zeros | totals(connection, last)).items()):
        family.add_metric(key, number)
    yield family


def _waiting(connection: Connection) -> Iterator[Metric]:
    """Journeys under way, events not applied, brakes that are on."""
    live = _count(connection, _is(enrolments.c.state, EnrolmentState.ACTIVE))
    yield _gauge("enrolments_active", "Orders that a campaign is at work on.", live)
    stored = inbox.waiting(connection)
    yield _gauge("inbox_waiting", "Events stored and not applied yet.", stored)
    faulted = _count(connection, events.c.fault.is_not(None))
    yield _gauge("inbox_faulted", "Events that could not be applied and wait for people.", faulted)
    told = "Text messages from customers that wait for a person."
    yield _gauge("answers_open", told, answers.waiting(connection))
    refusing: dict[Labels, float] = dict.fromkeys(BREAKERS, 0)
    for channel, kind in connection.execute(
        select(breakers.c.channel, breakers.c.kind).where(breakers.c.open)
    ):
        refusing[channel, kind] = refusing.get((channel, kind), 0) + 1
    told = "Senders that rest: account (our key or set-up), busy, or silent (no clear answers)."
    yield _gauges("breakers_open", told, ["channel", "kind"], refusing)
    held = _by(connection, pauses.c.scope)
    scopes: Values = {(scope,): held.get(scope, 0) for scope in SCOPES}
    yield _gauges("pauses", "Brakes that an operator holds.", ["scope"], scopes)


def _last(connection: Connection, now: datetime) -> Iterator[Metric]:
    """The last `recovery run`; nothing before the first."""
    last = connection.execute(
        select(runs.c.at, runs.c.token, runs.c.result)
        .where(runs.c.kind == "run")
        .order_by(runs.c.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return
    did: Mapping[str, Any] = last.result.get("touches", {})
    if did.get("hinted") and "since" in last.result:  # what workers did for it comes later
        done = tally(connection, last.token, last.result["since"])
        did = {**did, **{name: getattr(done, name) for name in DONE}}
    outcomes: Values = {(name,): _sum(did.get(name, 0)) for name in OUTCOMES}
    age = max((now - last.at).total_seconds(), 0)  # a run under a later --at
    yield _gauge("last_run_age_seconds", "Time since the last run began.", age)
    took = last.result.get("seconds", 0)
    yield _gauge("last_run_duration_seconds", "How long the last run took.", took)
    told = "What the last run did with touches."
    yield _gauges("last_run_touches", told, ["outcome"], outcomes)
    wrong = len(last.result.get("problems", ()))
    yield _gauge("last_run_problems", "Broken campaigns and templates in the last run.", wrong)
    paid = _count(
        connection,
        decisions.c.verdict == EnrolmentState.RECOVERED.value,
        decisions.c.run.is_(None),
        written_in(decisions.c.verdict, ENDINGS),  # in the words of its index
    )
    yield _gauge("recovered_since_last_run", "Orders paid since the last run.", paid)


DONE = ("sent", "tasks", "skipped", "snoozed", "failed", "unknown")
OUTCOMES = ("sent", "tasks", "skipped", "snoozed", "failed", "unknown", "hinted", "released")
_HELP = {
    "requests_total": "HTTP requests answered by this process.",
    "webhooks_refused_total": "Webhooks turned away by this process.",
    "webhooks_ignored_total": "Events about messages that are not ours.",
    "webhooks_stored_total": "Webhooks that this process stored.",
}


def _counted(counts: Mapping[Series, int]) -> Iterator[Metric]:
    """This process's own counts; a signature refused for the first time is a rise, too."""
    zeros = {
        ("webhooks_refused_total", (("hook", hook), ("reason", why.value))): 0
        for hook in HOOKS
        for why in Fault
    }
    families: dict[str, dict[tuple[tuple[str, str], ...], int]] = defaultdict(dict)
    for (name, labels), number in sorted((zeros | dict(counts)).items()):
        families[name][labels] = number
    for name, series in families.items():
        keys = [key for key, _ in next(iter(series))]
        family = CounterMetricFamily(f"recovery_{name}", _HELP.get(name, name), labels=keys)
        for labels, number in series.items():
            family.add_metric([value for _, value in labels], number)
        yield family


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"recovery_{name}", told, value=value)


def _gauges(name: str, told: str, labels: list[str], values: Values) -> Metric:
    family = GaugeMetricFamily(f"recovery_{name}", told, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _is(column: Column[str], value: str) -> ColumnElement[bool]:
    """Written out: an index of part of a table helps only who asks in its own words."""
    return column == literal(str(value), column.type, literal_execute=True)


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(*where)).scalar_one())


def _by(connection: Connection, column: Column[str], *where: ColumnElement[bool]) -> dict[str, int]:
    counted = select(column, func.count()).where(*where).group_by(column)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _sum(told: int | Mapping[str, int]) -> int:
    return sum(told.values()) if isinstance(told, Mapping) else told
