"""`recovery markets [COUNTRY]`: the rules of the markets, how sure we are of them, and yours."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UsageError
from recovery.i18n import here, language, mark, say, words

if TYPE_CHECKING:
    from gettext import NullTranslations

    from rich.console import Console

    from recovery.markets import MarketRules, Markets
    from recovery.markets.overrides import Change

_COLUMNS = (
    mark("market"),
    mark("advertising by SMS"),
    mark("service messages"),
    mark("SMS"),
    mark("links in SMS"),
    mark("label"),
    mark("yours"),
)
_ADVICE = mark("Not legal advice.")
_MORE = mark("Every fact, how sure we are of it and where it is from: recovery markets DE")
_OF_ALL_OTHERS = mark("every other country")


@click.command("markets")
@click.argument("country", required=False)
@click.option("--lang", metavar="LANG", help="en or zh-CN  [default: of the environment]")
@verb(at=False)
def command(desk: Desk, country: str | None, lang: str | None) -> Exit:
    """Show what the engine goes by in each market, or every fact of one.

    COUNTRY is a code such as DE; ZZ is every country without a file of its own. Your own facts
    stand in markets/XX.yaml of the project. Not legal advice.
    """
    from recovery.markets import load_markets

    spoken = language(lang, os.environ)
    markets = load_markets(desk.settings.project)
    if country is None:
        listed = _listed(markets)
        payload: dict[str, Any] = {"markets": [_row(rules) for rules in listed]}
        desk.show(payload | _wrong(markets, spoken), lambda console: _show(console, listed, spoken))
    else:
        rules = _one(markets, country.upper())
        payload = _whole(rules, spoken) | _wrong(markets, spoken)
        desk.show(payload, lambda console: _tell(console, rules, spoken))
    for mistake in markets.mistakes:
        click.echo(here("Error: {mistake}", mistake=mistake.line_in(words(spoken))), err=True)
    return Exit.DATA if markets.mistakes else Exit.DONE


def _wrong(markets: "Markets", lang: str) -> dict[str, Any]:
    return {"mistakes": [mistake.line_in(words(lang)) for mistake in markets.mistakes]}


def _listed(markets: "Markets") -> list["MarketRules"]:
    """Markets with a file, shipped or the merchant's, and last the one for all others."""
    from recovery.markets.book import with_rules
    from recovery.markets.rules import OF_ALL_OTHERS

    names = (with_rules() | set(markets.own)) - {OF_ALL_OTHERS}
    return [markets.rules(name) for name in (*sorted(names), OF_ALL_OTHERS)]


def _one(markets: "Markets", country: str) -> "MarketRules":
    from recovery.markets import countries
    from recovery.markets.rules import OF_ALL_OTHERS

    if country not in countries() | {OF_ALL_OTHERS}:
        raise UsageError(
            say(
                "{country} is no country; write its ISO 3166 code, such as DE or GB",
                country=f"{country!r}",
            )
        )
    return markets.rules(country)


def _row(rules: "MarketRules") -> dict[str, Any]:
    from recovery.message import Channel, MessageClass

    return {
        "market": rules.country,
        "known": rules.known,
        "version": rules.version,
        "sms_marketing": str(rules.facts.hours.sms_marketing.value),
        "service_messages": rules.service_messages,
        "sms": rules.sms_per_order,
        "sms_links": rules.sms_links,
        "label": rules.labels(Channel.SMS, MessageClass.MARKETING),
        "yours": [change.road for change in rules.changes],
    }


def _whole(rules: "MarketRules", lang: str) -> dict[str, Any]:
    from recovery.markets.overrides import said

    yours = {change.road: change for change in rules.changes}
    facts = [
        {
            "fact": road,
            "value": said(fact.value),
            "status": fact.status.value,
            "source": list(fact.source),
            "note": fact.note.in_(lang) if fact.note else None,
            "yours": road in yours,
        }
        for road, fact in rules.listed()
    ]
    own = rules.own
    return _row(rules) | {
        "advice": words(lang).gettext(_ADVICE),
        "facts": facts,
        "payment": [fact.value for fact in rules.facts.payment],
        "notes": rules.notes(lang),
        "yours": own and {"by": own.by, "reason": own.reason, "changes": list(rules.changes)},
        "regions": _regions(rules),
    }


def _regions(rules: "MarketRules") -> dict[str, str]:
    """Advertising by SMS in the parts of a country that have hours of their own."""
    regions = rules.regions.regions if rules.regions else {}
    own = {name: one.sms_marketing for name, one in regions.items() if one.sms_marketing}
    return {name: str(fact.value) for name, fact in own.items()}


def _show(console: "Console", listed: Sequence["MarketRules"], lang: str) -> None:
    from rich.table import Table

    from recovery.markets.words import hours_in

    in_ = words(lang)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in _COLUMNS:
        table.add_column(in_.gettext(title), overflow="fold")
    for rules in listed:
        row = _row(rules)
        links = in_.gettext(mark("yes") if rules.sms_links else mark("no"))
        counts = (str(row["service_messages"]), str(row["sms"]), links, row["label"])
        name = f"{rules.country} {_name(rules.country, lang)}"
        table.add_row(name, hours_in(row["sms_marketing"], in_), *counts, ", ".join(row["yours"]))
    console.print(table)
    console.print(f"{in_.gettext(_ADVICE)} {in_.gettext(_MORE)}")


def _tell(console: "Console", rules: "MarketRules", lang: str) -> None:
    from recovery.markets.words import STATUS, hours_in

    in_, yours = words(lang), {change.road: change for change in rules.changes}
    console.print(f"{_name(rules.country, lang)} · {rules.version}", style="bold")
    console.print(in_.gettext(_ADVICE))
    for road, fact in rules.listed():
        _tell_fact(console, road, fact, yours.get(road), in_)
        if fact.note:
            console.print(f"    {fact.note.in_(lang)}", style="dim", soft_wrap=True)
    console.print(
        here("payment: {names}", names=", ".join(fact.value for fact in rules.facts.payment))
    )
    for region, hours in _regions(rules).items():
        console.print(f"{rules.country}-{region}: {hours_in(hours, in_)}")
    for note in rules.notes(lang):
        if note.about in ("prices", "notes"):
            basis = f"{in_.gettext(STATUS[note.status])}: {', '.join(note.source)}"
            console.print(f"{note.about}: {note.text}  [{basis}]", soft_wrap=True)
    if rules.own:
        told = in_.gettext(mark("Yours by {by}: {reason}")).format(
            by=rules.own.by, reason=rules.own.reason
        )
        console.print(told, style="bold")
    if any(change.loosens for change in rules.changes):
        console.print(
            in_.gettext(mark("What loosens a rule is your own responsibility.")),
            style="bold yellow",
        )


def _tell_fact(
    console: "Console", road: str, fact: Any, change: "Change | None", in_: "NullTranslations"
) -> None:
    from recovery.markets.overrides import said
    from recovery.markets.words import hours_in

    if change is None:
        told = f"{road}: {hours_in(said(fact.value), in_)}  [{_basis(fact, in_)}]"
        console.print(told, soft_wrap=True)
    else:
        style = "bold yellow" if change.loosens else "bold"
        console.print(_yours(road, change, in_), style=style, soft_wrap=True)


def _basis(fact: Any, in_: "NullTranslations") -> str:
    from recovery.markets.words import STATUS

    return f"{in_.gettext(STATUS[fact.status.value])}: {', '.join(fact.source)}"


def _yours(road: str, change: "Change", in_: "NullTranslations") -> str:
    from recovery.markets.words import hours_in

    told = in_.gettext(mark("{fact}: {value}  [yours; shipped: {shipped}{loosens}]"))
    loosens = in_.gettext(mark("; this loosens the rule")) if change.loosens else ""
    value, shipped = hours_in(change.yours, in_), hours_in(change.shipped, in_)
    return told.format(fact=road, value=value, shipped=shipped, loosens=loosens)


def _name(country: str, lang: str) -> str:
    from babel import Locale

    name = Locale.parse(lang, sep="-").territories.get(country)
    return str(name) if name and country != "ZZ" else words(lang).gettext(_OF_ALL_OTHERS)
