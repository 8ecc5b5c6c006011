"""A look for programs."""

from datetime import UTC, datetime
from typing import Any

from recovery.measure.alerts.judge import Alert, Unjudged
from recovery.measure.alerts.look import Look, periods
from recovery.measure.alerts.periods import Periods
from recovery.measure.alerts.series import Cell
from recovery.measure.alerts.words import sentence
from recovery.measure.tongue import Tongue


def payload(look: Look, tongue: Tongue) -> dict[str, Any]:
    """The JSON of `recovery alerts --json`: shares to six places, the sentence of each alert."""
    hourly, daily = periods(look.at, look.rules)
    return {
        "at": _instant(look.at),
        "ok": not look.alerts,
        "compared": look.compared,
        "error": look.rules.error / 100,
        "periods": {
            "payments": _periods(hourly),
            "messages": _periods(hourly),
            "recovery": _periods(daily),
            "complaints": _periods(daily),
            "optouts": _periods(daily),
        },
        "alerts": [_alert(one, look, tongue) for one in look.alerts],
        "unjudged": [_unjudged(one) for one in look.unjudged],
    }


def _periods(told: Periods) -> dict[str, str]:
    return {
        "usual_from": _instant(told.since),
        "from": _instant(told.last_since),
        "to": _instant(told.until),
    }


def _alert(one: Alert, look: Look, tongue: Tongue) -> dict[str, Any]:
    difference = one.difference
    return {
        "kind": one.kind.value,
        "level": one.level.value,
        "subject": one.subject._asdict(),
        "words": sentence(one, look, tongue),
        "last": _cell(one.last),
        "usual": _cell(one.usual),
        "difference": None
        if difference is None
        else {
            "value": _rounded(difference.diff),
            "ci95": [_rounded(difference.lo), _rounded(difference.hi)],
        },
        "p": one.p,
        "limit": one.limit,
        "since": _instant(one.since) if one.since else None,
        "detail": one.detail,
        "goal": one.context,
        "holdout": None
        if one.beside is None
        else {"last": _cell(one.beside[0]), "usual": _cell(one.beside[1])},
    }


def _unjudged(one: Unjudged) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "subject": one.subject._asdict(),
        "why": one.why.value,
        "last": _cell(one.last),
        "usual": _cell(one.usual),
        "goal": one.context,
    }


def _cell(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {"count": cell.count, "total": cell.total, "rate": _rounded(cell.rate)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
