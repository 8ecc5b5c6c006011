"""What is decided and waits for a free sender: only a few messages at a time are `sending`.

Whoever dies leaves those few of unknown fate. What waits is `claimed`, so it comes back by itself,
and a payment, a stop or a brake still takes it out.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from recovery.clock import Stopwatch
from recovery.dispatch.claim import LEASE
from recovery.dispatch.prepare import Outgoing
from recovery.message import Channel

STALE = LEASE.total_seconds() / 2  # what waited longer is decided anew, while it is still ours
PULSE = 0.04  # seconds of work that may be in the senders' hands; a process writes that often


@dataclass(slots=True)
class Choice:
    """What becomes of the messages that wait."""

    go: list[Outgoing] = field(default_factory=list)
    stay: list[Outgoing] = field(default_factory=list)
    back: list[Outgoing] = field(default_factory=list)  # to be decided anew, when it is due again


def choose(
    waiting: Iterable[Outgoing],
    room: Mapping[Channel, int],
    spoiled: Callable[[Outgoing], bool],
) -> Choice:
    """Let as many go as their channel has room for, the longest due first; `spoiled` says which
    must not go any more."""
    chosen, left = Choice(), dict(room)
    for one in waiting:
        if spoiled(one):
            chosen.back.append(one)
        elif left[one.channel] > 0:
            left[one.channel] -= 1
            chosen.go.append(one)
        else:
            chosen.stay.append(one)
    return chosen


@dataclass(slots=True)
class Reach:
    """How many messages each channel may have in hand: two for each thread, so that none idles, or
    a `PULSE` of work where the senders are quicker than we write."""

    least: int
    most: int
    _now: dict[Channel, int] = field(default_factory=dict)
    _since: dict[Channel, Stopwatch] = field(default_factory=dict)

    def of(self, channel: Channel) -> int:
        """Messages of `channel` that may be `sending` at once."""
        return self._now.get(channel, self.least)

    def learn(self, finished: Mapping[Channel, int], idle: Collection[Channel]) -> None:
        """So many were finished since the last time; where the senders are `idle`, they would have
        done more than that."""
        for channel, count in finished.items():
            since = self._since.get(channel)
            if since is not None:
                pulse = int(count / max(since.seconds(), 0.001) * PULSE)
                least = self.of(channel) if channel in idle else self.least
                self._now[channel] = max(least, min(self.most, pulse))
            self._since[channel] = Stopwatch()
