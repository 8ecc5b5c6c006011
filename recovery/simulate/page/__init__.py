"""Simulations as pages: self-contained HTML with pictures drawn as SVG, no script, printable.

The style, the axes and the small parts are those of the report's page. What a hidden scenario
keeps to itself is on no page.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery.measure.page import HERE as REPORT
from recovery.measure.page.views import campaigns, converted, interval
from recovery.measure.wording import signed
from recovery.money import Money
from recovery.simulate.diary import when
from recovery.simulate.page.speech import Speech
from recovery.simulate.page.told import Told
from recovery.simulate.page.views import causes, curves, falls, marks
from recovery.simulate.verdict import Verdict

_HERE = Path(__file__).parent
_DAY = timedelta(days=1)


def page(verdict: Verdict, lang: str = "en") -> str:
    """The HTML of one simulation in `lang`; UsageError for a language we don't speak."""
    t, played = Speech.of(lang), verdict.played
    told, data = Told(verdict, t), verdict.payload()
    return render(
        "simulate.html.j2",
        t,
        title=told.title(),
        headline=told.headline(),
        notes=[t("sim_made_up")],
        told=told,
        data=data,
        rows=played.report.rows,
        hidden=verdict.hidden,
        campaigns=campaigns(played.report, played.course),
        **({} if verdict.hidden else _known(verdict, data, t)),
    )


def write_page(verdict: Verdict, path: Path, lang: str = "en") -> Path:
    """Write the page to `path`; returns where it lies, absolute."""
    return write(page(verdict, lang), path)


def write(html: str, path: Path) -> Path:
    """Write `html` to `path`, making its folder; returns where it lies, absolute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path.resolve()


def render(template: str, t: Speech, **values: Any) -> str:
    """One of the templates, with everything that the report's parts ask for."""
    environment = Environment(
        loader=FileSystemLoader([_HERE, REPORT]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=t,
        signed=signed,
        converted=converted,
        interval_of=interval,
        marks=marks,
        causes=causes,
        coins=lambda currency, minor: t.money(Money(minor, currency)),
    )
    return environment.get_template(template).render(**values)


def _known(verdict: Verdict, data: Mapping[str, Any], t: Speech) -> dict[str, Any]:
    """What only a simulation can show."""
    days, ask = data["curve"], verdict.played.ask
    troubles = [
        (one.at / _DAY, min((one.at + one.lasts) / _DAY, float(len(days))), one)
        for one in ask.scenario.incidents
        if one.at / _DAY < len(days)
    ]
    what = {id(one): t(f"incident_{one.incident.value}") for _, _, one in troubles}
    silent = [day["recovered"] - day["caused"] + day["lost"] for day in days]
    names = {"orders": "left_unpaid", "recovered": "line_paid", "caused": "line_caused"}
    return {
        "curve": curves(
            {t("line_paid"): days},
            t("line_silent"),
            [(a, b, what[id(one)]) for a, b, one in troubles],
        ),
        "columns": [
            *((t(word), [day[key] for day in days]) for key, word in names.items()),
            (t("line_lost"), [day["lost"] for day in days]),
            (t("line_silent"), silent),
        ],
        "incidents": [
            [what[id(one)], when(one.at), when(b * _DAY), one.market or t("everywhere")]
            for _, b, one in troubles
        ],
        "falls": falls(verdict.purses),
    }
