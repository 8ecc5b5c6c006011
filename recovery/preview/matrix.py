"""Which messages to show: every step, in every market it can reach, with which sample orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from recovery.campaign.schema import Campaign, Step
from recovery.errors import UsageError
from recovery.markets import Markets, market
from recovery.preview.orders import Place, fits
from recovery.preview.samples import USUAL, Sample, Samples
from recovery.template.locales import is_locale

# One market for each language that the shipped templates are written in.
SHIPPED = ("US", "DE", "FR", "ES", "BR", "JP", "CN")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked to see; empty means what is usual."""

    markets: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()  # of them, `all` is every one
    variants: tuple[str, ...] = ()  # of steps that have some


@dataclass(frozen=True, slots=True)
class Cell:
    """One message to be shown."""

    campaign: Campaign
    step: Step
    place: Place
    name: str
    sample: Sample
    variant: str = ""


def cells(
    campaigns: Sequence[Campaign], samples: Samples, markets: Markets, wish: Wish
) -> Iterator[Cell]:
    """Every message that `wish` names, in the order of campaigns, steps and markets.

    Without a wish for samples the usual one is shown in every market, the others in the first
    that they fit: a matrix of all with all would hide what matters. A step with variants is shown
    in each of them.
    """
    for cell in _cells(campaigns, samples, markets, wish):
        for variant in cell.step.variants or ("",):
            if variant in wish.variants or not wish.variants:
                yield replace(cell, variant=variant)


def _cells(
    campaigns: Sequence[Campaign], samples: Samples, markets: Markets, wish: Wish
) -> Iterator[Cell]:
    for campaign in campaigns:
        for step, reached in steps(campaign):
            if wish.steps and step.step not in wish.steps:
                continue
            places = [
                place
                for country in wish.markets or reached
                for place in _places(country, markets, wish)
            ]
            chosen = samples.of(step.template)
            if wish.samples:
                yield from _named(campaign, step, places, chosen, wish)
            else:
                yield from _usual(campaign, step, places, chosen)


def steps(campaign: Campaign) -> list[tuple[Step, tuple[str, ...]]]:
    """Each message of the campaign once, with the markets whose customers can get it."""
    found: dict[tuple[object, ...], tuple[Step, dict[str, None]]] = {}
    for name, listed in campaign.sequences.items():
        for step in listed:
            words = (step.template, step.offer, step.without_offer, *(step.variants or ()))
            key = (step.step, step.channel, *words)
            only = step.if_.market if step.if_ else None
            reached = _reached(campaign, name, only)
            found.setdefault(key, (step, {}))[1].update(dict.fromkeys(reached))
    return [(step, tuple(countries)) for step, countries in found.values()]


def expect(campaigns: Sequence[Campaign], samples: Samples, wish: Wish) -> None:
    """UsageError for a name that nothing has, with the near one."""
    known = list(dict.fromkeys(one.step for each in campaigns for one, _ in steps(each)))
    names = [*dict.fromkeys([*samples.names(), USUAL]), "all"]
    asked = (("step", wish.steps, known), ("sample", wish.samples, names))
    for what, given, there in (*asked, ("variant", wish.variants, _variants(campaigns, wish))):
        for name in given:
            if name not in there:
                raise unknown(what, name, there)
    for locale in wish.locales:
        if not is_locale(locale):
            raise UsageError(f"{locale!r} is no locale; write it as de-DE, pt-BR or zh-CN")
    for country in wish.markets:
        if market(country) is None:
            raise UsageError(
                f"{country!r} is no country; write its ISO 3166 code, such as DE or GB"
            )


def _variants(campaigns: Sequence[Campaign], wish: Wish) -> list[str]:
    """The variants of the steps that are asked for."""
    chosen = (one for each in campaigns for one, _ in steps(each))
    some = [one for one in chosen if one.step in wish.steps or not wish.steps]
    return list(dict.fromkeys(name for one in some for name in one.variants or ()))


def unknown(what: str, given: str, there: Sequence[str]) -> UsageError:
    """The error of a name that nothing has, with the near one."""
    near = get_close_matches(given, there, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(there) or 'none'}"
    return UsageError(f"there is no {what} {given!r}; {hint}")


def _reached(campaign: Campaign, sequence: str, only: Sequence[str] | None) -> list[str]:
    """The markets of the segments that lead to a sequence, as far as its step goes to them.

    For a segment that names none they are those of the step, else one a language.
    """
    found: dict[str, None] = {}
    for segment in campaign.segments:
        if sequence in segment.sequence:
            found.update(dict.fromkeys(segment.market or only or SHIPPED))
    return [country for country in found if only is None or country in only]


def _places(country: str, markets: Markets, wish: Wish) -> Iterator[Place]:
    found = market(country)
    if found is None:
        return
    for locale in wish.locales or (found.locale,):
        yield Place(found, markets.rules(country), locale)


def _usual(
    campaign: Campaign, step: Step, places: Sequence[Place], samples: Mapping[str, Sample]
) -> Iterator[Cell]:
    for place in places:
        yield Cell(campaign, step, place, USUAL, samples[USUAL])
    for name, sample in samples.items():
        fitting = (p for p in places if fits(sample, campaign, step, p.market.country))
        if name != USUAL and (found := next(fitting, None)):
            yield Cell(campaign, step, found, name, sample)


def _named(
    campaign: Campaign,
    step: Step,
    places: Sequence[Place],
    samples: Mapping[str, Sample],
    wish: Wish,
) -> Iterator[Cell]:
    chosen = (
        samples
        if "all" in wish.samples
        else {n: s for n, s in samples.items() if n in wish.samples}
    )
    for place in places:
        for name, sample in chosen.items():
            if fits(sample, campaign, step, place.market.country):
                yield Cell(campaign, step, place, name, sample)
