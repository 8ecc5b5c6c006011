"""`recovery preview`: every message as a customer will read it, on one page."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, to_json, verb
from recovery.errors import Exit
from recovery.i18n import here

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.campaign.schema import Campaign
    from recovery.preview.matrix import Wish
    from recovery.preview.rendered import Shown
    from recovery.preview.samples import Samples
    from recovery.preview.wording import Tongue

PAGE = "preview.html"


@click.command("preview")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]…")
@click.option("--market", metavar="DE,JP", help="Only these.  [default: those of the segments]")
@click.option("--locale", metavar="LOCALE", help="These languages.  [default: of the market]")
@click.option("--step", metavar="STEP", help="Only these steps.")
@click.option("--sample", metavar="SAMPLE", help="Only these sample orders; all: every one.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write preview.html into this folder.  [default: var/]",
)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file."
)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: from LANG, else en]")
@verb(at=True)
def command(
    desk: Desk,
    *,
    campaigns: tuple[str, ...],
    market: str | None,
    locale: str | None,
    step: str | None,
    sample: str | None,
    out: Path | None,
    html: Path | None,
    lang: str | None,
) -> Exit:
    """Write every message as HTML, text and SMS with sample orders: one page, nothing is sent.

    Each step in each market that its segments reach, with the market's labels, ways to pay and
    formats; what is doubtful stands beside it. Samples are in templates/samples.yaml.
    """
    from recovery.i18n import language
    from recovery.preview.matrix import Wish
    from recovery.preview.page import write_page
    from recovery.preview.payload import payload
    from recovery.preview.wording import Tongue

    t = Tongue(language(lang, os.environ))
    wish = Wish(_several(market, upper=True), _several(locale), _several(step), _several(sample))
    shown, troubles = _shown(desk, campaigns, wish, t.lang)
    file = html or (out / PAGE if out else None)
    if file or not desk.as_json:
        file = write_page(
            shown, file or desk.settings.var_dir / PAGE, desk.settings.shop.name, t.lang
        )
    if desk.as_json:
        click.echo(to_json([payload(one, t) for one in shown]))
    else:
        _tell(desk.console, shown, file, t)
    for trouble in troubles:
        click.echo(here("Error: {trouble}", trouble=trouble), err=True)
    return Exit.DATA if troubles or any(one.error for one in shown) else Exit.DONE


def read_project(
    desk: Desk, names: Sequence[str] = ()
) -> "tuple[list[Campaign], Samples, list[str]]":
    """The campaigns asked for, the sample orders, and what is wrong with either."""
    from recovery.markets import load_markets
    from recovery.preview.matrix import unknown
    from recovery.preview.samples import read_samples
    from recovery.programme import read_programme
    from recovery.template.catalog import Catalog

    desk.expect_a_project()
    settings = desk.settings
    markets = load_markets(settings.project)
    programme = read_programme(settings.campaigns_dir, Catalog(settings.templates_dir), markets)
    known = {one.campaign.campaign: one.campaign for one in programme.loaded}
    stems = {Path(error.file).stem for error in programme.broken}
    for name in names:
        if name not in known.keys() | stems:
            raise unknown("campaign", name, sorted(known))
    samples = read_samples(settings.templates_dir)
    broken = [str(e) for e in programme.broken if not names or Path(e.file).stem in names]
    troubles = [*broken, *(str(one) for one in samples.problems)]
    return [one for name, one in known.items() if not names or name in names], samples, troubles


def _shown(
    desk: Desk, names: Sequence[str], wish: "Wish", lang: str
) -> "tuple[list[Shown], list[str]]":
    from recovery.markets import load_markets
    from recovery.preview.matrix import expect
    from recovery.preview.rendered import Studio

    campaigns, samples, troubles = read_project(desk, names)
    expect(campaigns, samples, wish)
    studio = Studio.of(desk.settings, samples, load_markets(desk.settings.project), lang)
    return list(studio.shows(campaigns, wish, desk.clock.now())), troubles


def _several(text: str | None, *, upper: bool = False) -> tuple[str, ...]:
    """`DE,JP` as two."""
    found = (text or "").upper() if upper else text or ""
    return tuple(part.strip() for part in found.split(",") if part.strip())


def _tell(console: "Console", shown: "Sequence[Shown]", file: Path | None, t: "Tongue") -> None:
    from recovery.i18n import mark

    doubtful = [one for one in shown if one.warnings or one.error]
    told = t(
        mark("{count} messages, {doubtful} of them doubtful"),
        count=len(shown),
        doubtful=len(doubtful),
    )
    console.print(told, style="bold")
    for one in doubtful:
        if one.error:
            console.print(f"  {one.key}: {one.error}", style="red", soft_wrap=True)
        for found in one.warnings:
            console.print(f"  {one.key}: {t.finding(found)} [{found.code}]", soft_wrap=True)
    console.print(str(file), soft_wrap=True)
