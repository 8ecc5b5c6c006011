"""Which messages to show: every step, in every market it can reach, with which sample orders."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from recovery.campaign.schema import Campaign, Step
from recovery.errors import UsageError
from recovery.i18n import mark, say
from recovery.markets import Markets, market
from recovery.message import Channel
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
class Stage:
    """A message of a campaign once, however many sequences it stands in.

    `name` is that of its step, with the sequence before it where two steps share it. It is shown in
    `reached`; `markets` are all that it goes to, None where nobody named any.
    """

    step: Step
    name: str
    reached: tuple[str, ...]
    markets: frozenset[str] | None

    def goes_to(self, country: str) -> bool:
        """Whether any customer of a market can get it."""
        return self.markets is None or country in self.markets


@dataclass(frozen=True, slots=True)
class Cell:
    """One message to be shown: a sample, called `name`, at a stage of a campaign."""

    campaign: Campaign
    stage: Stage
    place: Place
    name: str
    sample: Sample
    variant: str = ""

    @property
    def step(self) -> Step:
        """The step that sends it."""
        return self.stage.step

    @property
    def goes_out(self) -> bool:
        """Whether it ever goes to this market; somebody may have asked to see it all the same."""
        return self.stage.goes_to(self.place.market.country)


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
        for stage in stages(campaign):
            if wish.steps and stage.step.step not in wish.steps:
                continue
            places = [
                place
                for country in wish.markets or stage.reached
                for place in _places(country, markets, wish)
            ]
            chosen = samples.of(stage.step.template)
            if wish.samples:
                yield from _named(campaign, stage, places, chosen, wish)
            else:
                yield from _usual(campaign, stage, places, chosen)


def stages(campaign: Campaign) -> list[Stage]:
    """Each message of the campaign once, with the markets whose customers can get it."""
    found: dict[tuple[object, ...], list[tuple[str, Step]]] = {}
    for name, listed in campaign.sequences.items():
        for step in listed:
            words = (step.template, step.offer, step.without_offer, *(step.variants or ()))
            key = (step.step, step.channel, *words)
            found.setdefault(key, []).append((name, step))
    shared = Counter((step.step, step.channel) for (_, step), *_ in found.values())
    return [_stage(campaign, some, shared) for some in found.values()]


def _stage(
    campaign: Campaign, some: Sequence[tuple[str, Step]], shared: Mapping[tuple[str, Channel], int]
) -> Stage:
    (sequence, step), *_ = some
    name = step.step if shared[step.step, step.channel] == 1 else f"{sequence}.{step.step}"
    reached, markets = dict[str, None](), set[str]()
    anywhere = False
    for called, one in some:
        only = one.if_.market if one.if_ else None
        reached |= dict.fromkeys(_reached(campaign, called, only))
        segments = [each for each in campaign.segments if called in each.sequence]
        anywhere |= only is None and any(each.market is None for each in segments)
        markets.update(_reached(campaign, called, only))
    return Stage(step, name, tuple(reached), None if anywhere else frozenset(markets))


def expect(campaigns: Sequence[Campaign], samples: Samples, wish: Wish) -> None:
    """UsageError for a name that nothing has, with the near one."""
    known = list(dict.fromkeys(one.step.step for each in campaigns for one in stages(each)))
    names = [*dict.fromkeys([*samples.names(), USUAL]), "all"]
    asked = (("step", wish.steps, known), ("sample", wish.samples, names))
    for what, given, there in (*asked, ("variant", wish.variants, _variants(campaigns, wish))):
        for name in given:
            if name not in there:
                raise unknown(what, name, there)
    for locale in wish.locales:
        if not is_locale(locale):
            raise UsageError(
                say(
                    "{locale} is no locale; write it as de-DE, pt-BR or zh-CN", locale=f"{locale!r}"
                )
            )
    for country in wish.markets:
        if market(country) is None:
            raise UsageError(
                say(
                    "{country} is no country; write its ISO 3166 code, such as DE or GB",
                    country=f"{country!r}",
                )
            )


_NO = {
    "campaign": mark("there is no campaign '{given}'; {hint}"),
    "step": mark("there is no step '{given}'; {hint}"),
    "sample": mark("there is no sample '{given}'; {hint}"),
    "variant": mark("there is no variant '{given}'; {hint}"),
}


def _variants(campaigns: Sequence[Campaign], wish: Wish) -> list[str]:
    """The variants of the steps that are asked for."""
    chosen = (one.step for each in campaigns for one in stages(each))
    some = [one for one in chosen if one.step in wish.steps or not wish.steps]
    return list(dict.fromkeys(name for one in some for name in one.variants or ()))


def unknown(what: str, given: str, there: Sequence[str]) -> UsageError:
    """The error of a name that nothing has, with the near one."""
    near = get_close_matches(given, there, 1)
    hint = (
        say("did you mean '{near}'?", near=near[0])
        if near
        else say("there are {names}", names=", ".join(there) or say("none"))
    )
    return UsageError(say(_NO[what], given=given, hint=hint))


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
    campaign: Campaign, stage: Stage, places: Sequence[Place], samples: Mapping[str, Sample]
) -> Iterator[Cell]:
    for place in places:
        yield Cell(campaign, stage, place, USUAL, samples[USUAL])
    for name, sample in samples.items():
        fitting = (p for p in places if fits(sample, campaign, stage.step, p.market.country))
        if name != USUAL and (found := next(fitting, None)):
            yield Cell(campaign, stage, found, name, sample)


def _named(
    campaign: Campaign,
    stage: Stage,
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
            if fits(sample, campaign, stage.step, place.market.country):
                yield Cell(campaign, stage, place, name, sample)
