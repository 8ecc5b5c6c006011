"""What the rules of the markets tell about the messages that would go there."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from recovery.forecast.outlook import LegalNote
from recovery.forecast.samples import Kind
from recovery.i18n import LANGUAGES
from recovery.markets import Markets
from recovery.message import Channel, MessageClass


def legal_notes(
    kinds: Iterable[Kind], markets: Markets, class_of: Callable[[str], MessageClass | None]
) -> dict[str, list[LegalNote]]:
    """Campaign → notes on its markets, as far as they are about the messages it sends."""
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(lambda: {"notes"})
    for kind in kinds:
        about = wanted[kind.campaign, kind.country]
        about |= _topics(kind, class_of(kind.template) or MessageClass.MARKETING)
    found: defaultdict[str, list[LegalNote]] = defaultdict(list)
    for (campaign, country), topics in sorted(wanted.items()):
        found[campaign] += _notes(country, topics, markets)
    return dict(found)


def _topics(kind: Kind, given: MessageClass) -> set[str]:
    """Anything with an offer is marketing, and announces a price."""
    sort = f"{kind.channel}_{MessageClass.MARKETING if kind.offer else given}"
    topics = {f"{part}.{sort}" for part in ("consent", "hours", "labels")}
    if kind.channel is Channel.SMS:
        topics |= {"sms.links", "sms.registration", "sms.alphanumeric_sender"}
    return topics | ({"prices"} if kind.offer else set())


def _notes(country: str, topics: set[str], markets: Markets) -> list[LegalNote]:
    rules = markets.rules(country)
    told = [[note.text for note in rules.notes(lang)] for lang in LANGUAGES]
    return [
        LegalNote(country, note.about, note.status, dict(zip(LANGUAGES, words, strict=True)))
        for note, *words in zip(rules.notes(), *told, strict=True)
        if note.about in topics
    ]
