"""Experiments on a step's words: whom they count, and what may be said about them."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from recovery.db import reading, table, writing
from recovery.measure.explain import explain
from recovery.measure.judging import Verdict
from recovery.measure.steps import StepTest, step_tests
from recovery.models import CampaignVersion, Customer, Enrolment, Order, Touch
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.ledger import T0, Ledger

HALF = "{calm: 50%, urgent: 50%}"
WINDOW = 168


def source(shares: str, more: str = "") -> str:
    step = f"{{step: mail, after: 1h, email: unpaid-reminder, variants: {shares}}}"
    return a_campaign("spring", sequences={"plain": [step]}) + more


def version(ledger: Ledger, shares: str = HALF, more: str = "", at: float = 0) -> int:
    return ledger._add(
        CampaignVersion,
        campaign="spring",
        digest=shares + more,
        source=source(shares, more),
        file="spring.yaml",
        first_used_at=ledger.at(at),
    )


@dataclass
class Story:
    """One draw: hours after T0, all of them."""

    variant: str | None = "calm"
    enrolled: float = 0
    drawn: float = 1
    paid: float | None = None
    elsewhere: float | None = None  # another order of the customer
    customer: int | None = None
    state: str = "sent"

    def write(self, ledger: Ledger, version: int) -> int:
        order = ledger.order(paid=self.paid, customer_id=self.customer or ledger.customer())
        own = {"campaign": "spring", "version_id": version, "state": "exhausted"}
        enrolment = ledger.enrolment(order, at=self.enrolled, window=WINDOW, **own)
        about = {"step": "mail", "state": self.state, "variant": self.variant}
        at = ledger.at(self.drawn) if self.variant else None
        ledger.touch(enrolment, at=self.drawn, drawn_at=at, **about)
        row = ledger.connection.execute(
            table(Enrolment).select().where(table(Enrolment).c.id == enrolment)
        ).one()
        if self.elsewhere is not None:
            ledger.order(paid=self.elsewhere, customer_id=row.customer_id)
        return int(row.customer_id)


def measured(database: Engine, hours: float = 600) -> list[StepTest]:
    with reading(database) as connection:
        return list(step_tests(connection, Ledger.at(hours)))


def told(database: Engine, *stories: Story, hours: float = 600) -> dict[str, tuple[int, int, int]]:
    """Drawn, mature and converted, by variant."""
    with writing(database) as connection:
        ledger = Ledger(connection)
        under = version(ledger)
        for story in stories:
            story.write(ledger, under)
    found = [one for test in measured(database, hours) for one in test.variants]
    return {one.name: (one.drawn, one.mature.total, one.mature.count) for one in found}


BOUNDS = {
    "never paid": (Story(), (1, 1, 0)),
    "paid at the draw: it was no longer unpaid": (Story(paid=1), None),
    "paid before the draw, told later": (Story(paid=0.5), None),
    "just after": (Story(paid=1.001), (1, 1, 1)),
    "at the window's last instant": (Story(paid=WINDOW), (1, 1, 1)),
    "after it": (Story(paid=WINDOW + 0.001), (1, 1, 0)),
    "another order instead": (Story(elsewhere=2), (1, 1, 1)),
    "another order before the draw": (Story(elsewhere=0.5), (1, 1, 0)),
    "another order after the window": (Story(elsewhere=WINDOW + 1), (1, 1, 0)),
    "skipped, and paid all the same": (Story(paid=2, state="skipped"), (1, 1, 1)),
    "failed": (Story(state="failed"), (1, 1, 0)),
    "waiting": (Story(state="planned"), (1, 1, 0)),
    "never drawn": (Story(variant=None, paid=2), None),
}


@pytest.mark.parametrize("case", BOUNDS)
def test_who_counts_and_who_converted(database: Engine, case: str) -> None:
    story, counted = BOUNDS[case]
    found = told(database, story)
    assert found == ({} if counted is None else {"calm": counted, "urgent": (0, 0, 0)})


def test_only_windows_that_are_over_count(database: Engine) -> None:
    stories = (Story(paid=2), Story(enrolled=100, drawn=101, paid=102))
    assert told(database, *stories, hours=WINDOW) == {"calm": (2, 1, 1), "urgent": (0, 0, 0)}


def test_nothing_after_now_is_seen(database: Engine) -> None:
    assert told(database, Story(drawn=5), hours=4.9) == {}


def test_a_customer_counts_once_in_the_first_draw(database: Engine) -> None:
    with writing(database) as connection:
        ledger = Ledger(connection)
        under, customer = version(ledger), ledger.customer()
        Story("urgent", enrolled=200, drawn=201, paid=210, customer=customer).write(ledger, under)
        Story("calm", enrolled=0, drawn=1, customer=customer).write(ledger, under)
    (test,) = measured(database)
    assert [(one.name, one.drawn, one.mature.count) for one in test.variants] == [
        ("calm", 1, 0),
        ("urgent", 0, 0),
    ]


def test_random_histories_against_an_oracle(database: Engine) -> None:
    """Every customer with up to three enrolments; times on a grid, so that they often coincide."""
    random = Random(5)  # noqa: S311 - histories, no secrets
    for hours in (100, 400, 1200):
        _emptied(database)
        histories = [[_a_story(random) for _ in range(random.randint(1, 3))] for _ in range(60)]
        with writing(database) as connection:
            ledger = Ledger(connection)
            under = version(ledger)
            for history in histories:
                customer = ledger.customer()
                for story in history:
                    story.customer = customer
                    story.write(ledger, under)
        (test,) = measured(database, hours)
        expected = {"calm": [0, 0, 0], "urgent": [0, 0, 0]}
        for history in histories:
            _expect(history, hours, expected)
        assert {
            one.name: [one.drawn, one.mature.total, one.mature.count] for one in test.variants
        } == expected


def _a_story(random: Random) -> Story:
    enrolled = random.choice([0, 100, 300])
    drawn = enrolled + random.choice([1, 24])
    moments = [None, None, enrolled, drawn, drawn + 1, enrolled + WINDOW, enrolled + WINDOW + 1]
    variant = random.choice([None, "calm", "urgent"])
    return Story(variant, enrolled, drawn, random.choice(moments), random.choice(moments))


def _expect(history: list[Story], hours: float, counts: dict[str, list[int]]) -> None:
    """The definition, in plain Python."""
    paid = [at for one in history for at in (one.paid, one.elsewhere) if at is not None]
    drawn = [one for one in history if one.variant and one.drawn <= hours]
    valid = [one for one in drawn if one.paid is None or one.paid > one.drawn]
    if not valid:
        return
    first = min(valid, key=lambda one: one.drawn)  # of two at once the one written first
    ends = first.enrolled + WINDOW
    assert first.variant is not None
    mine = counts[first.variant]
    mine[0] += 1
    mine[1] += ends <= hours
    mine[2] += ends <= hours and any(first.drawn < at <= ends for at in paid)


def _emptied(database: Engine) -> None:
    with writing(database) as connection:
        for model in (Touch, Enrolment, Order, Customer, CampaignVersion):
            connection.execute(table(model).delete())


def crowd(ledger: Ledger, under: int, variant: str, size: int, converted: int, **more: Any) -> None:
    """Many customers at once, the first ones paying in time."""
    for n in range(size):
        Story(variant, paid=3 if n < converted else None, **more).write(ledger, under)


def compared(database: Engine, more: str = "", **arms: tuple[int, int]) -> StepTest:
    """A test of these variants, each with its size and how many converted."""
    parts = ", ".join(
        f"{name}: {share}" for name, share in zip(arms, _even(len(arms)), strict=True)
    )
    with writing(database) as connection:
        ledger = Ledger(connection)
        under = version(ledger, f"{{{parts}}}", more)
        for name, (size, converted) in arms.items():
            crowd(ledger, under, name, size, converted)
    (test,) = measured(database)
    return test


def _even(count: int) -> list[str]:
    points = [10_000 // count] * count
    points[0] += 10_000 - sum(points)
    return [f"{one / 100:.2f}%" for one in points]


VERDICTS = {
    "too few converters": ({"calm": (60, 9), "urgent": (60, 40)}, Verdict.COLLECTING),
    "no difference": ({"calm": (80, 20), "urgent": (80, 21)}, Verdict.INCONCLUSIVE),
    "better than the first": ({"calm": (120, 20), "urgent": (120, 90)}, Verdict.LIFT),
    "worse than the first": ({"calm": (120, 90), "urgent": (120, 20)}, Verdict.HARM),
    "arms of wrong sizes": ({"calm": (200, 60), "urgent": (90, 80)}, Verdict.SRM_FAIL),
}


@pytest.fixture
def small(sqlite_template: Any, tmp_path: Any) -> Engine:
    """SQLite alone: what is asked is arithmetic."""
    from recovery.db import open_engine

    file = tmp_path / "small.db"
    file.write_bytes(sqlite_template.read_bytes())
    return open_engine(f"sqlite:///{file}")


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict_of_two_variants(small: Engine, case: str) -> None:
    arms, verdict = VERDICTS[case]
    test = compared(small, **arms)
    first, other = test.variants
    assert (first.verdict, first.lift) == (None, None)
    assert other.verdict is verdict
    payload = test.payload()
    assert payload["variants"][1]["verdict"] == verdict.value
    hidden = verdict is Verdict.SRM_FAIL
    assert (payload["variants"][1]["lift"] is None) == payload["health"]["srm"] == hidden


def test_several_variants_share_the_risk_of_a_false_alarm(small: Engine) -> None:
    """Bonferroni: with a third in the race, two must be further apart before it counts."""
    two = compared(small, calm=(120, 40), urgent=(120, 60))
    _emptied(small)
    three = compared(small, calm=(120, 40), urgent=(120, 60), bold=(120, 50))
    narrow, wide = two.variants[1].lift, three.variants[1].lift
    assert narrow and wide and narrow.interval and wide.interval
    assert narrow.absolute == wide.absolute
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high
    assert [one.name for one in three.variants] == ["calm", "urgent", "bold"]


def test_other_shares_are_compared_within_themselves(small: Engine) -> None:
    """Nine tenths got `urgent` in the good month, a tenth in the bad one. It changes nothing."""
    with writing(small) as connection:
        ledger = Ledger(connection)
        good = version(ledger, "{calm: 10%, urgent: 90%}", at=0)
        bad = version(ledger, "{calm: 90%, urgent: 10%}", at=1)
        crowd(ledger, good, "calm", 20, 16)
        crowd(ledger, good, "urgent", 180, 144)
        crowd(ledger, bad, "calm", 180, 36)
        crowd(ledger, bad, "urgent", 20, 4)
    (test,) = measured(small)
    first, other = test.variants
    assert (first.mature.rate, other.mature.rate) == (0.26, 0.74), "thrown together they differ"
    assert other.lift is not None
    assert other.lift.absolute == pytest.approx(0)
    assert (other.verdict, test.health.mismatched) == (Verdict.INCONCLUSIVE, False)
    assert (first.share, other.share) == (0.9, 0.1), "of the newest version"


def test_a_fixed_decision_waits_for_its_customers(small: Engine) -> None:
    arms = {"calm": (60, 15), "urgent": (60, 45)}
    waiting = compared(small, "decision: {rule: fixed, customers: 121}\n", **arms)
    assert waiting.variants[1].verdict is Verdict.COLLECTING
    _emptied(small)
    done = compared(small, "decision: {rule: fixed, customers: 120}\n", **arms)
    assert done.variants[1].verdict is Verdict.FINAL
    assert done.payload()["decision"] == {"rule": "fixed", "customers": 120}


def test_a_text_that_nobody_can_read_any_more_claims_no_shares(small: Engine) -> None:
    with writing(small) as connection:
        ledger = Ledger(connection)
        values = {"campaign": "spring", "digest": "x", "file": "spring.yaml", "first_used_at": T0}
        row = connection.execute(
            insert(table(CampaignVersion)).values(source="campaign: [", **values)
        )
        for variant in ("urgent", "calm"):
            crowd(ledger, int(row.inserted_primary_key[0]), variant, 12, 6)
    (test,) = measured(small)
    assert test.health.srm_p is None
    assert [(one.name, one.share, one.drawn) for one in test.variants] == [
        ("calm", 0.0, 12),
        ("urgent", 0.0, 12),
    ]


def test_from_the_first_letter_to_the_report(house: House) -> None:
    """The engine's own rows: drawn, sent, paid; the hold-out is no part of it."""
    step = f"{{step: mail, after: 0m, email: unpaid-reminder, variants: {HALF}}}"
    house.has(a_campaign("spring", sequences={"plain": [step]}, holdout="20%"))
    orders = house.orders(30)
    house.run()
    house.clock.advance_to(house.now + timedelta(hours=1))
    drawn = {row["order"]: row["variant"] for row in house.touches() if not row["holdout"]}
    for order in orders[:10]:
        house.pays(order)
    house.clock.advance_to(house.now + timedelta(days=8))
    house.run()
    with reading(house.engine.database) as connection:
        (test,) = step_tests(connection, house.now)
        assert step_tests(connection, house.now, "another") == ()
    assert test.place == ("spring", "plain", "mail")
    for one in test.variants:
        mine = [order for order, name in drawn.items() if name == one.name]
        paid = [order for order in mine if order in orders[:10]]
        assert (one.drawn, one.mature.total, one.mature.count) == (len(mine), len(mine), len(paid))
    assert sum(one.drawn for one in test.variants) == len(drawn) < 30


def test_the_story_of_an_order_names_its_variant(house: House) -> None:
    step = f"{{step: mail, after: 0m, email: unpaid-reminder, variants: {HALF}}}"
    house.has(a_campaign("spring", sequences={"plain": [step]}))
    order = house.an_unpaid_order()
    house.run()
    (touch,) = house.touches(order)
    with reading(house.engine.database) as connection:
        events = explain(connection, order, None, house.now).payload()["events"]
    decided = [event for event in events if event["what"] in ("decided", "sent")]
    assert [event["variant"] for event in decided] == [touch["variant"]] * 2
    assert all(event["detail"].startswith(f"email mail ({touch['variant']}) ") for event in decided)
