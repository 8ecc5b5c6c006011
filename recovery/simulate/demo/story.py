"""The demo's story: weeks of orders in nine markets, runs in between, shoppers who answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from recovery.clock import VirtualClock
from recovery.engine import Courier, Engine
from recovery.measure.course import Course
from recovery.measure.report import Report
from recovery.simulate.demo.doors import Diary, Files
from recovery.simulate.play import Ask, Stage
from recovery.simulate.post import Letter
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.truth import Fate, Truth

SCENARIO = "demo"


@dataclass(frozen=True, slots=True)
class Story:
    """How it ended: what the engine wrote down, and what only the shoppers know."""

    diary: Diary
    truth: Truth
    report: Report
    course: Course
    letters: dict[str, list[Letter]]  # by order
    files: dict[int, Path]  # of messages, by touch

    @property
    def telling(self) -> str | None:
        """The order worth a closer look: brought back by an offer after several messages."""
        paid = ((order, fate) for order, fate in self.truth.fates.items() if fate.paid_at)
        return max(paid, key=_interest, default=(None, None))[0]

    @property
    def message(self) -> Path | None:
        """The last message about that order before it was paid, as a file."""
        letters = self.letters.get(self.telling or "", ())
        return self.files[letters[-1].touch] if letters else None


def asked(start: datetime, days: int, orders: int, seed: int) -> Ask:
    """The demo's market, from `start` on."""
    return Ask(find_scenario(SCENARIO).model_copy(update={"start": start}), orders, days, seed)


def staged(engine: Engine, clock: VirtualClock, ask: Ask, courier: Courier) -> tuple[Stage, Files]:
    """Everything in its place, before the first order."""
    doors = Files(engine, courier)
    return Stage(doors, clock, ask), doors


def play(stage: Stage, doors: Files, watch: Callable[[int], None]) -> Story:
    """Live through it; `watch` hears of the hours that pass."""
    stage.play(watch)
    engine = doors.engine
    return Story(
        doors.diary,
        stage.truth,
        engine.report(),
        engine.course(),
        doors.sent,
        doors.mailbox.files,
    )


def _interest(one: tuple[str, Fate]) -> tuple[bool, bool, int, str]:
    order, fate = one
    return fate.given > 0, fate.caused, fate.letters, order
