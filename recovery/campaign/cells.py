"""How wide a text is on a terminal, and how it is shown there: one cell a sign, or two, or none."""

import unicodedata

TAB = 4


def shown(text: str) -> str:
    """`text` as an excerpt prints it: tabs become spaces, what has no shape becomes a mark."""
    signs: list[str] = []
    for sign in text:
        if sign == "\t":
            signs.append(" " * (TAB - cells("".join(signs)) % TAB))
        elif unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Cn", "Co"):
            signs.append("\N{REPLACEMENT CHARACTER}")
        else:
            signs.append("\N{SPACE}" if sign in "\u00a0\u202f\u2007" else sign)
    return "".join(signs)


def cells(text: str) -> int:
    """How many cells `text` takes: East Asian signs are two wide, marks above others take none."""
    return sum(map(_width, text))


def _width(sign: str) -> int:
    if unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
