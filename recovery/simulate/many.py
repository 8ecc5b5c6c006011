"""Many simulations, in this process or in several; results come in the order asked for, so that
the number of processes never shows in them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from recovery import telemetry
from recovery.settings import Settings
from recovery.simulate.diary import Diary
from recovery.simulate.gist import Gist
from recovery.simulate.play import Ask, Played, Watch, simulate

__all__ = ["Task", "Theatre", "theatre"]


@dataclass(frozen=True, slots=True)
class Task:
    """One simulation to be played; it travels to another process."""

    settings: Settings
    files: tuple[Path, ...]
    ask: Ask
    diary: Diary | None = None
    until: timedelta | None = None  # after the beginning of the story

    def play(self, watch: Watch = lambda hours: None) -> Played:
        """Play it."""
        return simulate(self.settings, self.files, self.ask, watch, self.diary, self.until)


def play(task: Task, watch: Watch = lambda hours: None) -> Gist:
    """Play one task, and keep what is worth keeping."""
    return Gist.of(task.play(watch))


Theatre = Callable[[Sequence[Task]], list[Gist]]


@contextmanager
def theatre(jobs: int, watch: Callable[[int], None]) -> Iterator[Theatre]:
    """Somewhere to play tasks, `jobs` at a time; `watch` hears of each that is over.

    The processes are started once, and end with the block. Raises what a task raises.
    """
    if jobs == 1:
        yield lambda tasks: list(_counted(map(play, tasks), watch))
        return
    # spawn: a forked process would share open databases and locks with this one.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin) as pool:
        try:
            yield lambda tasks: list(_counted(pool.map(play, tasks), watch))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _counted(gists: Iterator[Gist], watch: Callable[[int], None]) -> Iterator[Gist]:
    for gist in gists:
        watch(1)
        yield gist


def _begin() -> None:
    """Runs tell only what goes wrong, as in the process that waits for them, and end with it."""
    telemetry.configure()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed says nothing to its pool, which would wait for tasks for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
