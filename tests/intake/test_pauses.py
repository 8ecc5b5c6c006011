"""The brakes: held once, let go once, each by its name."""

from sqlalchemy import Engine

from recovery.db import reading, writing
from recovery.intake.pauses import Scope, held, hold, release
from tests.support.order_rows import NOW


def test_a_brake_is_held_and_let_go_by_name(database: Engine) -> None:
    with writing(database) as connection:
        assert hold(connection, Scope.ALL, "", NOW, "stock count")
        assert hold(connection, Scope.CAMPAIGN, "unpaid", NOW)
        assert not hold(connection, Scope.ALL, "", NOW, "again")
    with reading(database) as connection:
        rows = [(row.scope, row.name, row.since, row.note) for row in held(connection)]
    assert rows == [("all", "", NOW, "stock count"), ("campaign", "unpaid", NOW, None)]
    with writing(database) as connection:
        assert not release(connection, Scope.CHANNEL, "unpaid")
        assert release(connection, Scope.CAMPAIGN, "unpaid")
        assert not release(connection, Scope.CAMPAIGN, "unpaid")
        assert [row.scope for row in held(connection)] == ["all"]
