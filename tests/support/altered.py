"""The command line, altered as its environment says: what takes minutes in life takes a second.

FENCE_SECONDS: how long a worker may have slept before it gives a message back. READ_SECONDS: how
long it waits for a provider's answer. FILE_BYTES: how long any file may become, as on a disk that
is full. Nobody waits minutes for a proof.
"""

import os
import resource

from recovery.connectors import wire
from recovery.dispatch import senders

if fence := os.environ.get("FENCE_SECONDS"):
    senders.FENCE_SECONDS = float(fence)
if patience := os.environ.get("READ_SECONDS"):
    wire.READ_SECONDS = float(patience)  # before the connectors that read it are imported
if room := os.environ.get("FILE_BYTES"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))

if __name__ == "__main__":
    from recovery.cli.main import main

    main(prog_name="recovery")
