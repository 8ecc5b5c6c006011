"""A server's last breath is its parent's: `die_with_parent.py PARENT UID SIGNAL COMMAND…`.

Drops root first when UID is not ours (PostgreSQL refuses root, and the kernel forgets its promise
when the user changes), asks for SIGNAL when the parent dies, then becomes COMMAND. A script of its
own, because running Python between fork and exec is not safe in a process with threads.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(parent: int, uid: int, last_signal: int, command: list[str]) -> None:
    """Become `command`, or watch over it."""
    if uid != os.getuid():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    if sys.platform != "linux":
        sys.exit(_stand_watch(parent, last_signal, command))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, last_signal)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)
    os.execv(command[0], command)


def _stand_watch(parent: int, last_signal: int, command: list[str]) -> int:
    """Where the kernel makes no such promise (macOS): look after the parent now and then."""
    with subprocess.Popen(command) as server:
        signal.signal(last_signal, lambda *_: server.send_signal(last_signal))
        while server.poll() is None and os.getppid() == parent:
            time.sleep(0.2)
        server.send_signal(last_signal)
    return server.returncode


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
