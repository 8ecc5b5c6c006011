"""The demo's story: weeks of orders, runs of the real engine in between, shoppers who answer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from recovery.campaign.schema import Status
from recovery.engine import Courier, Engine
from recovery.measure.course import Course
from recovery.measure.report import Report
from recovery.measure.runs import RunResult
from recovery.simulate.mailbox import Mailbox
from recovery.simulate.shop import Book, Opening, Shop
from recovery.simulate.shopper import Payment, Shoppers
from recovery.simulate.till import Till
from recovery.simulate.world import World

SOURCE = "shop"
BETWEEN_RUNS = timedelta(hours=6)
# After the last order the runs go on until its window is over, but not for ever.
_LONGEST_EPILOGUE = timedelta(days=21)

Watch = Callable[[int], None]


@dataclass(slots=True)
class Diary:
    """What the runs did, added up over the whole story."""

    runs: int = 0
    rejected: int = 0
    enrolled: Counter[str] = field(default_factory=Counter)  # by campaign
    sent: int = 0
    tasks: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    snoozed: Counter[str] = field(default_factory=Counter)
    problems: dict[str, None] = field(default_factory=dict)  # a set that keeps its order

    def add(self, result: RunResult) -> None:
        """Write one run down."""
        self.runs += 1
        for campaign, arms in result.enrolled.items():
            self.enrolled[campaign] += sum(arms.values())
        self.sent += result.touches.sent
        self.tasks += result.touches.tasks
        self.failed += result.touches.failed + result.touches.unknown
        self.skipped += result.touches.skipped
        self.snoozed += result.touches.snoozed
        for problem in (*result.problems, *result.refused):
            self.problems[problem] = None


@dataclass(frozen=True, slots=True)
class Story:
    """How it ended: what the engine wrote down, and what only the shoppers know."""

    book: Book
    shoppers: Shoppers
    diary: Diary
    report: Report
    course: Course

    @property
    def telling(self) -> Payment | None:
        """The payment worth a closer look: brought back by an offer after several messages."""
        return max(self.shoppers.payments.values(), key=self._interest, default=None)

    def _interest(self, payment: Payment) -> tuple[bool, bool, int, str]:
        letters = len(self.shoppers.letters[payment.order])
        return payment.code is not None, payment.letter is not None, letters, payment.order


def play(engine: Engine, world: World, opening: Opening, courier: Courier, watch: Watch) -> Story:
    """Live through `opening` and the goal windows after it; `watch` hears of the hours that pass.

    The engine works on the world's clock; everything it knows comes in as files in `orders/`.
    """
    book, diary = Book(), Diary()
    shoppers = Shoppers(world, book, Till(engine))
    Shop(world, book, shoppers.meet).open(opening)
    mailbox = Mailbox(engine.settings.outbox_dir)
    folder = engine.settings.project / "orders"

    def tick() -> None:
        diary.rejected += _tell(engine, book, folder / f"{diary.runs + 1:04}.jsonl")
        diary.add(engine.run(courier))
        for letter in mailbox.new():
            shoppers.read(letter)
        watch(int(BETWEEN_RUNS.total_seconds() // 3600))

    world.every(BETWEEN_RUNS, tick)
    world.run(ending(engine, opening))
    return Story(book, shoppers, diary, engine.report(), engine.course())


def ending(engine: Engine, opening: Opening) -> datetime:
    """When the window of the last order is over: then its rate counts."""
    waits = (
        one.campaign.trigger.after + one.campaign.goal.paid_within
        for one in engine.programme().loaded
        if one.campaign.status is Status.ACTIVE
    )
    epilogue = min(max(waits, default=timedelta(0)), _LONGEST_EPILOGUE)
    return opening.start + timedelta(days=opening.days) + epilogue + 2 * BETWEEN_RUNS


def _tell(engine: Engine, book: Book, file: Path) -> int:
    """Import what changed since the last run; how many rows were refused."""
    if not book.hand_over(file):
        return 0
    return engine.import_orders([file], SOURCE).rejected
