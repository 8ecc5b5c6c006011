"""A campaign file as YAML: plain data in which every value is text, and where each one stands.

PyYAML's composer is asked for nodes and nothing is resolved, so `NO` is not false, `21:00` is
not 1260 and `on` stays a key.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from recovery.campaign.problems import (
    CampaignError,
    Fix,
    Place,
    Problem,
    Related,
    Road,
    problem,
)
from recovery.i18n import Text, Value

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TOO_MANY = 50_000  # values; aliases of aliases could otherwise fill the memory
_DEEP = 100


@dataclass(slots=True)
class Tree:
    """Data of one file, the places of its keys and values, and what was wrong on the way."""

    file: str
    data: Any = None
    keys: dict[Road, Place] = field(default_factory=dict)
    values: dict[Road, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def key(self, road: Road) -> Place:
        """Return the place of a key, or of the nearest thing around it."""
        return self.keys.get(road) or self.value(road)

    def value(self, road: Road) -> Place:
        """Return the place of a value, or of the nearest thing around it."""
        while road and road not in self.values:
            road = road[:-1]
        return self.values[road]

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
        found = problem(
            code, self.file, place, road, fix=fix, related=related, label=label, **parameters
        )
        self.problems.append(found)


def grow(source: str, file: str) -> Tree:
    """Compose `source` (normalised text) into a tree; CampaignError when it is not YAML."""
    try:
        _refuse_wells(source, file)
        root = yaml.compose(source, _LOADER)
    except yaml.MarkedYAMLError as error:
        raise CampaignError([_not_yaml(error, source, file)]) from None
    except yaml.YAMLError as error:  # a control character: the reader knows no line
        why = str(getattr(error, "reason", error))
        raise CampaignError([problem("CR006", file, Place(1, 1, 2), problem=why)]) from None
    if root is None:
        raise CampaignError([problem("CR008", file, Place(1, 1, 2))])
    tree = Tree(file)
    tree.data = _Gardener(tree).build(root, ())
    return tree


def _refuse_wells(source: str, file: str) -> None:
    """Count the depth first: the composer in C recurses, and a deep file would end the process."""
    depth = 0
    for event in yaml.parse(source, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEP:
            place = Place(event.start_mark.line + 1 if event.start_mark else 1, 1, 2)
            why = f"more than {_DEEP} blocks or lists lie in each other"
            raise CampaignError([problem("CR009", file, place, problem=why)])


class _Gardener:
    """Turns nodes into data; refuses a node inside itself and a crowd of aliases."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.open: set[int] = set()
        self.count = 0

    def build(self, node: yaml.Node, road: Road) -> Any:
        self.tree.values[road] = _place(node)
        self.count += 1
        if id(node) in self.open or self.count > _TOO_MANY:
            why = "an alias contains itself" if id(node) in self.open else "too many aliases"
            raise CampaignError([problem("CR009", self.tree.file, _place(node), road, problem=why)])
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
            if not isinstance(key, yaml.ScalarNode):
                why = "a key must be one word"
                self.tree.report("CR006", _place(key), road, problem=why)
                continue
            name, here = key.value, (*road, key.value)
            if name in data:
                first = self.tree.keys[here].line
                self.tree.report("CR010", _place(key), here, key=name, line=first)
                continue
            self.tree.keys[here] = _place(key)
            data[name] = self.build(value, here)
            if _nothing(value) and ":" not in name:  # else the key has swallowed its value
                self.tree.report("CR023", _place(key), here, key=name)
        return data

    def _items(self, node: yaml.SequenceNode, road: Road) -> Iterator[Any]:
        for number, item in enumerate(node.value):
            here = (*road, number)
            yield self.build(item, here)
            if _nothing(item):
                self.tree.report("CR023", _place(item), here, key=f"item {number + 1}")


def _nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _place(node: yaml.Node) -> Place:
    start, end = node.start_mark, node.end_mark
    column = start.column + 1
    one_line = isinstance(node, yaml.ScalarNode) and end.line == start.line
    return Place(start.line + 1, column, max(end.column + 1 if one_line else 0, column + 1))


def _not_yaml(error: yaml.MarkedYAMLError, source: str, file: str) -> Problem:
    """Say in a marketer's words why the scanner stopped; the rest of the file is unknown."""
    mark = error.problem_mark or error.context_mark
    number, column = (mark.line, mark.column) if mark else (0, 0)
    line = (source.split("\n") + [""] * (number + 1))[number]
    place = Place(number + 1, column + 1, column + 2)
    why = error.problem or str(error)
    if re.match(r"\s*(?:- )?[\w-]+: +[^\"'{\[].*:(?: |$)", line) and "mapping values" in why:
        return problem("CR005", file, place)
    if "{{" in line:
        return problem("CR006", file, place, problem="text with {{ }} needs double quotes")
    if _indented_unlike_its_neighbours(line, source.split("\n")[:number]):
        return problem(
            "CR004",
            file,
            Place(number + 1, 1, _indent(line) + 2),
            found=_indent(line),
            wanted=_indent(source.split("\n")[number - 1]),
        )
    return problem("CR006", file, place, problem=why)


def _indented_unlike_its_neighbours(line: str, above: list[str]) -> bool:
    starts = [
        start
        for other in above
        if other.strip() and not other.lstrip().startswith("#")
        for start in (_indent(other), _indent(other) + 2 * other.lstrip().startswith("- "))
    ]
    return bool(starts) and bool(line.strip()) and _indent(line) not in starts


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
