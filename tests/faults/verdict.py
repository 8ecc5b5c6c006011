"""What the ledger, the database and the witness say when everything is over."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recovery.models import TouchState
from tests.support.field import Field
from tests.support.witness import ORDER

SENT = {TouchState.SENT, TouchState.DELIVERED, TouchState.BOUNCED}
OPEN = {TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING}
HELD = "not_found_held"


@dataclass
class Verdict:
    """Numbers of touches, but for `messages`, `news` and `forgotten`."""

    touches: int
    messages: int
    news: int  # requests to us that were answered 2xx
    twice: int  # more than one message
    lost: int  # neither sent nor ended with a reason
    unlike: int  # sent in one book and not in the other
    after_payment: int  # claimed after the payment was answered 2xx
    after_stop: int  # claimed after STOP, bounce, complaint … was answered 2xx
    forgotten: int  # news that was answered 2xx and is not in the tables
    held: int  # never sent, of unknown fate, shown to the operator
    complaints: list[str]
    states: Counter[str] = field(default_factory=Counter)

    def is_square(self) -> bool:
        """Nothing twice, nothing lost, nothing to whom it must not go."""
        wrong = (self.twice, self.lost, self.unlike, self.after_payment, self.after_stop)
        return not any(wrong) and not self.forgotten and not self.complaints


def pending(touch: dict[str, Any], now: datetime) -> bool:
    """Whether more can be learned, or done, about a touch that was due."""
    if touch["state"] == TouchState.UNKNOWN:
        return bool(touch["reason"] != HELD)
    return touch["state"] in OPEN and touch["due_at"] <= now


def judge(of: Field) -> Verdict:
    """Lay the ledger beside the database, and both beside what was promised."""
    touches, now, taken = of.house.touches(), of.house.now, of.remote.taken
    per_touch = Counter(int(one.touch) for one in taken)
    disturbed, forgotten = of.witness.disturbed(taken), of.witness.forgotten()
    silent = [t for t in touches if t["state"] not in SENT | OPEN and not t["reason"]]
    told = [touch for touch in touches if pending(touch, now)]
    paid = disturbed.pop(ORDER, set())
    refused = of.outside.counts["refused"]
    return Verdict(
        touches=len(touches),
        messages=per_touch.total(),
        news=of.outside.counts["heard"],
        twice=sum(count > 1 for count in per_touch.values()),
        lost=len(told) + len(silent),
        unlike=len({t["id"] for t in touches if _went_out(t)} ^ per_touch.keys()),
        after_payment=len(paid),
        after_stop=len(set().union(*disturbed.values())),
        forgotten=len(forgotten),
        held=sum(touch["state"] == TouchState.UNKNOWN for touch in touches),
        complaints=[*of.remote.state["complaints"], *forgotten]
        + [f"{refused} letters refused"] * bool(refused),
        states=Counter(" ".join(filter(None, (t["state"], t["reason"]))) for t in touches),
    )


def _went_out(touch: dict[str, Any]) -> bool:
    """Whether the database says so: an SMS may fail after Twilio took it."""
    taken_first = touch["state"] == TouchState.FAILED and touch["provider_id"]
    return touch["state"] in SENT or bool(taken_first)
