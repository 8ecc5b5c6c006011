"""The report as one page: self-contained HTML with pictures drawn as SVG, no script, printable."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery.measure.report import Balance, Report, Row, Verdict
from recovery.measure.stats import Interval
from recovery.measure.wording import Wording, signed
from recovery.message import Channel
from recovery.money import Money

_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale that starts and ends on a round tick."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, values: list[float]) -> "Axis":
        """The shortest axis with at most `_TICKS` steps that holds zero and every value."""
        low, high = min([0.0, *values]), max([0.01, *values])
        step = next((s for s in _STEPS if (high - low) / s <= _TICKS - 1), 0.5)
        return cls(floor(low / step) * step, ceil(high / step) * step, step)

    def at(self, value: float) -> str:
        """Where `value` stands, as a percentage of the axis' length."""
        return f"{(value - self.low) / (self.high - self.low) * 100:.2f}%"

    @property
    def ticks(self) -> list[float]:
        """Every round value, from end to end."""
        return [
            self.low + n * self.step for n in range(round((self.high - self.low) / self.step) + 1)
        ]


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One segment: its sequences, and the hold-out they are compared with."""

    name: str
    rows: tuple[Row, ...]

    @property
    def control(self) -> Row | None:
        """The hold-out's row, when it has a rate."""
        return next((r for r in self.rows if r.arm.holdout and r.rate is not None), None)

    @property
    def sequences(self) -> list[Row]:
        """Everything but the hold-out."""
        return [row for row in self.rows if not row.arm.holdout]

    @property
    def compared(self) -> list[Row]:
        """Sequences whose lift may be drawn."""
        return [r for r in self.sequences if r.lift and r.lift.enough_data]

    @property
    def split(self) -> list[tuple[Row, float, float]]:
        """Recovered orders in percent: paid anyway, and caused; where a lift is shown."""
        settled = (row for row in self.compared if row.verdict is Verdict.LIFT)
        return [(row, 100 - _caused(row), _caused(row)) for row in settled]


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One campaign on one scale, so that its segments can be compared by eye."""

    name: str
    segments: tuple[SegmentView, ...]

    @property
    def rates(self) -> Axis:
        """The scale of recovery rates."""
        rows = (row for segment in self.segments for row in segment.rows)
        return Axis.over(list(_ends(row.interval for row in rows)))

    @property
    def lifts(self) -> Axis:
        """The scale of differences."""
        rows = (row for segment in self.segments for row in segment.compared)
        return Axis.over(list(_ends(row.lift.interval for row in rows if row.lift)))


def page(report: Report, lang: str = "en") -> str:
    """The HTML of the report in `lang`; UsageError for a language we don't speak."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(signed=signed, share=_share, Verdict=Verdict)
    return environment.get_template("page.html.j2").render(
        t=Wording.of(lang),
        report=report,
        campaigns=_campaigns(report),
        sequences=[row for row in report.rows if not row.arm.holdout],
        net=_net(report),
        touches={c: sum(row.touches[c] for row in report.rows) for c in Channel},
    )


def write_page(report: Report, path: Path, lang: str = "en") -> Path:
    """Write the page to `path`, making its folder; returns where it lies, absolute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(report, lang), encoding="utf-8")
    return path.resolve()


def _campaigns(report: Report) -> list[CampaignView]:
    return [
        CampaignView(
            campaign,
            tuple(
                SegmentView(segment, tuple(rows))
                for segment, rows in groupby(group, lambda row: row.arm.segment)
            ),
        )
        for campaign, group in groupby(report.rows, lambda row: row.arm.campaign)
    ]


def _ends(intervals: Iterator[Interval | None]) -> Iterator[float]:
    for interval in intervals:
        if interval is not None:
            yield from (interval.low, interval.high)


def _net(report: Report) -> list[Money]:
    """What the sequences left, by currency; a hold-out's payments are nobody's merit."""
    total: dict[str, Money] = {}
    for row in report.rows:
        for balance in () if row.arm.holdout else row.money:
            net = balance.net
            total[net.currency] = total.get(net.currency, Money(0, net.currency)) + net
    return [total[currency] for currency in sorted(total)]


def _share(part: Money, balance: Balance) -> float:
    """`part` of what was recovered, 0 to 100; 0 when costs ate everything."""
    whole = balance.recovered.minor
    return max(0.0, min(100.0, part.minor / whole * 100)) if whole > 0 else 0.0


def _caused(row: Row) -> float:
    if row.lift is None or row.lift.absolute is None or not row.rate:
        return 0.0
    return min(1.0, row.lift.absolute / row.rate) * 100
