"""`recovery replay`: what campaigns would have sent over a shop's real orders."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.playing import expect_sound, files_of
from recovery.cli.refused import tell_refused, tell_unreadable
from recovery.errors import Exit, UsageError
from recovery.i18n import here, mark, plural, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from recovery.simulate.replay.estimate import Estimate
    from recovery.simulate.replay.result import Given, Replayed
    from recovery.simulate.replay.tally import Count, Group
    from recovery.simulate.scenarios.schema import Scenario

LONGEST = timedelta(days=1)


class Span(click.ParamType[timedelta]):
    """A span as marketers write it: 15m, 1h."""

    name = "span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """A usage error names the cure."""
        from recovery.campaign.durations import parse_duration

        if isinstance(value, timedelta):
            return value
        try:
            span = parse_duration(value)
        except ValueError:
            span = timedelta(0)
        if not timedelta(0) < span <= LONGEST:
            self.fail(
                here("'{value}': write a span from 1m to 1d, such as 15m", value=value), param, ctx
            )
        return span


@click.command("replay")
@click.argument("campaigns", metavar="CAMPAIGN…", nargs=-1, required=True)
@click.option(
    "--orders",
    metavar="FILE",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Orders as `recovery import` reads them; give it again for more files.",
)
@click.option(
    "--every",
    metavar="SPAN",
    type=Span(),
    default="15m",
    show_default=True,
    help="How often cron calls `recovery run`.",
)
@click.option(
    "--messages",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every message here, sent or not, as CSV for Excel.",
)
@click.option(
    "--map",
    "mapping",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read columns of other names, as this mapping says.",
)
@click.option(
    "--response",
    metavar="SCENARIO",
    help="Add an estimate of the response, with the made-up shoppers of this scenario.",
)
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the refused rows here, with what is wrong, to mend and import again.",
)
@verb(at=False)
def command(
    desk: Desk,
    *,
    campaigns: tuple[str, ...],
    orders: tuple[str, ...],
    every: timedelta,
    messages: Path | None,
    mapping: Path | None,
    response: str | None,
    rejects: Path | None,
) -> Exit:
    """Show what campaigns would have sent over real orders of the past. Nothing leaves, and no
    data of the project is touched.

    CAMPAIGN is a campaign of the project or a file. The orders become known when they were placed,
    unpaid as they were, and change when the file says so; the engine runs beside them. Exact are:
    who enters, which step goes out when, what is put off or left out and why, offers, caps, quiet
    hours, hold-outs and cost. Whether anybody would have answered is in no file and is not told: a
    payment after a message was made anyway.
    """
    from recovery.intake.mapping_file import read_mapping
    from recovery.intake.reading import Manner
    from recovery.simulate.replay.payload import payload
    from recovery.simulate.replay.result import replay
    from recovery.simulate.replay.sheet import sheet

    scenario = None if response is None else _scenario(desk, response)
    files = list(dict.fromkeys(file for one in campaigns for file in files_of(desk, one)))
    expect_sound(desk, files)
    with (
        desk.progress(here("Reading orders")) as read,
        desk.progress(here("Replaying")) as watch,
    ):
        noting = None if messages is None else sheet(messages)
        found = replay(
            desk.settings,
            files,
            orders,
            every,
            rejects=rejects,
            manner=Manner(None if mapping is None else read_mapping(mapping)),
            scenario=scenario,
            noting=noting,
            read=read,
            watch=watch,
        )
    tell_unreadable(found.told)
    written = {} if messages is None else {"messages_file": str(messages)}
    desk.show(payload(found) | written, lambda console: _tell(console, found, messages, rejects))
    return Exit.PARTIAL if found.told.rejected else Exit.DONE


def _scenario(desk: Desk, name: str) -> "Scenario":
    from recovery.simulate.scenarios import find_scenario

    found = find_scenario(name, desk.settings.project)
    if found.hidden:
        raise UsageError(
            say("{scenario} is for grading: it is not played here", scenario=found.scenario)
        )
    return found


def _tell(
    console: "Console", found: "Replayed", messages: Path | None, rejects: Path | None
) -> None:
    from recovery.simulate.replay.words import NO_RESPONSE, notes

    for line in _headline(found):
        console.print(line, style="bold")
    console.print()
    console.print(_sequences(found))
    for title, lines in _chapters(found):
        console.print()
        console.print(title, style="bold")
        for line in lines:
            console.print(f"  {line}")
    console.print()
    if found.estimate is None:
        console.print(here(NO_RESPONSE))
    else:
        _guess(console, found.estimate)
    for note in notes(found):
        console.print(here(note), style="dim")
    if messages is not None:
        console.print(here("Every message is in {file}.", file=messages), soft_wrap=True)
    tell_refused(console, found.told, rejects)


def _headline(found: "Replayed") -> Iterator[str]:
    course = found.course
    yield here(
        "{orders} from {first} to {last} UTC; {unpaid} were unpaid for a while, {entered} of them "
        "entered.",
        orders=plural("{count} order", "{count} orders", found.orders),
        first=f"{course.begins:%Y-%m-%d}",
        last=f"{course.told_until:%Y-%m-%d}",
        unpaid=f"{found.out.unpaid:,}",
        entered=f"{found.out.entered:,}",
    )
    sent = found.counter("messages")
    yield here(
        "{emails}, {sms} SMS and {tasks} would have gone out.",
        emails=plural("{count} e-mail", "{count} e-mails", sent["email"]),
        sms=f"{sent['sms']:,}",
        tasks=plural("{count} task", "{count} tasks", sent["task"]),
    )


def _sequences(found: "Replayed") -> "Table":
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", overflow="fold")
    for heading in (
        mark("orders"),
        mark("got a message"),
        mark("e-mails"),
        mark("SMS"),
        mark("tasks"),
        mark("offers"),
        mark("cost"),
        mark("paid first"),
        mark("paid anyway after"),
    ):
        table.add_column(here(heading), justify="right")
    for campaign, groups in groupby(found.groups.items(), lambda pair: pair[0].campaign):
        table.add_row(campaign, style="bold")
        for group, count in groups:
            table.add_row(*_row(found, group, count))
    return table


def _row(found: "Replayed", group: "Group", count: "Count") -> list[str]:
    name = here("hold-out") if group.holdout else str(group.sequence)
    cells = [f"  {group.segment} › {name}", f"{count.enrolled:,}"]
    if group.holdout:
        return [*cells, *[""] * 8]
    sent = (count.messages[channel] for channel in ("email", "sms", "task"))
    cost = ", ".join(f"{money} {money.currency}" for money in count.cost(found.costs))
    numbers = (count.written_to, *sent, count.offers.total())
    return [
        *cells,
        *(f"{number:,}" for number in numbers),
        cost or "–",
        f"{count.paid_first:,}",
        f"{count.paid_after:,}",
    ]


def _chapters(found: "Replayed") -> Iterator[tuple[str, list[str]]]:
    from recovery.simulate.replay.words import LEFT_OUT

    out = Counter({LEFT_OUT[why]: count for why, count in found.out.why.items()})
    yield from _chapter(here("Unpaid for a while, and in no campaign"), out)
    yield from _chapter(here("Entered, and got nothing"), _told(found.counter("nothing")))
    yield from _chapter(here("Steps that were left out"), _told(found.counter("skipped")))
    yield from _chapter(here("Steps that waited"), _told(found.counter("put_off")))
    if found.offers:
        yield here("Offers"), list(map(_offer, found.offers))


def _guess(console: "Console", estimate: "Estimate") -> None:
    from recovery.simulate.replay.words import GUESSED, about_estimate

    console.print(here("Estimate ({scenario})", scenario=estimate.scenario), style="bold")
    for name, words in GUESSED.items():
        mean, low, high = estimate.span(name)
        about = {"mean": f"{mean:>9,.1f}", "low": f"{low:,}", "high": f"{high:,}"}
        console.print(here("  {mean}  {what} ({low} to {high})", what=here(words), **about))
    if estimate.elsewhere:
        told = plural(
            "{count} order that got a message is of a market or state that the scenario has not.",
            "{count} orders that got a message are of a market or state that the scenario has not.",
            estimate.elsewhere,
        )
        console.print(f"  {here(told)}")
    console.print(here(about_estimate(estimate)))


def _offer(one: "Given") -> str:
    codes = plural("{count} code", "{count} codes", one.codes)
    about = {"offer": one.offer, "campaign": one.campaign, "codes": codes}
    if one.set_aside is None:
        return here("{offer} of {campaign}: {codes}", **about)
    amount = f"{one.set_aside} {one.set_aside.currency}"
    return here("{offer} of {campaign}: {codes}, {amount} set aside", amount=amount, **about)


def _told(reasons: Counter[str]) -> Counter[str]:
    """Reasons in plain words, where these have their translations already."""
    from recovery.measure.plain import reason
    from recovery.simulate.replay.words import LEFT_OUT

    return Counter({LEFT_OUT.get(code) or str(reason(code)): n for code, n in reasons.items()})


def _chapter(title: str, counted: Counter[str]) -> Iterator[tuple[str, list[str]]]:
    if counted:
        yield title, [f"{count:>9,}  {here(why)}" for why, count in counted.most_common()]
