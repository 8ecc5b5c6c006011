"""The pages of the documentation as text and as fenced blocks."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

_FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.M | re.S)


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


@cache
def blocks(page: str) -> tuple[tuple[str, str], ...]:
    """The fenced blocks of a page: language and text, without the fence's own indent."""
    return tuple(
        (found[2], re.sub(rf"^{found[1]}", "", found[3], flags=re.M))
        for found in _FENCE.finditer(text_of(page))
    )


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))
