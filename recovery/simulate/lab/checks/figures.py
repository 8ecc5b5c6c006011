"""The figures of a simulation that exercises ask about, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recovery.i18n import Value, say
from recovery.simulate.lab.exercise import Figure

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """What a simulation of the trainee's work came to, and the points that the reference answer has
    over the same orders."""

    mine: Payload
    reference: float


def figure(name: str, played: Played) -> float | None:
    """The figure `name`; None where there is nothing to divide by. KeyError: there is none."""
    return _FIGURES[name](played)


def known() -> frozenset[str]:
    """The names of all figures."""
    return frozenset(_FIGURES)


def judge_figure(wanted: Figure, played: Played) -> tuple[bool, Value]:
    """Whether a figure is as large, or as small, as it has to be; and the figure."""
    value = figure(wanted.of, played)
    above = value is not None and (wanted.at_least is None or value >= wanted.at_least)
    fits = above and (wanted.at_most is None or value is None or value <= wanted.at_most)
    return fits, written(wanted.of, value)


def is_share(name: str) -> bool:
    """Whether the figure is read in percent."""
    return name in _SHARES


def written(name: str, value: float | None) -> Value:
    """`value` as people read it."""
    if value is None:
        return say("nothing to count")
    if is_share(name):
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"


def _total(rows: list[Payload], key: str) -> float:
    return sum(float(row[key] or 0) for row in rows)


def _arms(played: Played, *, holdout: bool) -> list[Payload]:
    return [row for row in played.mine["sequences"] if row["holdout"] is holdout]


def _rate(rows: list[Payload]) -> float | None:
    mature = _total(rows, "mature")
    return _total(rows, "recovered") / mature if mature else None


def _above(played: Played) -> float | None:
    """How much more of the written to were recovered than of the hold-out."""
    ours, theirs = _rate(_arms(played, holdout=False)), _rate(_arms(played, holdout=True))
    return None if ours is None or theirs is None else ours - theirs


def _anyway(played: Played) -> float | None:
    """How many of the recovered would have paid without a message, as the hold-out tells it."""
    rate = _rate(_arms(played, holdout=True))
    return None if rate is None else rate * _total(_arms(played, holdout=False), "mature")


def _share(played: Played) -> float | None:
    points = played.reference
    return float(played.mine["score"]["points"]) / points if points > 0 else None


def _each(key: str, part: str) -> Callable[[Played], float | None]:
    """The sum of `part` over the rows of `key`."""
    return lambda played: _total(played.mine[key], part)


def _count(key: str) -> Callable[[Played], float | None]:
    return lambda played: float(played.mine[key])


def _sent(channel: str) -> Callable[[Played], float | None]:
    return lambda played: float(played.mine["messages"][channel])


def _written_to(played: Played) -> float | None:
    people = _total(_arms(played, holdout=False), "enrolled")
    sent = sum(float(played.mine["messages"][channel]) for channel in ("email", "sms"))
    return sent / people if people else None


def _reached(played: Played) -> float | None:
    unpaid = float(played.mine["unpaid"])
    return float(played.mine["enrolled"]) / unpaid if unpaid else None


def _given(played: Played) -> float | None:
    """Discounts as a share of what messages brought, in the currency where that is largest."""
    shares = [
        float(one["incentives"]) / float(one["caused"]) if float(one["caused"]) else 1.0
        for one in played.mine.get("money", ())
        if float(one["incentives"])
    ]
    return max(shares, default=0.0) if "money" in played.mine else None


def _per_thousand(key: str) -> Callable[[Played], float | None]:
    def rate(played: Played) -> float | None:
        sent = sum(float(played.mine["messages"][channel]) for channel in ("email", "sms"))
        return 1000 * float(played.mine[key]) / sent if sent else None

    return rate


_FIGURES: dict[str, Callable[[Played], float | None]] = {
    "points": lambda played: float(played.mine["score"]["points"]),
    "share_of_reference": _share,
    "reached": _reached,  # enrolled of all unpaid orders
    "recovered": lambda played: _total(_arms(played, holdout=False), "recovered"),
    "rate": lambda played: _rate(_arms(played, holdout=False)),
    "rate_holdout": lambda played: _rate(_arms(played, holdout=True)),
    "above_holdout": _above,
    "anyway": _anyway,
    "email": _sent("email"),
    "sms": _sent("sms"),
    "task": _sent("task"),
    "messages_per_order": _written_to,
    "complaints": _count("complaints"),
    "opt_outs": _count("opt_outs"),
    "opt_outs_per_1000": _per_thousand("opt_outs"),
    "after_payment": _count("after_payment"),
    "breaches": _each("breaches", "count"),
    "incentives_share": _given,
}
_SHARES = frozenset(
    {
        *("share_of_reference", "reached", "incentives_share"),
        *("rate", "rate_holdout", "above_holdout"),
    }
)
