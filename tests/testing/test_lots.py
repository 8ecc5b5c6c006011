"""Luck by choice: the engine draws as ever, the kit chooses whom."""

import pytest

from recovery.testing import KitError
from tests.support.campaigns import a_campaign
from tests.support.kit import DECLINED, Opener

DEFAULTS = "global_holdout: 20%\nno_incentive: 20%\n"
HARD = a_campaign(
    holdout="40%",
    segments=[
        "{segment: dear, customer: [new], amount: {from: 500 EUR}, "
        "sequence: {plain: 10%, offer: 90%}}",
        "{segment: others, sequence: {offer: 40%, plain: 60%}}",
    ],
    sequences={
        "plain": ["{step: reminder, after: 0m, email: unpaid-reminder}"],
        "offer": ["{step: offer, after: 0m, email: last-call, offer: ten}"],
    },
    offers="{ten: {kind: percent, percent: 10%, valid: 72h, budget: 500 EUR per month}}",
)


def test_nobody_is_held_out_unless_the_test_wants_it(opened: Opener) -> None:
    world = opened(HARD)
    orders = [world.an_unpaid_order() for _ in range(12)]
    world.advance("1h")
    assert [order.held_out for order in orders] == [False] * 12


@pytest.mark.parametrize("sequence", ["plain", "offer"])
def test_the_sequence_that_is_wished_is_drawn_in_every_segment(
    opened: Opener, sequence: str
) -> None:
    world = opened(HARD)
    dear = world.an_unpaid_order(sequence=sequence, amount="900 EUR")
    cheap = world.an_unpaid_order(sequence=sequence, amount="20 EUR")
    guest = world.an_unpaid_order(sequence=sequence, customer="guest")
    world.advance("1h")
    drawn = [(order.segment, order.sequence) for order in (dear, cheap, guest)]
    assert drawn == [("dear", sequence), ("others", sequence), ("others", sequence)]
    assert guest.customer_id is None


def test_held_out_is_held_out(opened: Opener) -> None:
    world = opened(HARD)
    at_once = world.an_unpaid_order(held_out=True, sequence="offer")
    later = world.an_unpaid_order()
    world.hold_out(later)
    with world.silence():
        world.advance("3d")
    assert (at_once.held_out, later.held_out) == (True, True)
    assert at_once.sequence == "offer"
    assert "drawn into the hold-out, gets no message" in world.why_not(later)
    with pytest.raises(KitError, match="in campaign winback already: call hold_out right after"):
        world.hold_out(later)


def test_the_whole_world_can_be_held_out_or_left_to_luck(opened: Opener) -> None:
    for holdout, counts in ((100, {20}), ("file", set(range(1, 20)))):
        world = opened(HARD, holdout=holdout)
        orders = [world.an_unpaid_order() for _ in range(20)]
        world.advance("1h")
        assert sum(order.held_out for order in orders) in counts


def test_lots_over_all_campaigns_take_nothing_either(opened: Opener) -> None:
    folder_of_defaults = opened(HARD, defaults=DEFAULTS)
    orders = [folder_of_defaults.an_unpaid_order(sequence="offer") for _ in range(12)]
    folder_of_defaults.advance("1h")
    assert all(message.code for message in folder_of_defaults.messages)
    assert len(folder_of_defaults.messages) == len(orders)


def test_who_comes_back_is_the_same_customer(opened: Opener) -> None:
    world = opened(HARD)
    first = world.an_unpaid_order(sequence="offer")
    world.advance("1h")
    first.pays()
    again = world.an_unpaid_order(customer_id=first.customer_id)
    world.advance("1h")
    assert (again.sequence, again.held_out) == ("offer", False)
    assert "returning" in world.explain(again).splitlines()[0]


def test_a_customer_of_the_tests_own_is_drawn_as_in_production(opened: Opener) -> None:
    world = opened(HARD)
    held = world.an_unpaid_order(held_out=True).customer_id
    with pytest.raises(KitError, match=f"customer_id '{held}' is drawn into a hold-out"):
        world.an_unpaid_order(customer_id=held)
    with pytest.raises(KitError, match="is drawn to other sequences than"):
        world.an_unpaid_order(
            customer_id=world.an_unpaid_order(sequence="plain").customer_id, sequence="offer"
        )


def test_what_no_draw_can_give_is_named(opened: Opener) -> None:
    with pytest.raises(
        KitError, match="goes to winback/others, which leads to offer, plain"
    ) as told:
        opened(HARD).an_unpaid_order(sequence="ofer")
    assert "did you mean 'offer'" in str(told.value)
    with pytest.raises(KitError, match="write `holdout: 10%` into the campaign file"):
        opened(a_campaign()).an_unpaid_order(held_out=True)
    with pytest.raises(KitError, match=r"campaigns that take it \(no campaign\) none has"):
        opened(DECLINED).an_unpaid_order(held_out=True)
