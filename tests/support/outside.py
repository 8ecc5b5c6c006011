"""The world around a shop: it tells us things until we say that we have heard them.

Every party has a thread of its own, as providers call when they like.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Queue
from random import Random
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.support import webhooks
from tests.support.served import ORDERS_SECRET, signed
from tests.support.taken import Taken
from tests.support.webhooks import Hook, post

PUBLIC_URL = "http://localhost:8000"
PAUSE = 0.05  # seconds, after nobody answered
SECONDS = 20  # to wait for an answer
# Last words about a message, and those that close an address.
LAST_WORDS = {"delivered", "bounce"}
LAST_STATUSES = {"delivered", "undelivered", "failed"}
INVALID_NUMBER = "30006"
Subject = tuple[str, str]  # an address on a channel, or ("order", its number)


@dataclass(frozen=True)
class Letter:
    """One request to us, and what must hold once we have said 2xx."""

    hook: Hook
    silences: frozenset[Subject] = frozenset()  # gets nothing more
    settles: frozenset[int] = frozenset()  # touches whose fate is told
    once: bool = False  # told once, heard or not

    def again(self) -> "Letter":
        """Told once more."""
        return replace(self, hook=self.hook.again())


class Carrier(Thread):
    """One party: one letter after the other, until each is heard."""

    def __init__(self, url: str, heard: Callable[[Letter], None], counts: Counter[str]) -> None:
        super().__init__(daemon=True)
        self._url, self._heard, self._counts = url, heard, counts
        self._letters: Queue[Letter | None] = Queue()
        self.start()

    def bring(self, letter: Letter | None) -> None:
        """Take a letter along; None: go home."""
        self._letters.put(letter)

    def idle(self) -> bool:
        """Whether everything is heard, or given up."""
        return self._letters.unfinished_tasks == 0

    def run(self) -> None:
        """Until told to go home."""
        while (letter := self._letters.get()) is not None:
            again = self._try(letter)
            if again is not None:
                self._letters.put(again)
                time.sleep(PAUSE)
            self._letters.task_done()

    def _try(self, letter: Letter) -> Letter | None:
        """What has to be told again."""
        status = post(self._url, letter.hook, SECONDS)
        if 200 <= status < 300:
            self._heard(letter)
            self._counts["heard"] += 1
            return None
        if status < 0:  # everybody calls again who can't even connect
            return letter
        # Refused for what it is: a repetition would be refused, too.
        refused = 400 <= status < 500
        self._counts["refused" if refused else "not heard"] += 1
        return None if letter.once or refused else letter.again()


class Outside:
    """Providers and shop together. `heard` is called in their threads, once a letter."""

    def __init__(self, url: str, heard: Callable[[Letter], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._carriers = {
            name: Carrier(url, heard, self.counts) for name in ("/hooks/sendgrid", "/hooks", "/v1")
        }

    def tell(self, letters: Iterable[Letter]) -> None:
        """Each party takes along what is its own."""
        for letter in letters:
            whose = next(name for name in self._carriers if letter.hook.path.startswith(name))
            self._carriers[whose].bring(letter)

    def idle(self) -> bool:
        """Whether everything is heard."""
        return all(one.idle() for one in self._carriers.values())

    def close(self) -> None:
        """End the threads."""
        for one in self._carriers.values():
            one.bring(None)
            one.join(2 * SECONDS)


def news(taken: list[Taken], dice: Random) -> list[Letter]:
    """What providers tell of these messages: in any order, some of it more than once."""
    return [_of_provider(hook) for hook in webhooks.disordered(taken, dice.randrange(1 << 30))]


def _of_provider(hook: Hook) -> Letter:
    if not hook.events:
        return _of_twilio(hook)
    closing = {e["email"] for e in hook.events if _closes(e)}
    last = {int(e["rc_touch"]) for e in hook.events if e["event"] in LAST_WORDS}
    return Letter(hook, frozenset(("email", to) for to in closing), frozenset(last))


def _closes(event: Mapping[str, Any]) -> bool:
    hard = event["event"] == "bounce" and event["type"] == "bounce"
    return hard or event["event"] in {"spamreport", "unsubscribe"}


def _of_twilio(hook: Hook) -> Letter:
    """Twilio tells a callback once: what is not answered is lost."""
    form = dict(parse_qsl(hook.body.decode()))
    closing = [("sms", form["To"])] if form.get("ErrorCode") == INVALID_NUMBER else []
    touch = int(parse_qs(urlsplit(hook.path).query)["touch"][0])
    last = [touch] if form["MessageStatus"] in LAST_STATUSES else []
    return Letter(hook, frozenset(closing), frozenset(last), once=True)


def says_stop(phone: str, number: int) -> Letter:
    """Somebody answers STOP, and again while nothing comes of it."""
    hook = webhooks.inbound(PUBLIC_URL, phone, "STOP", number)
    return Letter(hook, frozenset([("sms", phone)]))


def orders(rows: list[dict[str, Any]], now: datetime) -> Letter:
    """The shop's rows, signed; who has paid gets nothing more."""
    body, stamp = json.dumps(rows).encode(), str(int(now.timestamp()))
    headers = {"X-Recovery-Signature": signed(ORDERS_SECRET, stamp, body)}
    paid = [("order", row["order_id"]) for row in rows if row["status"] == "paid"]
    return Letter(Hook("/v1/orders", headers, body), frozenset(paid))
