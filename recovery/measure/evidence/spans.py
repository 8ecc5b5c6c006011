"""Time between two instants in SQL, exact to the microsecond on both databases."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MICROSECONDS = 1_000_000
QUARTER = 15 * 60  # seconds


class microseconds(FunctionElement[int]):
    """`microseconds(later, earlier)`: a whole number, negative when they stand the other way."""

    type = BigInteger()
    inherit_cache = True
    name = "microseconds"


@compiles(microseconds, "postgresql")
def _postgres(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) * {MICROSECONDS} AS BIGINT)"


@compiles(microseconds, "sqlite")
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """Whole seconds and the six digits behind them are read apart: julianday() would round."""
    later, earlier = (_of_text(compiler.process(clause, **kw)) for clause in element.clauses)
    return f"({later} - {earlier})"


def _of_text(time: str) -> str:
    return f"({_seconds(time)} * {MICROSECONDS} + CAST(substr({time}, 21, 6) AS INTEGER))"


class quarter_hours(FunctionElement[int]):
    """`quarter_hours(instant)`: whole quarters of an hour since 1970. Every zone's midnight is the
    beginning of one."""

    type = BigInteger()
    inherit_cache = True
    name = "quarter_hours"


@compiles(quarter_hours, "postgresql")
def _postgres_quarters(element: Any, compiler: Any, **kw: Any) -> str:
    (instant,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {instant}) / {QUARTER}) AS BIGINT)"


@compiles(quarter_hours, "sqlite")
def _sqlite_quarters(element: Any, compiler: Any, **kw: Any) -> str:
    (instant,) = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({_seconds(instant)} / {QUARTER})"


def _seconds(time: str) -> str:
    """Without their digits: SQLite would round the last half of a millisecond up."""
    return f"CAST(strftime('%s', substr({time}, 1, 19)) AS INTEGER)"
