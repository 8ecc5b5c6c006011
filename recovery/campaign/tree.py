"""A campaign file as YAML: plain data in which every value is text, and where each one stands.

PyYAML's composer is asked for nodes and nothing is resolved, so `NO` is not false, `21:00` is
not 1260 and `on` stays a key.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from unicodedata import normalize

import yaml

from recovery.campaign.marks import uncommented
from recovery.campaign.problems import (
    CampaignError,
    Edit,
    Fix,
    Place,
    Problem,
    Related,
    Road,
    problem,
)
from recovery.campaign.sheet import Sheet
from recovery.campaign.syntax import ROUNDS, compose
from recovery.campaign.tabs import LOADER, readable
from recovery.i18n import Text, Value, say

_TOO_MANY = 50_000  # values; aliases of aliases could otherwise fill the memory
_DEEP = 100
MOST = 500  # problems of one file; who has more has one slip that is behind them all
Step = str | int
_BRACKET = re.compile(r"[\[\]{}]")
_UNTAGGED = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.MappingNode: "tag:yaml.org,2002:map",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
}


@dataclass(slots=True)
class Tree:
    """Data of one file, the places of its keys and values, and what was wrong on the way."""

    file: str
    sheet: Sheet
    data: Any = None
    keys: dict[Road, Place] = field(default_factory=dict)
    values: dict[Road, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    merged: set[Road] = field(default_factory=set)  # blocks that wanted the keys of another
    moved: Mapping[Road, Step] = field(default_factory=dict)

    def key(self, road: Road) -> Place:
        """Return the place of a key, or of the nearest thing around it."""
        return self.keys.get(self.there(road)) or self.value(road)

    def value(self, road: Road) -> Place:
        """Return the place of a value, or of the nearest thing around it."""
        road = self.there(road)
        while road and road not in self.values:
            road = road[:-1]
        return self.values[road]

    def beside(self, moved: Mapping[Road, Step]) -> "Tree":
        """Return a tree of the same file, without problems, for data in which something moved."""
        return replace(self, problems=[], moved=moved)

    def there(self, road: Road) -> Road:
        """Where the file has what stands at `road` in the data that is judged."""
        found: Road = ()
        for step in road if self.moved else ():
            found = (*found, self.moved.get((*found, step), step))
        return found if self.moved else road

    def report(
        self,
        code: str,
        place: Place,
        road: Road = (),
        /,
        *,
        fix: Fix | None = None,
        related: tuple[Related, ...] = (),
        label: Text | None = None,
        **parameters: Value,
    ) -> None:
        """Note a problem at `place`; see `recovery.problems.problem`."""
        if len(self.problems) <= MOST:
            found = problem(
                code,
                self.file,
                place,
                self.there(road),
                fix=fix,
                related=related,
                label=label,
                **parameters,
            )
            self.problems.append(found)

    def rewritten(self, place: Place, given: str, text: str, *, safe: bool = False) -> Fix:
        """Return the fix that writes `text` in place of `given`, in quotes if that was."""
        quote = self.sheet.sign(place)
        quoted = quote if quote in ('"', "'") else ""
        there = self.sheet.read(place)
        if not {there, normalize("NFKC", there)} & {given, f"{quoted}{given}{quoted}"}:
            return Fix(text)  # an anchor, or several lines: nobody should edit that blindly
        return Fix(text, (Edit(place, f"{quoted}{text}{quoted}"),), safe)


def grow(source: str | Sheet, file: str, rounds: int = ROUNDS) -> Tree:
    """Compose a text (or what was mended of it) into a tree; CampaignError when there is none.

    What had to be mended on the way, in so many rounds, is in the tree's problems.
    """
    sheet = source if isinstance(source, Sheet) else Sheet(source)
    _refuse_wells(sheet, file)
    root, found = compose(sheet, file, rounds)
    if root is None:
        nothing = problem("CR008", file, Place(1, 1, 2))
        raise CampaignError(found or [nothing])
    tree = Tree(file, sheet, problems=found)
    tree.data = _Gardener(tree).build(root, ())
    return tree


def _refuse_wells(sheet: Sheet, file: str) -> None:
    """Count the depth first: the composer in C recurses, and a deep file would end the process."""
    if max(map(_widest, sheet.lines)) + _nested(sheet.text) <= _DEEP:
        return
    depth = 0
    try:
        for event in yaml.parse(readable(sheet.text), LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEP:
                mark = event.start_mark
                line, column = (mark.line, mark.column) if mark else (0, 0)
                why = say("more than {count} blocks or lists lie in each other", count=_DEEP)
                place = sheet.place(line, column, column + 1)
                raise CampaignError([problem("CR009", file, place, problem=why)])
    except yaml.YAMLError:
        return  # told when it is composed, no deeper than here


def _nested(text: str) -> int:
    """How many brackets could lie in each other at most."""
    depth = deepest = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found[0] in "[{" else -1
        deepest, depth = max(deepest, depth), max(depth, 0)
    return deepest


def _widest(line: str) -> int:
    """How many blocks a line could open at most: by its indentation, and bullets beside it."""
    bullets = re.match(r"[ -]*", line)
    return len(bullets[0]) if bullets else 0


class _Gardener:
    """Turns nodes into data; refuses a node inside itself and a crowd of aliases."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.open: set[int] = set()
        self.count = 0

    def build(self, node: yaml.Node, road: Road) -> Any:
        place = self.tree.values[road] = self._place(node)
        self.count += 1
        if id(node) in self.open or self.count > _TOO_MANY:
            inside = id(node) in self.open
            why = say("an alias contains itself") if inside else say("too many values or aliases")
            raise CampaignError([problem("CR009", self.tree.file, place, road, problem=why)])
        if node.tag != _UNTAGGED[type(node)]:
            self._tagged(node, place, road)
        if isinstance(node, yaml.ScalarNode):
            return node.value
        self.open.add(id(node))
        data: Any = None
        if isinstance(node, yaml.MappingNode):
            data = self._mapping(node, road)
        elif isinstance(node, yaml.SequenceNode):
            data = list(self._items(node, road))
        self.open.remove(id(node))
        return data

    def _mapping(self, node: yaml.MappingNode, road: Road) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if key.value == "<<":
                self.tree.merged.add(road)
                cure = say("write the keys out: there are no merge keys here")
                self.tree.report("CR020", self._place(key), (*road, "<<"), key="<<", guess=cure)
                continue
            if not isinstance(key, yaml.ScalarNode):
                why = say("a key must be one word")
                self.tree.report("CR006", self._place(key), road, problem=why)
                continue
            name, here = key.value, (*road, key.value)
            if name in data:
                first = self.tree.keys[here]
                seen = (Related(first, say("first written here")),)
                place = self._place(key)
                self.tree.report("CR010", place, here, related=seen, key=name, line=first.line)
                continue
            self.tree.keys[here] = self._place(key)
            data[name] = self.build(value, here)
            if _nothing(value) and ":" not in name:  # else the key has swallowed its value
                self.tree.report("CR023", self._place(key), here, key=name)
        return data

    def _items(self, node: yaml.SequenceNode, road: Road) -> Iterator[Any]:
        for number, item in enumerate(self._parted(node)):
            here = (*road, number)
            yield self.build(item, here)
            if _nothing(item):
                self.tree.report("CR023", self._place(item), here, key="-")

    def _parted(self, node: yaml.SequenceNode) -> Iterator[yaml.Node]:
        """The items of a list; one that begins anew in its middle has lost a dash there."""
        for item in node.value:
            begin = 0
            for at in [*_begins_anew(item), None]:
                whole = begin == 0 and at is None
                yield item if whole else _part(item, begin, at)
                if at is not None:
                    self._no_dash(item.value[at][0])
                    begin = at

    def _no_dash(self, key: yaml.Node) -> None:
        mark, end = key.start_mark, len(self.tree.sheet.lines[key.start_mark.line])
        place = self.tree.sheet.place(mark.line, mark.column, end)
        given = uncommented(self.tree.sheet.read(place))
        before = Place(place.line, max(1, place.column - 2), place.column)
        bare = self.tree.sheet.read(before) == "  "
        edits = (Edit(before, "- "),) if bare else ()
        place = Place(place.line, place.column, place.column + len(given))
        self.tree.report("CR098", place, fix=Fix(f"- {given}", edits), given=given)

    def _tagged(self, node: yaml.Node, place: Place, road: Road) -> None:
        tag = re.match(r"(![^\s,\]}]*)\s*", self.tree.sheet.read(place, whole=True))
        given = tag[1] if tag else str(node.tag)
        mark = Place(place.line, place.column, place.column + len(given)) if tag else place
        fix = None
        if tag:
            whole = Place(place.line, place.column, place.column + tag.end())
            shown = self.tree.sheet.read(place, whole=True)[tag.end() :]
            fix = Fix(shown, (Edit(whole, ""),), safe=given.startswith("!!"))
        self.tree.report("CR015", mark, road, fix=fix, given=given)

    def _place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        flow = isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False)
        one_line = flow and end.line == start.line
        return self.tree.sheet.place(
            start.line, start.column, end.column if one_line else start.column + 1
        )


def _begins_anew(item: yaml.Node) -> list[int]:
    """Where the first key of a block is written again, followed by others that were there."""
    if not isinstance(item, yaml.MappingNode) or item.flow_style:
        return []
    names = [key.value for key, _ in item.value]
    again = [at for at, name in enumerate(names) if at and name == names[0]]
    ends = [*again[1:], len(names)]
    first = {*names[1 : again[0]]} if again else set()
    return [at for at, end in zip(again, ends, strict=False) if first & {*names[at + 1 : end]}]


def _part(item: yaml.Node, begin: int, end: int | None) -> yaml.MappingNode:
    pairs = item.value[begin:end]
    start = pairs[0][0].start_mark if begin else item.start_mark
    return yaml.MappingNode(item.tag, pairs, start, item.end_mark, flow_style=False)


def _nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style
