"""One way to write a campaign file: spaces, indentation, normal forms. Its meaning never changes.

Works on the text, so comments stay where they are. What can't be done without changing what the
file says is left as it is.
"""

import re
from collections.abc import Callable, Iterator

from recovery.campaign.marks import uncommented
from recovery.campaign.parsing import NO_DEFAULTS, SharedDefaults, read_campaign
from recovery.campaign.problems import CampaignError, Place
from recovery.campaign.text import normalised
from recovery.campaign.tree import Tree

_BLOCK_TEXT = re.compile(r"[|>][-+\d]*\s*(?:#.*)?$")
_DURATIONS = frozenset(
    {"after", "not_after", "paid_within", "valid", "once_per_customer", "min_gap", "max_late"}
)
_SHARES = frozenset({"holdout", "percent", "smallest_lift"})
_SHARED = frozenset({"sequence", "variants"})  # below them stand shares by name
_SPACED = frozenset({"from", "below", "worth", "min_order", "amount", "budget", "per_customer"})
_UNITS = (
    ("个?(?:星期)|周|W", "w"),
    ("天|日|D", "d"),
    ("个?小(?:时|時)|时|H", "h"),
    ("分[钟鐘]?|M", "m"),
)


def formatted(source: str, file: str, defaults: SharedDefaults = NO_DEFAULTS) -> str:
    """Return the text of a campaign in its normal form; CampaignError when it has a mistake."""
    reading = read_campaign(source, file, defaults)
    if reading.loaded is None or reading.tree is None:
        raise CampaignError(reading.errors)
    text = normalised(source)

    def same(changed: str) -> bool:
        again = read_campaign(changed, file, defaults).loaded
        return again is not None and again.campaign == reading.loaded.campaign  # type: ignore[union-attr]

    text = _tried(text, _values(text, reading.tree), same)
    for step in (_indented, _trimmed):
        text = _tried(text, step(text), same)
    return text.rstrip("\n") + "\n"


def _tried(text: str, changed: str, same: Callable[[str], bool]) -> str:
    return changed if changed == text or same(changed) else text


def _values(text: str, tree: Tree) -> str:
    """Durations, money, shares and times in their normal forms, the last ones in quotes."""
    lines = text.split("\n")
    found = [
        (place, form) for road, place in tree.values.items() for form in _form(road, tree, place)
    ]
    for place, form in sorted(found, key=lambda one: (one[0].line, one[0].column), reverse=True):
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column - 1] + form + line[place.end - 1 :]
    return "\n".join(lines)


def _form(road: tuple[str | int, ...], tree: Tree, place: Place) -> Iterator[str]:
    key, given = str(road[-1]) if road else "", tree.sheet.read(place)
    above = str(road[-2]) if len(road) > 1 else ""
    if not given or given[0] in "\"'{[&*|>!":
        return
    form = given
    if key in _DURATIONS:
        form = duration_form(given)
    elif key in _SHARES or above in _SHARED:
        form = re.sub(r"\s+%", "%", given)
    elif key in _SPACED:
        form = " ".join(given.split())
    elif key == "quiet":
        form = '"' + re.sub(r"\s*-\s*", "-", given) + '"'
    if form != given:
        yield form


def duration_form(text: str) -> str:
    """`PT72H` is 72h and `3天` is 3d; what is ours already stays as it is."""
    form = re.sub(r"^P|T", "", text.strip()) if text.startswith("P") else text.strip()
    for words, letter in _UNITS:
        form = re.sub(rf"(?<=\d)(?:{words})", letter, form)
    return form


def _indented(text: str) -> str:
    """Two spaces a level, and one after each bullet."""
    lines: list[str] = []
    levels, waiting, verbatim = [(0, 0)], list[int](), None  # comments wait for the line below
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        old = len(line) - len(bare)
        if verbatim is not None and (not bare or old > verbatim):
            lines.append(_moved(line, levels))
            continue
        verbatim = None
        if not bare or bare.startswith("#"):
            waiting += [len(lines)] if bare else []
            lines.append(line)
            continue
        known = dict(levels)
        lines.append(_levelled(bare, old, levels))
        for number in waiting:
            lines[number] = _moved(lines[number], [*(known | dict(levels)).items()])
        waiting = []
        if _BLOCK_TEXT.search(uncommented(line)):
            verbatim = levels[-1][0]
    return "\n".join(lines)


def _levelled(bare: str, old: int, levels: list[tuple[int, int]]) -> str:
    """The line `bare`, which began in column `old`; `levels` are old and new columns of blocks."""
    while levels[-1][0] > old:
        levels.pop()
    if old > levels[-1][0]:
        levels.append((old, levels[-1][1] + 2))
    begins, written = levels[-1][1], ""
    while bullet := re.match(r"- +", bare):
        written, bare = written + "- ", bare[bullet.end() :]
        levels.append((levels[-1][0] + bullet.end(), levels[-1][1] + 2))
    return " " * begins + written + bare


def _moved(line: str, levels: list[tuple[int, int]]) -> str:
    """A line that is no entry, as far to the side as the block it stands in."""
    bare = line.lstrip(" ")
    old = len(line) - len(bare)
    before = [level for level in levels if level[0] <= old] or [(0, 0)]
    column, new = max(before)
    return " " * (old - column + new) + bare if bare else line


def _trimmed(text: str) -> str:
    """No spaces at the end of a line, no two empty lines together."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", text, flags=re.M)).lstrip("\n")
