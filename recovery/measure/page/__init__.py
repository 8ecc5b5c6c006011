"""The report as one page: self-contained HTML with pictures drawn as SVG, no script, printable.

A report comes in, HTML goes out. What may be shown is decided in views.py; each family of pictures
has a module that makes numbers of it, and a template that draws them.
"""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery.measure.course import NEVER, Course
from recovery.measure.judging import Verdict
from recovery.measure.page.axis import Axis
from recovery.measure.page.caused import causes
from recovery.measure.page.cohorts import cohort_map
from recovery.measure.page.curves import curves, grown
from recovery.measure.page.falls import OPEN, elsewhere, falls
from recovery.measure.page.speech import Speech
from recovery.measure.page.stages import stages
from recovery.measure.page.views import (
    HIDDEN,
    SHOWN,
    campaigns,
    converted,
    interval,
    lift_is_shown,
)
from recovery.measure.report import Report
from recovery.measure.stats import Interval, Proportion, wilson
from recovery.measure.wording import signed
from recovery.message import Channel
from recovery.money import Money

HERE = Path(__file__).parent  # house.css is the style of other pages, too


def page(report: Report, lang: str = "en", course: Course = NEVER) -> str:
    """The HTML of the report in `lang`; UsageError for a language we don't speak. Without `course`
    it does not show how the lift and the weeks came about."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_known(Speech.of(lang)))
    return environment.get_template("page.html.j2").render(
        report=report,
        campaigns=campaigns(report, course),
        sequences=[row for row in report.rows if not row.arm.holdout],
        net=_net(report),
        touches={c: sum(row.touches[c] for row in report.rows) for c in Channel},
    )


def write_page(report: Report, path: Path, lang: str = "en", course: Course = NEVER) -> Path:
    """Write the page to `path`, making its folder; returns where it lies, absolute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(report, lang, course), encoding="utf-8")
    return path.resolve()


def _known(t: Speech) -> dict[str, object]:
    """What every template may say, ask and draw."""
    told = (causes, cohort_map, converted, curves, elsewhere, falls, grown, lift_is_shown, stages)
    return {
        **{one.__name__: one for one in told},
        "t": t,
        "signed": signed,
        "interval_of": interval,
        "wilson_of": _wilson,
        "axis_of": _axis,
        "Verdict": Verdict,
        "HIDDEN": HIDDEN,
        "SHOWN": SHOWN,
        "OPEN": OPEN,
    }


def _wilson(seen: Proportion) -> Interval | None:
    return wilson(seen.count, seen.total).interval if seen.total else None


def _axis(sides: Iterable[tuple[str, Proportion, str]]) -> Axis:
    """One scale for some shares."""
    spans = [span for _, seen, _ in sides if (span := _wilson(seen))]
    return Axis.over(end for span in spans for end in (span.low, span.high))


def _net(report: Report) -> list[Money]:
    """What the sequences left, by currency; a hold-out's payments are nobody's merit."""
    total: dict[str, Money] = {}
    for row in report.rows:
        for balance in () if row.arm.holdout else row.money:
            net = balance.net
            total[net.currency] = total.get(net.currency, Money(0, net.currency)) + net
    return [total[currency] for currency in sorted(total)]
