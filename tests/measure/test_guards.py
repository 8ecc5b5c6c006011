"""Which test guards which line: each line is spoilt, and the test that is named must fail.

A line that may be spoilt unnoticed would not be measured. docs/measurement.md has the table.
"""

import inspect
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from sqlalchemy import Engine

from recovery.db import open_engine, reading, writing
from recovery.measure import report as reporting
from tests.support.house import House
from tests.support.ledger import Ledger
from tests.support.mistakes import MISTAKES, Spoilt
from tests.support.twenty_one import AS_OF, COSTS, twenty_one

# All of them are here before anything is spoilt, so that nobody keeps what was.
FILES = {
    name: import_module(f"tests.measure.test_{name}")
    for name in ("fixture", "histories", "laws", "waterfall", "comparing", "judging", "lift")
}
DOCS = Path(__file__).parents[2] / "docs" / "measurement.md"


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """SQLite only: the guards are tests that run on both."""
    shutil.copy(sqlite_template, tmp_path / "guarded.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'guarded.db'}")
    yield engine
    engine.dispose()


def spoil(monkeypatch: pytest.MonkeyPatch, one: Spoilt) -> None:
    """Run a module's text with the mistake in it, and put its functions wherever they are used."""
    module = import_module(f"recovery.{one.module}")
    source = inspect.getsource(module)
    assert source.count(one.right) == 1, (
        f"{one.module} has {one.right!r} {source.count(one.right)}×"
    )
    names: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(source.replace(one.right, one.wrong), module.__name__, "exec"), names)  # noqa: S102
    rooms = [room for name, room in sys.modules.items() if name.startswith(("recovery.", "tests."))]
    for name, old in list(vars(module).items()):
        if getattr(old, "__module__", None) != module.__name__:
            continue
        if isinstance(old, type):
            _spoil_methods(monkeypatch, old, names[name])
            names[name] = old
        elif isinstance(old, FunctionType):
            for room in rooms:
                if vars(room).get(name) is old:
                    monkeypatch.setattr(room, name, names[name])


def _spoil_methods(monkeypatch: pytest.MonkeyPatch, old: type, new: type) -> None:
    for name, value in vars(new).items():
        if isinstance(value, FunctionType | property) and not name.startswith("__"):
            monkeypatch.setattr(old, name, value)


def guard(one: Spoilt) -> Callable[..., None]:
    """The test that is named."""
    file, name = one.test.split(".")
    found: Callable[..., None] = getattr(FILES[file], name)
    return found


def called(one: Spoilt, database: Engine, house: House) -> None:
    """Run the guard, with what it asks for."""
    wanted = inspect.signature(guard(one)).parameters
    given: dict[str, Any] = {"database": database, "small_house": house} | one.given
    if {"found", "arms"} & set(wanted):
        with writing(database) as connection:
            twenty_one().write(connection)
        with reading(database) as connection:
            given["found"] = reporting.report(connection, Ledger.at(AS_OF), COSTS)
        given["arms"] = given["found"].payload()["sequences"]
    guard(one)(**{name: given[name] for name in wanted})


@pytest.mark.parametrize("one", MISTAKES, ids=lambda one: one.mistake)
def test_a_mistake_is_noticed(
    one: Spoilt, database: Engine, small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, one)
    with pytest.raises(AssertionError):
        called(one, database, small_house)


@pytest.mark.parametrize("test", sorted({one.test for one in MISTAKES}))
def test_a_guard_is_quiet_when_nothing_is_wrong(
    test: str, database: Engine, small_house: House
) -> None:
    called(next(one for one in MISTAKES if one.test == test), database, small_house)


def test_the_table_of_the_docs_has_them_all() -> None:
    told = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| ")]
    for one in MISTAKES:
        file, name = one.test.split(".")
        assert f"| {one.mistake} | `test_{file}.py::{name}` |" in told
