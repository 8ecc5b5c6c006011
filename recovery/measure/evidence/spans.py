"""Time between two instants in SQL, exact to the microsecond on both databases."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MICROSECONDS = 1_000_000


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
    seconds = f"CAST(strftime('%s', {time}) AS INTEGER)"
    return f"({seconds} * {MICROSECONDS} + CAST(substr({time}, 21, 6) AS INTEGER))"
