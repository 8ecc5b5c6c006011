"""Whole replays: the same messages as the engine sent on the day, and nothing made up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from recovery.errors import UsageError
from recovery.simulate.replay.letters import Letter
from recovery.simulate.replay.result import Replayed, replay
from tests.support.house import MONDAY, House
from tests.support.order_rows import jsonl

CAMPAIGN = """\
campaign: unpaid
status: active
trigger: {on: unpaid, after: 1h, not_after: 3d}
goal: {paid_within: 7d}
segments:
  - {segment: everyone, market: [DE, US], sequence: two}
sequences:
  two:
    - {step: reminder, after: 0m, email: unpaid-reminder}
    - {step: second, after: 1d, email: unpaid-reminder}
    - {step: third, after: 3d, email: last-call, offer: shipping, without_offer: skip}
offers:
  shipping: {kind: free_shipping, worth: 5 EUR, valid: 72h, budget: 5 EUR per month}
limits: {quiet: 21:00-08:00}
"""
Row = dict[str, Any]


def order(number: str, hours: float = 0, paid: float | None = None, **fields: Any) -> Row:
    """An order placed `hours` after Monday, and paid `paid` hours after that."""
    placed = MONDAY + timedelta(hours=hours)
    ended = placed + timedelta(hours=paid or 0)
    return {
        "order_id": number,
        "status": "pending" if paid is None else "paid",
        "placed_at": placed.isoformat(),
        "updated_at": ended.isoformat(),
        "amount": "100.00",
        "currency": "EUR",
        "country": "DE",
        "email": f"{number.lower()}@example.com",
        "customer_id": f"C-{number}",
        "email_consent": "marketing",
    } | fields


def played(
    house: House, rows: Sequence[Row], campaign: str = CAMPAIGN, **changes: Any
) -> tuple[Replayed, list[Letter]]:
    house.has(campaign)
    seen: list[Letter] = []
    settings = house.engine.settings.model_copy(update=changes)
    files = sorted(house.folder.glob("unpaid.yaml"))
    found = replay(settings, files, [BytesIO(jsonl(rows))], noting=_Noting(seen))
    return found, seen


class _Noting:
    def __init__(self, seen: list[Letter]) -> None:
        self._seen = seen

    def __enter__(self) -> Any:
        return self._seen.append

    def __exit__(self, *_: object) -> None:
        """Nothing is held open."""


def test_steps_go_out_at_their_hours_until_the_order_is_paid(small_house: House) -> None:
    found, letters = played(small_house, [order("A", paid=30), order("B", hours=1)])
    a = {one.step: one for one in letters if one.order == "A"}
    assert [(one.step, one.outcome, one.reason) for one in a.values()] == [
        ("reminder", "sent", None),
        ("second", "sent", None),
        ("third", "cancelled", "paid"),
    ]
    assert a["reminder"].at == MONDAY + timedelta(hours=1)
    assert a["reminder"].paid_after == timedelta(hours=29)
    (count,) = found.groups.values()
    assert (count.enrolled, count.paid_after, count.paid_first) == (2, 1, 0)
    assert count.offers == {"shipping": 1}


def test_the_night_waits_for_the_customers_morning(small_house: House) -> None:
    _, letters = played(small_house, [order("A", hours=10)])  # nine in the evening in Berlin
    first = letters[0]
    assert first.local.isoformat() == "2026-11-03T08:00:00+01:00"
    assert first.put_off == ("quiet_hours",)


def test_a_budget_that_is_spent_gives_nothing_more(small_house: House) -> None:
    found, letters = played(small_house, [order("A"), order("B")])
    third = [(one.outcome, one.reason) for one in letters if one.step == "third"]
    assert sorted(third, key=str) == [("sent", None), ("skipped", "offer_budget_spent")]
    (offer,) = found.offers
    assert (offer.codes, str(offer.set_aside)) == (1, "5.00")


def test_who_gets_nothing_is_counted_with_the_reason(small_house: House) -> None:
    rows = [
        order("A", email_consent="none"),
        order("B", paid=0.5),
        order("C", country="FR"),
        order("D", hours=11, paid=5),  # paid at four in the morning, before the first message
        order("E", status="paid"),
    ]
    found, _ = played(small_house, rows)
    assert found.out.unpaid == 4
    assert found.out.why == {"paid_before_its_turn": 1, "no_segment_fits": 1}
    assert found.counter("nothing") == {"no_consent": 1, "paid": 1}
    assert found.total("paid_first") == 1


def test_a_hold_out_stands_apart(small_house: House) -> None:
    held = CAMPAIGN.replace("segments:", "holdout: 50%\nsegments:")
    found, letters = played(small_house, [order(f"O{n}") for n in range(40)], held)
    assert {one.outcome for one in letters if one.holdout} == {"holdout"}
    groups = {group.holdout: count.enrolled for group, count in found.groups.items()}
    assert groups[True] == found.held_out > 10
    assert groups[False] + groups[True] == 40


def test_messages_cost_what_the_settings_say_for_their_market(small_house: House) -> None:
    costs = small_house.engine.settings.costs
    prices = costs.model_copy(update={"email": "0.001 USD", "markets": "DE email 0.01 EUR"})
    rows = [order("A"), order("B", country="US", currency="USD", amount="20.00")]
    found, letters = played(small_house, rows, costs=prices)
    assert {(one.country, str(one.cost)) for one in letters if one.sent} >= {("DE", "0.01")}
    assert found.parts["email", "DE"] == 3
    (count,) = found.groups.values()
    assert [str(money) for money in count.cost(found.costs)] == ["0.03", "0.00"]


def test_a_draft_is_played_and_named(small_house: House) -> None:
    found, letters = played(small_house, [order("A")], CAMPAIGN.replace("active", "draft"))
    assert list(found.course.awakened) == ["unpaid (draft)"]
    assert letters[0].sent


def test_messages_later_than_the_file_are_named(small_house: House) -> None:
    found, _ = played(small_house, [order("A")])
    assert found.total("unheard") == 3
    assert found.course.told_until == MONDAY


def test_a_file_without_a_good_row_is_refused(small_house: House) -> None:
    with pytest.raises(UsageError, match="nothing to replay; the first mistake: -:1"):
        played(small_house, [order("A", status="nonsense")])


def test_empty_ticks_are_left_out(small_house: House) -> None:
    found, _ = played(small_house, [order("A"), order("Z", hours=24 * 60)])
    assert found.course.runs < 40


def test_it_decides_as_the_engine_does_on_the_day(small_house: House, project: Path) -> None:
    rows = [order(f"O{n}", hours=n * 0.7, paid=n * 9 or None) for n in range(12)]
    _, letters = played(small_house, rows)
    replayed = sorted((one.at, one.order, one.step) for one in letters if one.sent)
    assert _on_the_day(small_house, rows) == replayed


def _on_the_day(house: House, rows: Sequence[Row]) -> list[tuple[datetime, str, str]]:
    """The same orders told one by one as time passes, with a run every quarter of an hour."""
    events = []
    for row in rows:
        placed = datetime.fromisoformat(row["placed_at"])
        events.append((placed, row | {"status": "pending", "updated_at": row["placed_at"]}))
        if row["status"] == "paid":
            events.append((datetime.fromisoformat(row["updated_at"]), row))
    events.sort(key=lambda pair: pair[0])
    until = MONDAY + timedelta(days=5)
    while house.now < until:
        due = [row for at, row in events if at <= house.now]
        events = [(at, row) for at, row in events if at > house.now]
        if due:
            house.engine.import_orders([BytesIO(jsonl(due))], "shop")
        house.run()
        house.clock.advance(timedelta(minutes=15))
    return sorted((one.at, one.order, one.step) for one in house.messages())
