"""The auditor: looks at every message with the market's rules in hand, apart from the engine.

Where a market changes its rules in the middle of a story, the auditor knows at once; the engine
only when somebody tells it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from recovery.facts import Consent
from recovery.markets import Markets
from recovery.markets.hours import opens_at
from recovery.message import Channel
from recovery.simulate.people import Person
from recovery.simulate.post import Letter
from recovery.simulate.troubles import Troubles

_RANK = list(Consent)  # each admits what the ones before it do


@dataclass(slots=True)
class Auditor:
    """Counts breaches by rule, and keeps the first order of each."""

    markets: Markets
    troubles: Troubles
    breaches: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    _left: set[tuple[str, Channel]] = field(default_factory=set)

    def opted_out(self, person: Person, channel: Channel) -> None:
        """From now on, nothing more on this channel."""
        self._left.add((person.email, channel))

    def look(self, letter: Letter, person: Person) -> int:
        """Judge one message as it arrives; how many rules it breaks."""
        broken = list(self._broken(letter, person))
        for rule in broken:
            self._note(rule, letter)
        return len(broken)

    def _broken(self, letter: Letter, person: Person) -> Iterator[str]:
        rules = self.markets.rules(person.country)
        consent = person.sms_consent if letter.channel is Channel.SMS else person.email_consent
        least = rules.consent(letter.channel, letter.message_class)
        if _RANK.index(consent) < _RANK.index(least):
            yield "consent"
        if (person.email, letter.channel) in self._left:
            yield "opted_out"
        theirs = rules.window(letter.channel, letter.message_class, person.region)
        windows = [*filter(None, [theirs]), *self.troubles.windows(letter.at, person.country)]
        if any(opens_at(letter.at, one, (person.timezone,)) is not None for one in windows):
            yield "hours"

    def _note(self, rule: str, letter: Letter) -> None:
        self.breaches[rule] += 1
        self.examples.setdefault(rule, letter.order)
