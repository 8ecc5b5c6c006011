"""Whole imports, on both databases: counts, refusals that come back mended, files of any length."""

import gzip
import io
import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from recovery.db import reading, table
from recovery.errors import UsageError
from recovery.intake import rejects as refusing
from recovery.intake.columns import Verdict
from recovery.intake.importing import ImportResult, import_files
from recovery.intake.reading import BATCH
from recovery.models import Order, Run
from recovery.settings import VipSettings
from tests.support.order_rows import NOW, jsonl, row, table_csv

orders, runs = table(Order), table(Run)
COUNTS = ("read", "inserted", "updated", "unchanged", "stale", "rejected")


def bring(database: Engine, *files: Any, rejects: Path | None = None) -> ImportResult:
    return import_files(database, files, "shop", VipSettings(), NOW, rejects)


def counts(result: ImportResult) -> dict[str, int]:
    payload = result.payload()
    assert payload["read"] == sum(payload[name] for name in COUNTS[1:])
    return {name: payload[name] for name in COUNTS if payload[name]}


def stored(database: Engine) -> int:
    with reading(database) as connection:
        return connection.execute(select(func.count()).select_from(orders)).scalar_one()


def many(count: int, **changes: Any) -> Iterator[dict[str, Any]]:
    return (row(order_id=str(n), customer_id=f"C{n % 97}", **changes) for n in range(count))


def test_csv_and_json_lines_say_the_same(database: Engine, tmp_path: Path):
    rows = list(many(30))
    table_file, lines_file = tmp_path / "a.csv", tmp_path / "b.jsonl.gz"
    table_file.write_text(table_csv(rows), encoding="utf-8-sig")
    lines_file.write_bytes(gzip.compress(jsonl(rows)))
    assert counts(bring(database, table_file)) == {"read": 30, "inserted": 30}
    assert counts(bring(database, lines_file, table_file)) == {"read": 60, "unchanged": 60}
    assert stored(database) == 30


def test_more_than_a_batch_and_its_later_states(database: Engine):
    size = 2 * BATCH + 1
    done: list[int] = []
    result = import_files(
        database, [io.BytesIO(jsonl(many(size)))], "shop", VipSettings(), NOW, None, done.append
    )
    assert counts(result) == {"read": size, "inserted": size}
    assert done == [BATCH, BATCH, 1]
    later = jsonl(many(size, status="paid", updated_at="2026-11-21T09:00:00Z"))
    assert counts(bring(database, io.BytesIO(later))) == {"read": size, "updated": size}
    assert counts(bring(database, io.BytesIO(later))) == {"read": size, "unchanged": size}
    assert counts(bring(database, io.BytesIO(jsonl(many(9))))) == {"read": 9, "stale": 9}


def test_bad_rows_are_refused_kept_and_can_be_mended(database: Engine, tmp_path: Path):
    rows = [
        row(order_id="1"),
        row(order_id="2", amount="19,99", country="UK"),
        row(order_id="3", email="nobody"),
        row(order_id="1", amount="5"),
    ]
    file, rejects = tmp_path / "orders.csv", tmp_path / "bad.jsonl"
    file.write_text(table_csv(rows), encoding="utf-8")
    result = bring(database, file, rejects=rejects)
    assert counts(result) == {"read": 4, "inserted": 1, "rejected": 3}
    told = [(bad["line"], bad["field"]) for bad in result.payload()["rejects"]]
    assert told == [(3, "country"), (3, "amount"), (4, "email"), (5, "order_id")]
    assert "line 2" in result.payload()["rejects"][-1]["error"]
    kept = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    assert [(bad["_file"], bad["_line"]) for bad in kept] == [(str(file), n) for n in (3, 4, 5)]
    assert [error["field"] for error in kept[0]["_errors"]] == ["country", "amount"]

    unmended = bring(database, rejects, rejects=tmp_path / "still.jsonl")
    assert counts(unmended) == {"read": 3, "updated": 1, "rejected": 2}  # the later state of 1
    assert not unmended.warnings
    kept[0] |= {"amount": "19.99", "country": "GB", "phone": "020 7946 0018"}
    kept[1] |= {"email": "somebody@example.com"}
    mended = tmp_path / "mended.jsonl"
    mended.write_bytes(jsonl(kept[:2]))
    assert counts(bring(database, mended)) == {"read": 2, "inserted": 2}
    assert stored(database) == 3


def test_a_row_that_is_no_row_is_kept_as_it_was(database: Engine, tmp_path: Path):
    rejects = tmp_path / "bad.jsonl"
    result = bring(database, io.BytesIO(jsonl([row()]) + b"{oops\n"), rejects=rejects)
    assert counts(result) == {"read": 2, "inserted": 1, "rejected": 1}
    (kept,) = (json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines())
    assert kept["_raw"] == "{oops"
    assert counts(bring(database, rejects, rejects=tmp_path / "again.jsonl"))["rejected"] == 1


def test_a_foreign_encoding_leaves_the_other_files_alone(database: Engine, tmp_path: Path):
    chinese, good = tmp_path / "gbk.csv", tmp_path / "good.csv"
    chinese.write_text(table_csv([row(order_id="9", name="张伟")]), encoding="gbk")
    good.write_text(table_csv([row()]), encoding="utf-8")
    result = bring(database, chinese, good)
    assert counts(result) == {"read": 2, "inserted": 1, "rejected": 1}
    (bad,) = result.payload()["rejects"]
    assert (bad["file"], bad["line"], bad["field"]) == (str(chinese), 2, None)
    assert "GBK/GB18030" in bad["error"]
    assert result.unreadable == [bad["error"]]


def test_rows_before_a_foreign_byte_far_down_are_kept(database: Engine):
    late = jsonl(many(1_000)) + jsonl([row(name="Müller")]).decode().encode("latin-1")
    result = bring(database, io.BytesIO(late))
    assert counts(result) == {"read": 1_001, "inserted": 1_000, "rejected": 1}
    assert "Latin-1" in result.unreadable[0]
    assert stored(database) == 1_000


def test_an_unknown_column_is_named_once(database: Engine):
    rows = [row(order_id=str(n), e_mail="x", colour="red") for n in range(3)]
    result = bring(database, io.BytesIO(jsonl(rows)))
    assert counts(result) == {"read": 3, "inserted": 3}
    assert len(result.warnings) == 2
    assert "'colour'" in result.warnings[0]
    assert "did you mean 'email'" in result.warnings[1]


def test_every_import_leaves_a_row_without_names(database: Engine):
    bring(database, io.BytesIO(jsonl([row(), row(order_id="2", email="secret person")])))
    with reading(database) as connection:
        run = connection.execute(select(runs)).one()
    assert (run.kind, run.at) == ("import", NOW)
    assert run.result["inserted"] == run.result["rejected"] == 1
    assert "secret person" not in json.dumps(run.result)


def test_a_long_list_of_mistakes_is_cut_and_says_so(
    database: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refusing, "SHOWN", 10)
    payload = bring(database, io.BytesIO(jsonl(many(25, amount="1,5")))).payload()
    assert payload["rejected"] == 25
    assert len(payload["rejects"]) == 10
    assert payload["rejects_truncated"] == 15


def test_mistakes_in_the_call_are_found_before_anything_is_read(database: Engine, tmp_path: Path):
    file = tmp_path / "orders.jsonl"
    file.write_bytes(jsonl([row()]))
    with pytest.raises(UsageError, match="nowhere"):
        bring(database, file, tmp_path / "nowhere")
    with pytest.raises(UsageError, match="also a file to import"):
        bring(database, file, rejects=file)
    with pytest.raises(UsageError, match="--source"):
        import_files(database, [file], "my shop:1", VipSettings(), NOW)
    assert stored(database) == 0
    assert file.read_bytes() == jsonl([row()])


class Endless(io.RawIOBase):
    """A file of `count` orders that is never whole in memory."""

    def __init__(self, count: int) -> None:
        self._rows = many(count)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._left) < len(buffer) and (one := next(self._rows, None)) is not None:
            self._left += jsonl([one])
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def test_memory_does_not_grow_with_the_file(database: Engine):
    if database.dialect.name == "postgresql":
        pytest.skip("reading is the same for both; SQLite is measured")
    bring(database, io.BytesIO(jsonl(many(10))))  # tables of countries and the like are loaded

    def peak(count: int) -> int:
        tracemalloc.start()
        bring(database, Endless(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    small, large = peak(2 * BATCH), peak(8 * BATCH)
    assert large < 1.3 * small


def test_counts_add_up_with_an_independent_count(database: Engine):
    """A stream like a shop's: every state of many orders, told in files by day."""
    days: list[list[dict[str, Any]]] = [[], [], []]
    for n in range(300):
        days[0].append(row(order_id=str(n), status=["paid", "pending", "failed"][n % 3]))
        if n % 3 and n % 4 == 0:
            days[1].append(row(order_id=str(n), status="paid", updated_at="2026-11-21T09:00:00Z"))
        if n % 24 == 4:
            days[2].append(
                row(order_id=str(n), status="refunded", updated_at="2026-11-22T08:00:00Z")
            )
    for rows in (days[0], days[2], days[1], days[0]):
        bring(database, io.BytesIO(jsonl(rows)))
    last = {one["order_id"]: one["status"] for rows in days for one in rows}
    with reading(database) as connection:
        found = select(orders.c.status, func.count()).group_by(orders.c.status)
        counted = {row[0]: row[1] for row in connection.execute(found)}
    assert counted == Counter(last.values())


def test_rows_of_the_future_are_taken_and_named(database: Engine) -> None:
    day = timedelta(days=1)
    told = [
        row(order_id=f"F{n}", placed_at=at.isoformat(), updated_at=at.isoformat())
        for n, at in enumerate((NOW, NOW + day, NOW + 2 * day, NOW + 400 * day))
    ]
    result = import_files(database, [io.BytesIO(jsonl(told))], "shop", VipSettings(), NOW)
    assert result.verdicts == {Verdict.INSERTED: 4}
    [warning] = result.warnings
    assert "2 rows are dated more than a day ahead" in warning
