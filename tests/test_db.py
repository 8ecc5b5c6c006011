"""The few things SQLite and PostgreSQL spell apart, held to one behaviour."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import OperationalError, StatementError

from recovery.db import (
    among,
    bulk_load,
    changed,
    counting,
    insert_ignore,
    is_postgres,
    open_engine,
    reading,
    rehearsing,
    retried,
    stored_time,
    table,
    take_turns,
    update_each,
    writing,
)
from recovery.errors import Unavailable, UsageError
from recovery.models import Decision, Suppression

suppressions, decisions = table(Suppression), table(Decision)
AT = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)


def a_row(address: str, at: datetime = AT) -> dict[str, object]:
    return {"channel": "email", "address": address, "reason": "x", "source": "y", "at": at}


def addresses(database: Engine) -> list[str]:
    with reading(database) as connection:
        return list(connection.execute(select(suppressions.c.address).order_by("id")).scalars())


@pytest.mark.parametrize("url", ["mysql://host/db", "oracle://x", "nonsense", ""])
def test_other_databases_are_refused(url: str):
    with pytest.raises(UsageError, match="RECOVERY_DATABASE_URL"):
        open_engine(url)


@pytest.mark.parametrize("prefix", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_uses_psycopg_3(prefix: str):
    assert open_engine(f"{prefix}://host/db").dialect.driver == "psycopg"


def test_a_block_that_raises_leaves_nothing(database: Engine):
    with pytest.raises(ZeroDivisionError), writing(database) as connection:
        connection.execute(insert(suppressions).values(a_row("a")))
        _ = 1 / 0
    assert addresses(database) == []


def test_inserting_again_is_ignored(database: Engine):
    with writing(database) as connection:
        statement = insert_ignore(suppressions, connection)
        connection.execute(statement.values(a_row("a")))
        connection.execute(statement, [a_row("a"), a_row("b"), a_row("b")])
    assert addresses(database) == ["a", "b"]


def test_who_moved_a_row_is_told(database: Engine):
    with writing(database) as connection:
        connection.execute(insert(suppressions), [a_row("a"), a_row("b")])
        moved = update(suppressions).where(suppressions.c.reason == "x").values(reason="y")
        assert changed(connection, moved) == 2
        assert changed(connection, moved) == 0


def test_times_come_back_in_utc_whatever_zone_they_went_in(database: Engine):
    there = AT.astimezone(timezone(timedelta(hours=9)))
    with writing(database) as connection:
        connection.execute(insert(suppressions).values(a_row("a", there)))
    with reading(database) as connection:
        back = connection.execute(select(suppressions.c.at)).scalar_one()
    assert back == AT
    assert back.utcoffset() == timedelta(0)


def test_a_naive_time_does_not_enter(database: Engine):
    with pytest.raises(StatementError), writing(database) as connection:
        connection.execute(insert(suppressions).values(a_row("a", AT.replace(tzinfo=None))))


@pytest.mark.parametrize("microsecond", [0, 1, 500_000])
def test_bulk_loaded_rows_are_like_inserted_ones(database: Engine, microsecond: int):
    at = AT.replace(microsecond=microsecond)
    with writing(database) as connection:
        stored = stored_time(connection, at)
        rows = ((stored, n, None, "verdict", None, "a\tb\\N\n„“") for n in range(3))
        names = ("at", "enrolment_id", "touch_id", "verdict", "reason", "detail")
        assert bulk_load(connection, "decisions", names, rows) == 3
        assert bulk_load(connection, "decisions", names, iter(())) == 0
        values = {"at": at, "enrolment_id": 9, "verdict": "verdict", "detail": "a\tb\\N\n„“"}
        connection.execute(insert(decisions).values(values))
        same = select(decisions).where(decisions.c.at == at, decisions.c.detail == values["detail"])
        found = connection.execute(same.order_by(decisions.c.id)).all()
    assert [row.enrolment_id for row in found] == [0, 1, 2, 9]
    assert {(row.at, row.touch_id, row.reason) for row in found} == {(at, None, None)}


def test_each_row_gets_values_of_its_own_where_the_condition_holds(database: Engine):
    with writing(database) as connection:
        connection.execute(insert(suppressions), [a_row(letter) for letter in "abcd"])
        ids = list(connection.execute(select(suppressions.c.id).order_by("id")).scalars())
        rows = [(ids[0], "A", AT), (ids[1], "B", AT + timedelta(1)), (ids[3], "D", AT)]
        where = [suppressions.c.address != "d"]
        update_each(connection, suppressions, where, ("reason", "at"), rows)
        update_each(connection, suppressions, where, ("reason",), [])
        found = connection.execute(select(suppressions.c.reason, suppressions.c.at).order_by("id"))
        assert [tuple(row) for row in found] == [
            ("A", AT),
            ("B", AT + timedelta(1)),
            ("x", AT),
            ("x", AT),
        ]


def test_each_row_gets_its_own_where_one_of_several_values_stands(database: Engine):
    with writing(database) as connection:
        for address in ("a", "b", "c"):
            connection.execute(insert(suppressions).values(a_row(address)))
        where = (suppressions.c.address.in_(["a", "b"]),)
        rows = [(1, "first"), (2, "second"), (3, "third")]
        assert update_each(connection, suppressions, where, ("reason",), rows) == 2
        found = connection.execute(select(suppressions.c.reason).order_by("id"))
        assert list(found.scalars()) == ["first", "second", "x"]


@pytest.mark.parametrize("values", [[], ["b"], ["a", "c", "zz"]])
def test_among(database: Engine, values: list[str]):
    with writing(database) as connection:
        connection.execute(insert(suppressions), [a_row(letter) for letter in "abc"])
        found = select(suppressions.c.address).where(
            among(connection, suppressions.c.address, values)
        )
        assert set(connection.execute(found).scalars()) == set(values) - {"zz"}


def test_a_deadlock_is_tried_again(database: Engine):
    """Only PostgreSQL can break one; the statement that lost is simply made again."""
    tries = []

    def loses_once(connection: object) -> str:
        tries.append(1)
        if len(tries) == 1:
            error = Exception("deadlock detected")
            error.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise OperationalError("UPDATE", {}, error)
        return "done"

    assert retried(database, loses_once) == "done"
    assert len(tries) == 2


def test_two_that_lock_crosswise_both_finish(postgres_template, database: Engine):
    """A real deadlock where there is one: each holds the row that the other wants."""
    with writing(database) as connection:
        connection.execute(insert(suppressions), [a_row("a"), a_row("b")])
    if database.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: no deadlock")
    first_done = [False, False]
    errors: list[BaseException] = []

    def cross(me: int, order: str) -> None:
        def work(connection) -> None:
            for address in order:
                target = update(suppressions).where(suppressions.c.address == address)
                connection.execute(target.values(reason=suppressions.c.reason + order[0]))
                first_done[me] = True
                while not all(first_done):
                    connection.exec_driver_sql("SELECT pg_sleep(0.01)")

        try:
            retried(database, work)
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=cross, args=(me, order)) for me, order in enumerate(("ab", "ba"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    with reading(database) as connection:
        reasons = connection.execute(select(suppressions.c.reason)).scalars()
        assert sorted(map(sorted, reasons)) == [["a", "b", "x"], ["a", "b", "x"]]


def test_a_database_that_is_gone_is_unavailable():
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="did not answer"), reading(engine):
        pass


def test_a_folder_that_cannot_be_made_names_no_secret(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'deep' / 'er' / 'recovery.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
    with pytest.raises(Exception) as caught, writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("kim@example.com",))
    assert "kim@example.com" not in str(caught.value)
    engine.dispose()


def test_the_embedded_database_is_for_our_user_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "recovery.db"
    engine = open_engine(f"sqlite:///{file}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        beside = {one.name: one.stat().st_mode & 0o777 for one in file.parent.iterdir()}
    engine.dispose()
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert set(beside.values()) == {0o600}
    assert {"recovery.db", "recovery.db-wal"} <= beside.keys()


def test_a_rehearsal_is_forgotten_and_nobody_waits_for_it(database: Engine) -> None:
    with rehearsing(database) as rehearsal:
        take_turns(rehearsal, "inbox")
        rehearsal.execute(insert(suppressions), [a_row("rehearsed@example.com")])
        with rehearsal.begin_nested():
            assert rehearsal.execute(select(suppressions.c.address)).scalars().all()
        with writing(database) as connection:
            take_turns(connection, "inbox")
            connection.execute(insert(suppressions), [a_row("a@example.com")])
    assert addresses(database) == ["a@example.com"]


def test_a_rehearsal_knows_what_is_there_and_leaves_no_file(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(insert(suppressions), [a_row("a@example.com")])
    with rehearsing(database) as rehearsal:
        known = rehearsal.execute(select(suppressions.c.address)).scalars().all()
        assert known == ["a@example.com"]
        if database.dialect.name == "sqlite":
            folder = Path(database.url.database or "").parent
            assert list(folder.glob(".rehearsal-*")) == []


def test_counting_sorts_on_disk_also_on_a_connection_that_was_used(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(text("CREATE TEMPORARY TABLE spare (id INTEGER)"))
    for _ in range(2):
        with counting(database) as connection:
            if not is_postgres(connection):
                assert connection.execute(text("PRAGMA temp_store")).scalar() == 1
            assert connection.execute(text("SELECT 1")).scalar() == 1
