"""`recovery scenarios`: the worlds in which a campaign can be tried, and every number of one."""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UsageError
from recovery.i18n import explained, here, mark, say, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.simulate.scenarios import Read
    from recovery.simulate.scenarios.schema import Scenario
    from recovery.simulate.scenarios.values import Words

_LEVELS = {"classroom": mark("classroom"), "market": mark("market"), "hard": mark("hard")}
_COLUMNS = (mark("scenario"), mark("level"), mark("title"), mark("markets"), mark("incidents"))
_NUMBERS = (mark("number"), mark("value"), mark("source"))


@click.group("scenarios", invoke_without_command=True)
@verb(at=False)
def command(desk: Desk) -> Exit:
    """List the scenarios: shipped ones, and those in scenarios/ of the project.

    A scenario is a made-up market whose truth is known. What is true of a hidden one, which is
    for grading, is not told.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return Exit.DONE
    from recovery.simulate.scenarios import ScenarioError, find_scenario, own, shipped

    project = desk.settings.project
    mine = own(project)
    found, wrong = [], []
    for name in dict.fromkeys([*shipped(), *mine]):
        try:
            found.append((name, find_scenario(name, project)))
        except ScenarioError as error:
            wrong.append(explained(error))
    rows = [{**_row(name, one), "own": name in mine} for name, one in found]
    desk.show({"scenarios": rows, "mistakes": wrong}, lambda console: _list(console, rows))
    for mistakes in wrong:
        click.echo(here("Error: {mistake}", mistake=mistakes), err=True)
    return Exit.DATA if wrong else Exit.DONE


@command.command("show")
@click.argument("name")
@verb(at=False)
def show(desk: Desk, name: str) -> None:
    """Show every number of one scenario, and where it is from.

    NAME is a scenario of the list, or a file. Numbers that nobody knows from outside are assumed.
    """
    from recovery.simulate.scenarios import look_up

    read = look_up(name, desk.settings.project)
    if read.scenario.hidden:
        raise UsageError(
            say("{name} is hidden: what is true of it is for those who grade", name=name)
        )
    answer = _row(name, read.scenario) | _whole(read)
    desk.show(answer, lambda console: _tell(console, answer))


def _row(name: str, one: "Scenario") -> dict[str, Any]:
    return {
        "scenario": name,
        "level": one.level.value,
        "title": _in(one.title),
        "about": _in(one.about),
        "markets": [country for country, market in one.markets.items() if market.share],
        "incidents": None if one.hidden else len(one.incidents),
        "hidden": one.hidden,
    }


def _whole(read: "Read") -> dict[str, Any]:
    """The numbers of a scenario, in the order of its blocks; its incidents; what it rests on."""
    from recovery.campaign.durations import format_duration

    scenario, named = read.scenario, read.scenario.sources
    blocks = list(type(scenario).model_fields)
    roads = sorted(named, key=lambda road: blocks.index(road.partition(".")[0]))
    return {
        "like": scenario.like,
        "start": scenario.start,
        "runs": format_duration(scenario.runs),
        "numbers": [
            {"road": road, "value": read.written[road], "source": named[road]} for road in roads
        ],
        "incidents_at": [
            {
                "incident": one.incident.value,
                "at": format_duration(one.at),
                "lasts": format_duration(one.lasts),
                "market": one.market,
            }
            for one in scenario.incidents
        ],
        "evidence": _rests_on(named),
    }


def _rests_on(named: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    from recovery.simulate.scenarios.evidence import evidence

    rows = {name: row for name, row in evidence().items() if name in set(named.values())}
    return {
        name: {
            "grade": row.grade.value,
            "says": _in(row.says),
            "range": row.range,
            "source": row.source,
            "url": row.url,
        }
        for name, row in rows.items()
    }


def _in(text: "Words") -> str:
    return text.zh if spoken() == "zh-CN" else text.en


def _list(console: "Console", rows: list[dict[str, Any]]) -> None:
    table = _table(_COLUMNS)
    for row in rows:
        table.add_row(
            row["scenario"],
            here(_LEVELS[row["level"]]),
            row["title"] + (here(" (hidden)") if row["hidden"] else ""),
            " ".join(row["markets"]),
            "–" if row["incidents"] is None else str(row["incidents"]),
        )
    console.print(table)
    console.print(here("All numbers of one, and where they are from: recovery scenarios show base"))


def _tell(console: "Console", told: dict[str, Any]) -> None:
    level = here(_LEVELS[told["level"]])
    console.print(f"{told['title']} · {told['scenario']} · {level}", style="bold")
    console.print(told["about"], soft_wrap=True)
    begins = here(
        "Begins {start}; a recovery run every {runs}.",
        start=f"{told['start']:%Y-%m-%d %H:%M} UTC",
        runs=told["runs"],
    )
    console.print(begins)
    table = _table(_NUMBERS)
    for block, rows in groupby(told["numbers"], key=lambda row: row["road"].partition(".")[0]):
        table.add_row(block, style="bold")
        for row in rows:
            table.add_row(f"  {row['road'].partition('.')[2]}", row["value"], row["source"])
    console.print(table)
    for one in told["incidents_at"]:
        where = f" {one['market']}" if one["market"] else ""
        console.print(f"{one['incident']}{where}: {one['at']} + {one['lasts']}")
    for name, row in told["evidence"].items():
        console.print(f"{name} [{row['grade']}]: {row['says']}", soft_wrap=True)
        told_by = ", ".join(filter(None, (row["source"], row["url"])))
        console.print(f"    {told_by}", style="dim", soft_wrap=True)


def _table(titles: tuple[str, ...]) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(here(title), overflow="fold")
    return table
