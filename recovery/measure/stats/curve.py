"""A step function that can be read like a mapping from times to values."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

V = TypeVar("V")


class Curve(Mapping[str, V], Generic[V]):
    """Constant from one knot to the next; `curve["24"]` and `curve.at(24)` are its value at 24.

    Keys are times as text, as in JSON. Iteration gives the knots; every other time from 0 on may
    be asked for too.
    """

    __slots__ = ("_before", "_knots", "_values")

    def __init__(self, knots: Sequence[float], values: Sequence[V], before: V) -> None:
        """`knots` ascending, one of `values` from each on; `before` until the first."""
        self._knots, self._values, self._before = knots, values, before

    def at(self, time: float) -> V:
        """The value at `time`; at a knot already the new one."""
        place = bisect_right(self._knots, time)
        return self._values[place - 1] if place else self._before

    def __getitem__(self, key: str) -> V:
        try:
            time = float(key)
        except (TypeError, ValueError):
            raise KeyError(key) from None
        if not time >= 0:
            raise KeyError(key)
        return self.at(time)

    def __iter__(self) -> Iterator[str]:
        for knot in self._knots:
            yield str(int(knot)) if knot == int(knot) else repr(knot)

    def __len__(self) -> int:
        return len(self._knots)

    def __repr__(self) -> str:
        return f"Curve({dict(self)})"
