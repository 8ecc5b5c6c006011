"""What a customer will be drawn into at the steps that have variants, or an offer: who differs
there reads other words, and an SMS may be longer in one of them."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from recovery.dispatch.scripts import Scripts
from recovery.dispatch.variants import salt
from recovery.draws import pick, slot

_Draw = tuple[str, dict[str, int]]  # salt and shares of one step


@dataclass(slots=True)
class Lots:
    """The draws that lie ahead of somebody who enters a sequence; each asked as it will be."""

    connection: Connection
    scripts: Scripts
    _known: dict[tuple[int, str], list[_Draw]] = field(default_factory=dict)

    def __call__(self, version: int, sequence: str, customer: str) -> tuple[str, ...]:
        """The variants of `customer` (the key), step by step; empty where no step has some."""
        if (version, sequence) not in self._known:
            self._known[version, sequence] = self._draws(version, sequence)
        ahead = self._known[version, sequence]
        return tuple(pick(shares, slot(salted, customer)) for salted, shares in ahead)

    def gets_nothing(self, version: int, drawn: int | None) -> bool:
        """Whether the customer with the slot `drawn` gets no offer in this version."""
        share = self.scripts(self.connection, {version})[version].campaign.no_incentive
        return drawn is not None and drawn < share

    def _draws(self, version: int, sequence: str) -> list[_Draw]:
        script = self.scripts(self.connection, {version})[version]
        return [
            (salt(script.campaign.campaign, sequence, step.step), step.variants)
            for (name, _), step in script.steps.items()
            if name == sequence and step.variants
        ]
