"""Changes written into the text of a campaign file: comments, order and style stay the author's.

PyYAML's composer says where each value stands; the text around it is not touched. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from recovery.i18n import say
from recovery.simulate.optimise.candidates import Candidate, Change, Key
from recovery.simulate.optimise.limits import NO_OFFER


class Edit(NamedTuple):
    """Replace what stands between two places of the text."""

    start: int
    end: int
    text: str


def edited(text: str, candidate: Candidate) -> str:
    """`text` with all changes of a candidate, one after the other: what two of them touch, such as
    the comma between two steps that go, stands elsewhere after the first. ValueError where a change
    has no place there."""
    for change in candidate:
        for edit in sorted(_edits(text, change), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _edits(text: str, change: Change) -> Iterator[Edit]:
    for sequence, number in _steps(text, change.step):
        step = sequence.value[number]
        if change.key is Key.KEPT:
            yield _without(text, sequence, number)
        elif change.key is Key.AFTER:
            value = _pair(step, "after")[1]
            yield Edit(value.start_mark.index, value.end_mark.index, change.value)
        elif change.key is Key.CHANNEL:
            key = next(key for key, _ in step.value if key.value in ("email", "sms"))
            yield Edit(key.start_mark.index, key.end_mark.index, change.value)
        else:
            yield from _offer(text, step, change.value)


def _steps(text: str, name: str) -> Iterator[tuple[yaml.SequenceNode, int]]:
    """Every step of this name: the node of its sequence, and its number in there."""
    root = yaml.compose(text, yaml.BaseLoader)
    found = 0
    for _, sequence in _pair(root, "sequences")[1].value:
        for number, step in enumerate(sequence.value):
            if _pair(step, "step")[1].value == name:
                found += 1
                yield sequence, number
    if not found:
        raise ValueError(say("no step is called {name}", name=repr(name)))


def _pair(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node]:
    for one, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if one.value == key:
            return one, value
    raise ValueError(say("'{key}' is not written here, so it can't be changed", key=key))


def _offer(text: str, step: yaml.MappingNode, offer: str) -> Iterator[Edit]:
    keys = [key.value for key, _ in step.value]
    if offer == NO_OFFER:
        for key in ("offer", "without_offer"):
            if key in keys:
                yield _without_pair(text, step, keys.index(key))
    elif "offer" in keys:
        old = _pair(step, "offer")[1]
        yield Edit(old.start_mark.index, old.end_mark.index, offer)
    else:
        begin, value = _pair(step, "after")
        end = value.end_mark.index
        if step.flow_style:
            yield Edit(end, end, f", offer: {offer}")
        else:
            line = _line_end(text, end)
            yield Edit(line, line, f"\n{' ' * begin.start_mark.column}offer: {offer}")


def _without_pair(text: str, step: yaml.MappingNode, number: int) -> Edit:
    key, value = step.value[number]
    if step.flow_style:
        return _out_of_line([(k, v) for k, v in step.value], number)
    if number == 0:
        raise ValueError(say("'{key}' begins its step: write it further down", key=key.value))
    return Edit(_line_end(text, step.value[number - 1][1].end_mark.index), _last(text, value), "")


def _without(text: str, sequence: yaml.SequenceNode, number: int) -> Edit:
    if len(sequence.value) == 1:
        raise ValueError(say("a sequence keeps one step"))
    if sequence.flow_style:
        return _out_of_line([(one, one) for one in sequence.value], number)
    item = sequence.value[number]
    start = text.rfind("\n", 0, item.start_mark.index) + 1
    return Edit(start, min(len(text), _last(text, item) + 1), "")


def _out_of_line(parts: Sequence[tuple[yaml.Node, yaml.Node]], number: int) -> Edit:
    """Out of `{a, b}` or `[a, b]`, with the comma before it, or the one behind the first."""
    first, last = parts[number]
    if number:
        return Edit(parts[number - 1][1].end_mark.index, last.end_mark.index, "")
    return Edit(first.start_mark.index, parts[1][0].start_mark.index, "")


def _last(text: str, node: yaml.Node) -> int:
    """The end of the line on which a node has its last sign; a block's own mark lies behind it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return _line_end(text, node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end
