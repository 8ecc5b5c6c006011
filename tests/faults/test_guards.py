"""Which line guards what: each guard is taken out of the engine, and a story goes wrong.

A guard whose removal changes nothing would protect nothing. docs/reliability.md has the table.
"""

import inspect
import textwrap
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import update

from recovery.db import table, writing
from recovery.dispatch import claim, history, reconcile, record, taking
from recovery.engine import Delivery
from recovery.errors import ConnectorError, SendFailure
from recovery.facts import EventKind, MessageEvent
from recovery.intake.messages import apply_events
from recovery.message import Channel
from recovery.models import Touch
from tests.support.campaigns import a_campaign
from tests.support.faults import Fault
from tests.support.house import House
from tests.support.providers import Providers
from tests.support.records import (
    HOUR,
    Seen,
    lost_twice,
    most_messages,
    records_of_yesterday,
    records_that_are_late,
    records_that_show_nothing,
)
from tests.support.senders import Meanwhile, Message
from tests.support.shop import BEYOND_LEASE, SETTLED, Shop
from tests.support.taken import Taken

NO_TIME = dict.fromkeys(Channel, timedelta(0))


@pytest.fixture
def shop(small_house: House, providers: Providers) -> Shop:
    small_house.has(a_campaign())
    return Shop(small_house, providers, RECOVERY_CONCURRENCY="1")


def meanwhile(house: House, event: Callable[[Message], object]) -> None:
    """Before the next e-mail leaves, `event` happens."""
    senders = house.engine.senders
    sender = Meanwhile(senders[Channel.EMAIL], event)
    house.engine.senders = {**senders, Channel.EMAIL: sender}


# -- stories: each ends with a number that must be 1 --


def two_runs(shop: Shop) -> int:
    """With a ceiling, or a claim that takes whatever it finds would never end; in a market where
    an order may get two messages, or the market's rule would help."""
    engine = shop.house.engine
    engine.settings = engine.settings.model_copy(update={"max_per_run": 1})
    shop.house.an_unpaid_order(country="GB")
    shop.house.run()
    shop.house.run()
    return most_messages(shop)


def news_during_a_look_up(shop: Shop) -> int:
    """The provider's event comes while its records are asked, and those are behind."""
    house = shop.house
    house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_AFTER)
    house.run()
    (lost,) = shop.providers.taken

    def when(taken: Taken) -> bool:
        if taken is not lost:
            return True
        news = MessageEvent(
            source="sendgrid",
            key="e1",
            kind=EventKind.DELIVERED,
            at=house.now,
            touch_id=int(lost.touch),
            provider_id=lost.provider_id,
            address=lost.to,
            code=None,
            detail=None,
        )
        with writing(house.engine.database) as connection:
            apply_events(connection, [news], house.now)
        return False

    shop.wait(BEYOND_LEASE)
    house.an_unpaid_order()
    house.run()
    shop.providers.sight = Seen(when)
    shop.wait(SETTLED)
    house.run()
    return most_messages(shop)


def a_late_answer(shop: Shop) -> int:
    """A worker that lost its claim says that its call was refused, while another one is calling,
    and the provider takes that call without a word."""
    house = shop.house
    house.an_unpaid_order()
    shop.providers.fail(Fault.ERROR_BEFORE)
    house.run()
    shop.wait(BEYOND_LEASE)
    house.an_unpaid_order()
    house.run()
    shop.wait(SETTLED)

    def late_first(_: Message) -> None:
        refused = ConnectorError("woke up late", failure=SendFailure.TEMPORARY)
        late = [record.Result(1, 1, 0, Channel.EMAIL, refused)]
        with writing(house.engine.database) as connection:
            journal = record.Journal(house.now)
            record.results(connection, late, "somebody else", house.now, journal)

    meanwhile(house, late_first)
    shop.providers.fail(Fault.ERROR_AFTER)
    house.run()
    for _ in range(2):
        shop.wait(HOUR)
        house.an_unpaid_order()
        house.run()
    return most_messages(shop)


def a_receipt_that_comes_late(shop: Shop) -> int:
    """A provider takes its time to answer; meanwhile its records showed nothing, the touch is
    planned once more, and then the receipt comes."""
    house = shop.house
    house.an_unpaid_order()

    def given_up(_: Message) -> None:
        with writing(house.engine.database) as connection:
            lost = {"state": "planned", "claim": None, "tried_at": None, "resent": True}
            connection.execute(update(table(Touch)).values(lost))

    meanwhile(house, given_up)
    house.run()
    shop.wait(HOUR)
    house.run()
    return most_messages(shop)


def two_of_one_customer(shop: Shop) -> int:
    """Two workers at once, two campaigns, and a customer with room for one message: it waits in
    the hands of the first worker when the second one decides about the other."""
    house = shop.house
    capped = "{per_customer: 1 per week, min_gap: 0m}"
    declined = "{on: payment_failed}"
    house.has(a_campaign(limits=capped), a_campaign("declined", trigger=declined, limits=capped))
    house.orders(3)
    house.an_unpaid_order(customer_id="C", email="c@example.com")
    house.run(lambda engine, now: Delivery())
    others = House(house.project, house.environ["RECOVERY_DATABASE_URL"], house.now)
    others.engine.settings = house.engine.settings

    def others_work(_: Message) -> None:
        others.a_declined_order(order_id="B-1", customer_id="C", email="c@example.com")
        others.run()

    meanwhile(house, others_work)
    house.engine.dispatch(house.now)
    others.engine.close()
    return Counter(taken.to for taken in shop.providers.taken)["c@example.com"]


def taken_over_while_it_waited(shop: Shop) -> int:
    """A worker is so slow that its lease is over before the last messages have their turn, and
    another one sends them."""
    house = shop.house
    house.orders(4)
    house.run(lambda engine, now: Delivery())
    others = House(house.project, house.environ["RECOVERY_DATABASE_URL"], house.now + HOUR)
    others.engine.settings = house.engine.settings
    meanwhile(house, lambda _: others.run())
    house.engine.dispatch(house.now)
    others.engine.close()
    return most_messages(shop)


# -- guards --

Home = ModuleType | type
GUARDS: dict[str, tuple[tuple[Home, ...], str, str, str, Callable[[Shop], int]]] = {
    "claim condition": (
        (claim, taking),
        "pick",
        "touches.c.state == TouchState.PLANNED,",
        "",
        two_runs,
    ),
    "settling time": (
        (reconcile,),
        "_unknown",
        "touches.c.tried_at <= now - SETTLE[channel],",
        "",
        records_that_are_late,
    ),
    "proof of life": (
        (reconcile.Reconciler,),
        "_judge",
        "alive = control is not None and control.id in answer.found",
        "alive = True",
        records_that_show_nothing,
    ),
    "control": (
        (reconcile,),
        "_control",
        "touches.c.tried_at > latest,",
        "",
        records_of_yesterday,
    ),
    "once more": (
        (reconcile.Reconciler,),
        "_nothing_there",
        " and not row.resent",
        "",
        lost_twice,
    ),
    "state guard": (
        (reconcile,),
        "_move",
        ", touches.c.state == TouchState.UNKNOWN)",
        ")",
        news_during_a_look_up,
    ),
    "ownership": (
        (record,),
        "_mine",
        ", touches.c.claim == token",
        ",",
        a_late_answer,
    ),
    "evidence": (
        (record,),
        "_proven",
        'update_each(connection, touches, given_up, (*names, "claim", "tried_at"), late)',
        "pass",
        a_receipt_that_comes_late,
    ),
    "room for one": (
        (history,),
        "sent",
        "or_(left, touches.c.state == TouchState.CLAIMED),",
        "left,",
        two_of_one_customer,
    ),
    "turn": (
        (record,),
        "sending",
        "claimed = touches.c.state == TouchState.CLAIMED, touches.c.claim == token",
        "claimed = ()",
        taken_over_while_it_waited,
    ),
}


@pytest.mark.parametrize("story", [guard[4] for guard in GUARDS.values()])
def test_with_every_guard_a_story_ends_well(shop: Shop, story: Callable[[Shop], int]) -> None:
    assert story(shop) == 1


@pytest.mark.parametrize("name", GUARDS)
def test_without_its_guard_a_story_goes_wrong(
    shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes, function, line, instead, story = GUARDS[name]
    changed = mutant(homes[0], function, line, instead)
    for home in homes:
        monkeypatch.setattr(home, function, changed)
    assert story(shop) > 1


def mutant(home: Home, name: str, line: str, instead: str) -> Any:
    """The function with `line` taken out, or written otherwise."""
    function = getattr(home, name)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(line) == 1, f"{name} has no such line any more: {line}"
    scope: dict[str, Any] = {}
    exec(source.replace(line, instead), function.__globals__, scope)  # noqa: S102
    return scope[name]
