"""An operator's word on a message that got no answer."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from recovery.db import reading, table, writing
from recovery.errors import UsageError
from recovery.intake.messages import apply_events
from recovery.intake.resolve import Finding, Settled, count, look, resolve
from recovery.models import TOUCH_MOVES, CouponState, Touch, TouchState
from tests.support.feedback import Books, a_touch, event
from tests.support.ledger import T0, Ledger

NOW = T0 + timedelta(hours=10)


@pytest.mark.parametrize(
    ("finding", "state", "coupon"),
    [
        (Finding.SENT, "sent", CouponState.ISSUED),
        (Finding.FAILED, "failed", CouponState.WITHDRAWN),
        (Finding.RESEND, "planned", CouponState.RESERVED),
    ],
)
def test_a_finding_moves_the_touch_and_its_coupon(
    database: Engine, finding: Finding, state: str, coupon: str
) -> None:
    books = Books(database)
    with writing(database) as connection:
        case = a_touch(connection, "unknown")
        Ledger(connection).coupon(case.enrolment, case.touch, state=CouponState.RESERVED)
        resolve(connection, case.touch, finding, NOW, "seen in the log")
    assert books.touches() == [(state, "resolved_by_operator")]
    assert books.coupons() == [coupon]
    assert books.journal() == [("resolved_by_operator", finding.value)]
    assert TouchState(state) in TOUCH_MOVES[TouchState.UNKNOWN]


def test_a_resend_is_due_now_and_happens_once(database: Engine) -> None:
    with writing(database) as connection:
        case = a_touch(connection, "unknown")
        resolve(connection, case.touch, Finding.RESEND, NOW)
    touches = table(Touch)
    with writing(database) as connection:
        row = connection.execute(select(touches)).one()
        assert (row.due_at, row.resent, row.tried_at, row.claim) == (NOW, True, None, None)
        connection.execute(touches.update().values(state="unknown"))
        with pytest.raises(Settled, match="--force"):
            resolve(connection, case.touch, Finding.RESEND, NOW)
        resolve(connection, case.touch, Finding.RESEND, NOW, force=True)


@pytest.mark.parametrize("state", ["planned", "sent", "delivered", "sending", "skipped"])
def test_only_an_unknown_one_can_be_resolved(database: Engine, state: str) -> None:
    with writing(database) as connection:
        case = a_touch(connection, state)
        with pytest.raises(Settled, match=f"is {state}"):
            resolve(connection, case.touch, Finding.SENT, NOW)
        with pytest.raises(UsageError, match="no touch"):
            resolve(connection, 999, Finding.SENT, NOW)
    assert Books(database).touches() == [(state, None)]


def test_the_providers_proof_corrects_an_operator(database: Engine) -> None:
    with writing(database) as connection:
        case = a_touch(connection, "unknown")
        resolve(connection, case.touch, Finding.FAILED, NOW)
        apply_events(connection, [event("accepted", case.touch)], NOW)
    assert Books(database).touches() == [("sent", None)]


def test_a_resend_is_called_off_when_the_proof_comes_first(database: Engine) -> None:
    with writing(database) as connection:
        case = a_touch(connection, "unknown")
        resolve(connection, case.touch, Finding.RESEND, NOW)
        apply_events(connection, [event("accepted", case.touch)], NOW)
    assert Books(database).touches() == [("sent", None)]


def test_looking_picks_by_state_and_campaign_the_oldest_first(database: Engine) -> None:
    with writing(database) as connection:
        late = a_touch(connection, "unknown", at=5)
        early = a_touch(connection, "unknown", at=3)
        a_touch(connection, "sent")
    with reading(database) as connection:
        assert [row.id for row in look(connection, "unknown")] == [early.touch, late.touch]
        assert [row.id for row in look(connection, "unknown", limit=1)] == [early.touch]
        assert count(connection, "unknown", "card-declined") == 2
        assert (count(connection), count(connection, campaign="other")) == (3, 0)
