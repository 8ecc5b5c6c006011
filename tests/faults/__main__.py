"""`make chaos`: every story in its long form; prints the tables of docs/reliability.md.

Some minutes. Ends with 1 when a message went out twice, was lost, or went to whom it must not, and
with 69 when a server that it needs is not installed.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from time import monotonic

from recovery.errors import Exit
from recovery.migrations import upgrade
from tests.faults.chaos import SETTINGS, Story
from tests.faults.verdict import Verdict
from tests.support import servers
from tests.support.control import running_providers
from tests.support.field import Field, Redises
from tests.support.house import House
from tests.support.strikes import ON_POSTGRESQL, ON_SQLITE

ROOT = Path(__file__).parents[2]
NEAR, FAR = 0.5, 1e9  # seconds: every nap is longer, no nap is longer
WRONGS = ("twice", "lost", "unlike", "after_payment", "after_stop", "forgotten")
COLUMNS = ("touches", "messages", "news", *WRONGS, "held")


@dataclass(frozen=True)
class Case:
    """One row: a story, and where it takes place. `must_hold`: no message goes out twice."""

    title: str
    on_postgres: bool
    tell: Callable[[Field, int], Verdict]
    must_hold: bool = True


CASES = (
    Case(
        "two workers, PostgreSQL, Redis",
        True,
        lambda field, orders: Story(field, orders, ON_POSTGRESQL, workers=2).live(strokes=10),
    ),
    Case(
        "one process, SQLite",
        False,
        lambda field, orders: Story(field, orders, ON_SQLITE).live(strokes=10),
    ),
    Case(
        "once at each named point, PostgreSQL",
        True,
        lambda field, orders: Story(field, orders // 10).die_everywhere(),
    ),
    Case(
        "once at each named point, SQLite",
        False,
        lambda field, orders: Story(field, orders // 10).die_everywhere(),
    ),
    Case(
        "a worker sleeps beyond its lease",
        True,
        lambda field, orders: Story(field, orders).oversleep(NEAR),
    ),
    Case(
        "the same without the fence",
        True,
        lambda field, orders: Story(field, orders).oversleep(FAR),
        must_hold=False,
    ),
)


@contextmanager
def a_field(case: Case, seed: int) -> Iterator[Field]:
    """Everything a story needs, and nothing left of it afterwards."""
    with ExitStack() as stack:
        project = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "shop"
        copytree(ROOT / "templates", project / "templates")
        (project / "campaigns").mkdir()
        url = f"sqlite:///{project / 'recovery.db'}"
        if case.on_postgres:
            url = stack.enter_context(servers.postgresql())
        redis = stack.enter_context(closing(Redises())) if case.on_postgres else None
        remote = stack.enter_context(running_providers())
        house = House(project, url)
        stack.callback(lambda: house.engine.close())
        upgrade(house.engine.database)
        yield stack.enter_context(closing(Field(house, remote, seed, redis, **SETTINGS)))


def row(*cells: object) -> None:
    """One line of a table in Markdown."""
    print("|", " | ".join(str(cell).replace("_", " ") for cell in cells), "|", flush=True)


def told(case: Case, seed: int, orders: int, survived: Counter[str]) -> bool:
    """Tell one story and print its row; whether it ended as it should."""
    begun = monotonic()
    with a_field(case, seed) as field:
        verdict = case.tell(field, orders)
        met = Counter(field.remote.state["met"])
    numbers = [getattr(verdict, column) for column in COLUMNS]
    faults = field.events.total() + met.total()
    row(f"{case.title}, seed {seed}", faults, *numbers, f"{monotonic() - begun:.0f}")
    print(dict(field.ends), dict(field.outside.counts), verdict, file=sys.stderr, flush=True)
    if case.must_hold:
        died = {f"died at {point}": count for point, count in field.points.items()}
        answers = {f"provider: {name}": count for name, count in met.items()}
        survived.update(field.events)
        survived.update(died | answers)
        survived["webhook not answered, told again"] += field.outside.counts["not heard"]
    return verdict.is_square() or not case.must_hold


def main() -> int:
    """Tell every story once for each seed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    if lacking := servers.lacking():
        print(f"no {' and no '.join(lacking)} here: pip install -e '.[dev]'", file=sys.stderr)
        return Exit.UNAVAILABLE
    survived: Counter[str] = Counter()
    titles = ("story", "faults", *COLUMNS, "seconds")
    row(*titles)
    row(*["---"] * len(titles))
    ends = [told(case, s, options.orders, survived) for case in CASES for s in options.seeds]
    print()
    row("fault", "survived")
    row("---", "---")
    for name, count in sorted(survived.items()):
        row(name, count)
    return 0 if all(ends) else 1


if __name__ == "__main__":
    sys.exit(main())
