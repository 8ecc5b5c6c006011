"""How a text heeds `variant`: with which names it compares it, and where. For checks of campaigns.

What a text does with it beyond comparing (printing it, choosing a file by it) can't be told from
its names, and is not judged.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import jinja2
from jinja2 import nodes

from recovery.message import Channel
from recovery.template.errors import TemplateError, did_you_mean, near
from recovery.template.library import SUBJECT, Library
from recovery.template.messages import FILES, LETTER, Message
from recovery.template.tags import Sheet, tags

_NAME = "variant"
_SPEAKS = re.compile(rf"(?<![\w.]){_NAME}\b")
_EQUAL, _AMONG = frozenset({"eq", "ne"}), frozenset({"in", "notin"})


@dataclass(frozen=True)
class Heed:
    """The names that a message compares `variant` with, each with its sheets, over all languages.

    `freely`: it does more with it, so that nothing can be said about names that are not here.
    """

    names: Mapping[str, tuple[Sheet, ...]] = field(default_factory=dict)
    freely: bool = False

    def strangers(self, known: Iterable[str]) -> Iterator[TemplateError]:
        """Names that no step has; nobody will ever read what stands there."""
        there = list(known)
        for name, sheets in self.names.items():
            for sheet in sheets if name not in there else ():
                for at in _places(sheet, name):
                    guess, swap = did_you_mean(name, there), near(name, there)
                    yield sheet.error("CR134", at, name, swap=swap, given=name, guess=guess)


def heed(library: Library, message: Message, channel: Channel) -> Heed:
    """Of all that `message` has for `channel`; TemplateError when a file can't be read."""
    names, freely = dict[str, tuple[Sheet, ...]](), _built_on_it(library)
    for locale, files in sorted(message.files.items()):
        for file in sorted(files & {*FILES[channel]}):
            path = f"{message.name}/{locale}/{file}"
            sheet = Sheet(library.raw(path), library.shown(path))
            for part in (path, path + SUBJECT) if file == LETTER else (path,):
                found, more = _heeded(library, locale, part)
                freely = freely or more
                for name in found:
                    sheets = names.get(name, ())
                    names[name] = sheets if sheet in sheets else (*sheets, sheet)
    return Heed(names, freely)


def _built_on_it(library: Library) -> bool:
    """Whether a layout looks at it: then every message may."""
    return any(_SPEAKS.search(library.raw(path)) for path in library.layouts())


def _heeded(library: Library, locale: str, path: str) -> tuple[dict[str, None], bool]:
    source = library.source(locale, path)
    if not _SPEAKS.search(source):
        return {}, False
    reader = _Reader()
    try:
        reader.visit(library.parse(source))
    except jinja2.TemplateSyntaxError:
        return {}, True  # told with the templates' own mistakes
    return reader.names, reader.freely


class _Reader:
    """Walks a syntax tree and remembers what `variant` meets there."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.freely = False

    def visit(self, node: nodes.Node, *, asked: bool = False) -> None:
        """`asked`: only whether there is one matters, which is so for each of them."""
        if isinstance(node, nodes.Compare) and (found := _compared(node)) is not None:
            self.names |= dict.fromkeys(found)
        elif isinstance(node, nodes.Name) and node.name == _NAME:
            self.freely = self.freely or not asked
        elif isinstance(node, nodes.If | nodes.CondExpr):
            for child in node.iter_child_nodes():
                self.visit(child, asked=child is node.test)
        else:
            passes_on = asked and isinstance(node, nodes.Not | nodes.And | nodes.Or)
            for child in node.iter_child_nodes():
                self.visit(child, asked=passes_on)


def _compared(node: nodes.Compare) -> list[str] | None:
    """The names in `variant == "a"`, `"a" != variant` or `variant in ["a", "b"]`; else None."""
    if len(node.ops) != 1:
        return None
    (operand,) = node.ops
    left, right = node.expr, operand.expr
    if operand.op in _EQUAL:
        one = right if _is_it(left) else left if _is_it(right) else None
        return [one.value] if isinstance(one, nodes.Const) and isinstance(one.value, str) else None
    if operand.op in _AMONG and _is_it(left) and isinstance(right, nodes.List | nodes.Tuple):
        values = [one.value for one in right.items if isinstance(one, nodes.Const)]
        texts = [value for value in values if isinstance(value, str)]
        return texts if len(texts) == len(right.items) else None
    return None


def _is_it(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == _NAME


def _places(sheet: Sheet, name: str) -> Iterator[int]:
    """Where a tag that speaks of `variant` has `name` in quotes."""
    quoted = re.compile(rf"(?<=[\"']){re.escape(name)}(?=[\"'])")
    for tag in tags(sheet, lambda error: None):
        if _SPEAKS.search(tag.text):
            yield from (tag.start + found.start() for found in quoted.finditer(tag.text))
