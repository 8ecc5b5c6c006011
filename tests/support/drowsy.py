"""Workers whose fence is as near as FENCE_SECONDS says, so that a nap may last too long.

A worker that sleeps for minutes is the case; nobody waits minutes for a proof.
"""

import os

from recovery.dispatch import senders

senders.FENCE_SECONDS = float(os.environ["FENCE_SECONDS"])

from workers.main import broker as broker  # noqa: E402 - the fence is set before anything is sent
