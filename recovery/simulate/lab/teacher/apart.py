"""Work on a stranger's files in a process of its own: what hangs, swells or crashes there is ended,
and nobody else notices.
"""

import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from recovery.i18n import say
from recovery.simulate.lab.teacher.trees import Faulty

MEMORY = 4_000_000_000  # bytes one work may take
Task = Callable[[Any], Any]


def apart(task: Task, given: Any, seconds: float) -> Any:
    """What `task` (a function of a module) returns for `given`; both ways it must be picklable.

    Raises Faulty when it takes longer than `seconds`, when its process dies, or when it raises.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, task, given), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise Faulty(say("it took longer than {seconds} seconds", seconds=round(seconds)))
        done, answer = ours.recv()
    except EOFError:
        raise Faulty(say("the engine broke down over it")) from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if not done:
        raise Faulty(say("the engine stumbled over it: {why}", why=answer))
    return answer


def _work(answer: Connection, task: Task, given: Any) -> None:
    _narrow()
    try:
        answer.send((True, task(given)))
    except Exception as error:
        answer.send((False, f"{type(error).__name__}: {str(error)[:200]}"))


def _narrow() -> None:
    """Keep a process from taking the whole machine's memory, where the system can do that."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
