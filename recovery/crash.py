"""Crash points, for the proof: a process kills itself where RECOVERY_CRASH_AT says so.

`RECOVERY_CRASH_AT=C2` dies when C2 is first passed, `C2:3` when it is passed the third time.
docs/reliability.md lists the points and what must be true after each.
"""

import os
import signal
from itertools import count

VARIABLE = "RECOVERY_CRASH_AT"

_name, _, _nth = os.environ.get(VARIABLE, "").partition(":")
_passes = count(1)


def crash_point(name: str) -> None:
    """Die here as by `kill -9`, when this point was asked for; otherwise nothing."""
    if name == _name and next(_passes) == int(_nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
