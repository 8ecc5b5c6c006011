"""Where the market and the engine meet: orders go in, a run is called, messages come out."""

from collections.abc import Sequence
from typing import Protocol

from recovery.engine import Engine, dispatched
from recovery.facts import OrderSnapshot
from recovery.measure.runs import RunResult
from recovery.simulate.post import Letter, Post


class Doors(Protocol):
    """The doors of one engine. What comes in twice, or late, the engine has to bear."""

    @property
    def engine(self) -> Engine:
        """Whose they are."""

    def tell(self, orders: Sequence[OrderSnapshot]) -> None:
        """The newest states of some orders, in the order in which they came about."""

    def run(self) -> RunResult:
        """One recovery run, now."""

    def letters(self) -> list[Letter]:
        """What has gone out since the last time, in the order of the touches."""


class Inside:
    """Everything in this process and in memory: fast."""

    def __init__(self, engine: Engine, post: Post) -> None:
        self.engine = engine
        self._post = post

    def tell(self, orders: Sequence[OrderSnapshot]) -> None:
        """As facts, judged already."""
        self.engine.accept(orders)

    def run(self) -> RunResult:
        """By the plainest courier."""
        return self.engine.run(dispatched)

    def letters(self) -> list[Letter]:
        """From the post."""
        return self._post.collect()
