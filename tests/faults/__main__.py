"""`make chaos`: every story in its long form; prints the table of docs/reliability.md.

Some minutes. Ends with 1 when a message went out twice, was lost, or went to whom it must not.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from time import monotonic

from recovery.migrations import upgrade
from tests.faults.chaos import REDIS_FAULTS, SETTINGS, SQLITE_FAULTS, Story, Verdict
from tests.support import servers
from tests.support.control import running_providers
from tests.support.field import Field, Redises
from tests.support.house import House

ROOT = Path(__file__).parents[2]
NEAR, FAR = 0.5, 1e9  # seconds: every nap is longer, no nap is longer
COLUMNS = ("touches", "messages", "twice", "lost", "unlike", "after_payment", "after_stop", "held")
TITLES = ("story", "faults", *COLUMNS, "seconds")


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
        lambda field, orders: Story(field, orders, REDIS_FAULTS, workers=2).live(strokes=10),
    ),
    Case(
        "one process, SQLite",
        False,
        lambda field, orders: Story(field, orders, SQLITE_FAULTS, workers=0).live(strokes=10),
    ),
    Case(
        "a worker sleeps beyond its lease",
        True,
        lambda field, orders: Story(field, orders, (), workers=0).oversleep(NEAR),
    ),
    Case(
        "the same without the fence",
        True,
        lambda field, orders: Story(field, orders, (), workers=0).oversleep(FAR),
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
        stack.callback(house.engine.close)
        upgrade(house.engine.database)
        field = Field(house, remote, seed, redis, **SETTINGS)
        stack.callback(field.clear)
        yield field


def main() -> int:
    """Tell every story once for each seed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print("|", " | ".join(TITLES).replace("_", " "), "|")
    print("|", " | ".join("---" for _ in TITLES), "|", flush=True)
    good = True
    for case in CASES:
        for seed in options.seeds:
            begun = monotonic()
            with a_field(case, seed) as field:
                verdict = case.tell(field, options.orders)
            told = [str(getattr(verdict, column)) for column in COLUMNS]
            seconds = f"{monotonic() - begun:.0f}"
            print("|", f"{case.title}, seed {seed}", "|", field.events.total(), "|", end=" ")
            print(" | ".join([*told, seconds]), "|", flush=True)
            print(dict(field.events), dict(field.ends), verdict.states, file=sys.stderr, flush=True)
            good &= verdict.is_square() or not case.must_hold
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
