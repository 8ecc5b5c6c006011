"""`recovery report --by`: slices for programs, spreadsheets and people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from recovery.measure.breakdown import UNCOMPARED, Breakdown, Cut
from recovery.measure.evidence.slices import PERIODS, Part
from recovery.measure.formats.arms import NOTHING, difference, rate, share_of
from recovery.measure.formats.paper import Block, Paper, page
from recovery.measure.formats.sheet import Cell, Kind, Sheet, at_end_of, stamp
from recovery.measure.journey import Point
from recovery.measure.payload import lift_of
from recovery.measure.payload import rate as rate_of
from recovery.measure.stats import Interval, Proportion
from recovery.measure.wording import Wording

NOTE = "slices are for looking, not for deciding"
_MOVING = {Part.FAILURE, Part.PROVIDER, *UNCOMPARED}
T, C, S, F = Kind.TEXT, Kind.COUNT, Kind.SHARE, Kind.FLAG
COLUMNS: Mapping[str, tuple[Kind, str]] = {
    "campaign": (T, "campaign"),
    "segment": (T, "segment"),
    "sequence": (T, "sequence"),
    "holdout": (F, "holdout"),
    "owner": (T, "owner"),
    "enrolled": (C, "enrolled"),
    "open": (C, "open"),
    "mature": (C, "mature"),
    "matured_share": (S, "matured_share"),
    "recovered": (C, "recovered"),
    "recovery_rate": (S, "recovery_rate.value"),
    "recovery_rate_low": (S, "recovery_rate.ci95.0"),
    "recovery_rate_high": (S, "recovery_rate.ci95.1"),
    "customers_enrolled": (C, "customers.enrolled"),
    "customers_mature": (C, "customers.mature"),
    "customers_converted": (C, "customers.converted"),
    "conversion_rate": (S, "customers.conversion_rate.value"),
    "conversion_rate_low": (S, "customers.conversion_rate.ci95.0"),
    "conversion_rate_high": (S, "customers.conversion_rate.ci95.1"),
    "censored_estimate": (S, "censored_estimate.share"),
    "censored_estimate_low": (S, "censored_estimate.ci95.0"),
    "censored_estimate_high": (S, "censored_estimate.ci95.1"),
    "lift": (S, "lift.absolute"),
    "lift_low": (S, "lift.ci95.0"),
    "lift_high": (S, "lift.ci95.1"),
    "lift_enough_data": (F, "lift.enough_data"),
}


@dataclass(frozen=True, slots=True)
class Slices:
    """A breakdown as a document."""

    found: Breakdown

    def payload(self) -> Mapping[str, Any]:
        """The JSON: shares to four places; `by` names the keys of a slice."""
        found, banded = self.found, Part.AMOUNT in self.found.by
        return {
            "at": stamp(found.at),
            "note": NOTE,
            "by": [part.value for part in found.by],
            "timezone": found.zone,
            "amounts": {
                "currency": found.bands.currency,
                "bounds": list(found.bands.bounds),
                "rates": found.bands.source,
            }
            if banded
            else None,
            "periods": [
                {"name": one.name, "from": stamp(one.since), "until": stamp(one.until)}
                for one in found.periods
            ],
            "slices": [self._slice(cut) for cut in found.cuts],
        }

    def _slice(self, cut: Cut) -> dict[str, Any]:
        people = cut.people
        return {
            **cut.arm._asdict(),
            "owner": cut.owner,
            **self.found.names(cut.key),
            "enrolled": cut.enrolled,
            "open": cut.enrolled - cut.mature.total,
            "mature": cut.mature.total,
            "matured_share": _part(cut.mature.total, cut.enrolled),
            "recovered": cut.mature.count,
            "recovery_rate": rate_of(cut.mature),
            "customers": {
                "enrolled": people.enrolled,
                "mature": people.mature,
                "matured_share": _part(people.mature, people.enrolled),
                "converted": people.converted,
                "conversion_rate": rate_of(Proportion(people.converted, people.mature)),
            },
            "censored_estimate": _estimate(cut.forecast),
            "lift": None if cut.lift is None else lift_of(cut.lift, "holdout"),
        }

    def sheet(self) -> Sheet:
        """One row for each arm in each slice."""
        names = {part.value: T for part in self.found.by}
        kinds = {name: kind for name, (kind, _) in COLUMNS.items()}
        at = stamp(self.found.at)
        return Sheet({"at": T} | names | kinds, [self._row(at, cut) for cut in self.found.cuts])

    def _row(self, at: str, cut: Cut) -> Mapping[str, Cell]:
        told = self._slice(cut)
        cells: dict[str, Cell] = {
            name: at_end_of(road, told) for name, (_, road) in COLUMNS.items()
        }
        return {"at": at} | self.found.names(cut.key) | cells

    def paper(self, say: Wording) -> Paper:
        """A table for each segment."""
        title = f"{say('slices_title')} · {say('as_of', at=say.moment(self.found.at))}"
        if not self.found.cuts:
            return Paper(title, [Block(say("nothing"))])
        return Paper(title, list(self._blocks(say)), list(self._notes(say)))

    def page(self, lang: str) -> str:
        """The same tables as a plain page."""
        return page(self.paper(Wording.of(lang)), lang)

    def _blocks(self, say: Wording) -> Iterator[Block]:
        parts = [say(f"part_{part.value}") for part in self.found.by]
        keys = ["sequence", "orders", "mature", "gross", "rate_title", "paid_customers"]
        keys += ["estimate"] if self._is_young else []
        heads = [*parts, *(say(key) for key in (*keys, "against_holdout"))]
        for segment, group in groupby(self.found.cuts, lambda cut: cut.arm[:2]):
            rows = [self._cells(say, cut) for cut in group]
            yield Block(" · ".join(segment), heads, rows, names=len(parts) + 1)

    def _cells(self, say: Wording, cut: Cut) -> list[str]:
        names = [name or NOTHING for name in self.found.names(cut.key).values()]
        return [
            *names,
            say("holdout") if cut.arm.holdout else str(cut.arm.sequence),
            say.number(cut.enrolled),
            share_of(say, cut.mature.total, cut.enrolled),
            say.number(cut.mature.count),
            rate(say, cut.mature),
            rate(say, Proportion(cut.people.converted, cut.people.mature)),
            *([_told(say, cut.forecast)] if self._is_young else []),
            self._difference(say, cut),
        ]

    def _difference(self, say: Wording, cut: Cut) -> str:
        if cut.arm.holdout:
            return ""
        if cut.lift is not None and not cut.lift.enough_data:
            return say("too_few")
        return difference(say, cut.lift)

    @property
    def _is_young(self) -> bool:
        """Whether a window of some period is still open."""
        return any(cut.forecast for cut in self.found.cuts)

    @property
    def _has_period(self) -> bool:
        return any(part in PERIODS for part in self.found.by)

    def _notes(self, say: Wording) -> Iterator[str]:
        yield say("slices_note")
        if set(self.found.by) & _MOVING:
            yield say("slices_moving")
        if self._has_period:
            yield say("slices_zone", zone=self.found.zone)
        if self._is_young:
            yield say("slices_open")
        if Part.AMOUNT in self.found.by:
            bands = self.found.bands
            yield say("slices_rates", currency=bands.currency, rates=bands.source)


def _part(count: int, total: int) -> float | None:
    return round(count / total, 4) if total else None


def _estimate(point: Point | None) -> dict[str, Any] | None:
    """Forecast-free: whoever is still open counts for as long as watched."""
    if point is None:
        return None
    bounds = _bounds(point)
    return {
        "share": round(point.share, 4),
        "ci95": None if bounds is None else [round(bounds.low, 4), round(bounds.high, 4)],
        "hours": round(point.hours, 2),
        "at_risk": point.at_risk,
    }


def _told(say: Wording, point: Point | None) -> str:
    if point is None:
        return NOTHING
    return f"{say.percent(point.share)}\n{say.span(_bounds(point))}"


def _bounds(point: Point) -> Interval | None:
    """None where nobody, or everybody, has paid: an interval of no width would lie."""
    return Interval(point.low, point.high) if point.low < point.high else None
