"""Two dispatchers at once: a customer's weekly cap holds although neither sees the other."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from recovery.engine import Delivery
from recovery.message import Channel
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post

CUSTOMERS = 30
GOAL = "{paid_within: 14d}"
CAPPED = "{per_customer: 1 per week, min_gap: 0m, max_late: 14d}"


def test_two_dispatchers_at_once_keep_every_customers_cap(house: House):
    """Each customer has two due touches in two campaigns, and room for one message."""
    house.has(
        a_campaign("unpaid", limits=CAPPED, goal=GOAL),
        a_campaign("declined", trigger="{on: payment_failed}", limits=CAPPED, goal=GOAL),
    )
    for number in range(CUSTOMERS):
        house.an_unpaid_order(customer_id=f"C{number}")
        house.a_declined_order(customer_id=f"C{number}")
    house.run(lambda engine, now: Delivery())  # enrol; nobody sends yet
    houses = [house, House(house.project, house.environ["RECOVERY_DATABASE_URL"], house.now)]
    email, start = Scripted(Channel.EMAIL), Barrier(2)
    for one in houses:
        one.engine.settings = one.engine.settings.model_copy(update={"batch": 1, "concurrency": 1})
        one.engine.senders = post(email)

    def work(one: House) -> None:
        start.wait()
        one.engine.dispatch(one.now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, houses))
    houses[1].engine.close()
    assert len(email.got) == CUSTOMERS
    assert len({message.to for message in email.got}) == CUSTOMERS
    states = sorted(touch["state"] for touch in house.touches())
    assert states == ["planned"] * CUSTOMERS + ["sent"] * CUSTOMERS
    assert {t["reason"] for t in house.touches() if t["state"] == "planned"} == {"customer_cap"}
