"""What an estimator hands back: a frozen record that can also be read like a mapping."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class Result(Mapping[str, Any]):
    """Base of the results: `result.lo`, `result["lo"]` and `dict(result)` say the same.

    Equal to every mapping with the same keys and values. None stands for a number that is not
    defined, such as the ratio to a rate of zero.
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __getitem__(self, key: str) -> Any:
        if key not in self.__dataclass_fields__:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dataclass_fields__)

    def __len__(self) -> int:
        return len(self.__dataclass_fields__)
