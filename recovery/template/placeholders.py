"""Placeholders held against the views they come from: what does not exist, may be empty, or can't
be written as it stands. Each tag is read by itself, so that every mistake is told, with its column.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

import jinja2
from jinja2 import nodes

from recovery.i18n import Text, say
from recovery.template import vocabulary
from recovery.template.errors import TemplateError, did_you_mean, near
from recovery.template.tags import BLOCKS, Sheet, Tag, structure, tags
from recovery.template.vocabulary import Kind

_ITS_OWN = frozenset({"loop", "self", "super", "caller", "varargs", "kwargs"})
_NEXT = re.compile(r"expected token '([^']*)', got '([^']*)'")
Parse = Callable[[str], nodes.Template]


def mistakes(
    sheet: Sheet, parse: Parse, *, marketing: bool = True, whole: bool = True, task: bool = False
) -> list[TemplateError]:
    """What is wrong with the tags of a file, in its order.

    Only a `marketing` message has an offer, so in others nobody asks whether it may be empty; a
    `task` is never without its staff. A file that is not the `whole` of a message (a layout, a
    phrase) may stand between somebody else's `if`.
    """
    found: list[TemplateError] = []
    listed = list(tags(sheet, found.append))
    structure(sheet, listed, found.append)
    # An offer in a service message is told as such; advertising always has a way out.
    sure = {"unsubscribe_url" if marketing else "offer", *(["staff"] if task else [])}
    reader = _Reader(sheet, found.append, sure, whole=whole)
    trees = [(tag, _parsed(sheet, tag, parse, found.append)) for tag in listed if tag.whole]
    reader.made = {name for _, tree in trees if tree for name in _made(tree)}
    for tag, tree in trees:
        reader.read(tag, tree)
    return found


def _parsed(
    sheet: Sheet, tag: Tag, parse: Parse, report: Callable[[TemplateError], None]
) -> nodes.Template | None:
    """The tree of one tag, which is made whole for that; None when it says nothing by itself."""
    if tag.word in ("else", "extends") or tag.word in BLOCKS.values():
        return None
    source = tag.text
    if tag.word == "elif":
        source = "{% if 1 %}" + source + "{% endif %}"
    elif tag.word in BLOCKS and not (tag.word == "set" and "=" in source):
        source += f"{{% {BLOCKS[tag.word]} %}}"
    elif source.startswith("{%") and tag.word not in ("set", "include", "import", "from"):
        return None  # told by the structure
    try:
        return parse(source)
    except jinja2.TemplateSyntaxError as error:
        shown = tag.text.partition("\n")[0]
        apart = vocabulary.spelled_apart(shown.strip("{}")) if shown.startswith("{{") else None
        swap = f"{{{{ {vocabulary.written(apart)} }}}}" if apart else None
        why = _why(error.message or "", tag)
        report(sheet.error("CR102", tag.start, shown, swap=swap, problem=why))
        return None


def _why(told: str, tag: Tag) -> Text | str:
    """Jinja's words for a slip inside a tag, in those of people."""
    if found := _NEXT.search(told):
        if found[1].startswith("end of"):
            return say("'{given}' is too much in this tag", given=found[2])
        return say("'{given}' is missing before '{next}'", given=found[1], next=found[2])
    if told.startswith("Expected an expression"):
        empty = not tag.text.strip("{}%-+ \n")
        return say("the tag is empty") if empty else say("something is missing in this tag")
    return told


def _made(tree: nodes.Template) -> Iterator[str]:
    """The names that a tag makes: of loops, `set`, macros and imports."""
    for name in tree.find_all(nodes.Name):
        if name.ctx in ("store", "param"):
            yield name.name
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for whole in tree.find_all(nodes.Import):
        yield whole.target
    for some in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in some.names)


class _Reader:
    """Reads tags in their order and remembers what loops and conditions stand around them."""

    def __init__(
        self,
        sheet: Sheet,
        report: Callable[[TemplateError], None],
        sure: set[str],
        *,
        whole: bool,
    ) -> None:
        self.made: set[str] = set()
        self._sheet, self._report = sheet, report
        self._whole, self._sure = whole, sure  # names that are there, or told of elsewhere
        self._around: list[tuple[str, dict[str, Kind | None], set[str]]] = [("", {}, set())]
        self._tag = Tag("", 0)
        self._met = Counter[str]()

    def read(self, tag: Tag, tree: nodes.Template | None) -> None:
        """Judge one tag; a block begins, goes on or ends with it."""
        self._tag, self._met = tag, Counter()
        if tag.word in BLOCKS.values():
            if len(self._around) > 1:
                self._around.pop()
        elif tag.word in BLOCKS and not (tag.word == "set" and "=" in tag.text):
            self._around.append((tag.word, {}, set()))
        for node in tree.body if tree else ():
            self._statement(tag, node)

    def _statement(self, tag: Tag, node: nodes.Node) -> None:
        if isinstance(node, nodes.Output) and tag.text.startswith("{{"):
            for one in node.nodes:
                self._printed(one)
        elif isinstance(node, nodes.If):
            tests = [node.test, *(other.test for other in node.elif_)]
            for test in tests:
                self._kind(test)
                self._around[-1][2].update(one.name for one in test.find_all(nodes.Name))
                if isinstance(test, nodes.Name):
                    self._around[-1][2].add(test.name)
        elif isinstance(node, nodes.For):
            self._loop(node)
        elif isinstance(node, nodes.Assign):
            kind = self._kind(node.node)
            if isinstance(node.target, nodes.Name):
                self._around[0][1][node.target.name] = kind
        else:
            for child in node.iter_child_nodes():
                self._kind(child)

    def _loop(self, node: nodes.For) -> None:
        kind = self._kind(node.iter)
        if isinstance(node.target, nodes.Name):
            name, one = node.target.name, kind.inside() if kind else None
            self._around[-1][1][name] = one and replace(one, root=name, path=name)
        if node.test is not None:
            self._kind(node.test)

    def _printed(self, node: nodes.Node) -> None:
        """What a customer reads: never a hole, a list or a bare number of cents."""
        kind = self._kind(node)
        if kind is None or isinstance(node, nodes.TemplateData) or not kind.path:
            return
        guarded = any(kind.root in names for _, _, names in self._around)
        last = kind.path.rpartition(".")[2]
        if self._whole and not guarded and self._may_be_empty(kind):
            self._tell("CR126", last)
        elif isinstance(node, nodes.Filter):
            return
        elif vocabulary.has_parts(kind):
            options = ", ".join(f"{kind.path}.{one}" for one in vocabulary.parts(kind.plain))
            self._tell("CR133", last, given=kind.path, options=options)
        elif vocabulary.is_of_views(kind):
            loop = f"{{% for item in {kind.path} %}}{{{{ item.name }}}}{{% endfor %}}"
            self._tell("CR133", last, given=kind.path, options=loop)
        elif form := vocabulary.form_of(kind):
            wanted = f"{last}|{form}"
            self._tell("CR132", last, swap=wanted, given=kind.path, wanted=f"{kind.path}|{form}")

    def _may_be_empty(self, kind: Kind) -> bool:
        top = vocabulary.names().get(kind.root)
        from_nothing = top is not None and top.optional and kind.root not in self._sure
        return from_nothing or (kind.optional and kind.path != kind.root)

    def _kind(self, node: nodes.Node) -> Kind | None:
        """What an expression is; everything within it is judged on the way."""
        match node:
            case nodes.Name():
                return self._name(node)
            case nodes.Getattr():
                return self._part(self._kind(node.node), node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str(name))):
                return self._part(self._kind(node.node), name)
            case nodes.Filter():
                return self._filtered(node)
            case nodes.CondExpr():
                return self._either(node)
            case nodes.Test():
                self._known(node.name, vocabulary.TESTS_KNOWN, "test")
        for child in node.iter_child_nodes():
            self._kind(child)
        return None

    def _either(self, node: nodes.CondExpr) -> Kind | None:
        self._kind(node.test)
        names = {one.name for one in node.find_all(nodes.Name)}
        self._around.append(("", {}, names))
        self._kind(node.expr1)
        if node.expr2 is not None:
            self._kind(node.expr2)
        self._around.pop()
        return None

    def _name(self, node: nodes.Name) -> Kind | None:
        name = node.name
        for _, made, _ in reversed(self._around):
            if name in made:
                return made[name]
        if name in vocabulary.names():
            return vocabulary.names()[name]
        if node.ctx == "load" and name not in self.made and name not in _ITS_OWN:
            self._no_name(name)
        return None

    def _no_name(self, name: str) -> None:
        meant = vocabulary.meant(name)
        if "offer" in self._sure and (meant or "").startswith("offer"):
            self._tell("CR103", name)  # a coupon, by another name
        else:
            self._unknown(name, name, meant, sorted(vocabulary.names()))

    def _part(self, of: Kind | None, name: str) -> Kind | None:
        if of is None:
            return None
        if found := vocabulary.part(of, name):
            return found
        if vocabulary.has_parts(of):
            known = list(vocabulary.parts(of.plain))
            whole = f"{of.path}.{name}"
            likely = near(name, known) or (vocabulary.meant(whole) or "").rpartition(".")[2]
            likely = likely if likely in known else ""
            found_at = f"{of.path}.{likely}" if likely else None
            self._unknown(name, whole, found_at, [f"{of.path}.{one}" for one in known], likely)
        elif of.plain in (str, bool) and not hasattr(of.plain, name):
            self._unknown(name, f"{of.path}.{name}", of.path, [])
        return None

    def _unknown(
        self, mark: str, given: str, meant: str | None, known: list[str], swap: str | None = None
    ) -> None:
        options = say("known are {options}", options=", ".join(known))
        guess = say("did you mean '{near}'?", near=meant) if meant else options
        self._tell(
            "CR101", mark, swap=swap or (meant if mark == given else None), given=given, guess=guess
        )

    def _filtered(self, node: nodes.Filter) -> Kind | None:
        kind = self._kind(node.node) if node.node is not None else None
        for one in (*node.args, *node.kwargs):
            self._kind(one)
        if not self._known(node.name, vocabulary.FILTERS, "filter"):
            return None
        wants = vocabulary.WANTS.get(node.name)
        if wants and kind and kind.plain is not wants:
            form = vocabulary.form_of(kind)
            self._tell(
                "CR131", node.name, given=node.name, path=kind.path, what=kind.told(), swap=form
            )
            return None
        if node.name in ("first", "last") and kind:
            return kind.inside()
        # What a filter writes is text; whether there is anything to write does not change.
        return kind if wants else None

    def _known(self, name: str, there: Collection[str], what: str) -> bool:
        if name in there:
            return True
        guess = did_you_mean(name, there if what == "test" else _ours())
        why = say("there is no filter '{given}'; {guess}", given=name, guess=guess)
        if what == "test":
            why = say("there is no test '{given}'; {guess}", given=name, guess=guess)
        self._tell(
            "CR102", name, swap=near(name, _ours() if what == "filter" else there), problem=why
        )
        return False

    def _tell(self, code: str, mark: str, *, swap: str | None = None, **parameters: Any) -> None:
        """Report the next place of a word in this tag."""
        places = [
            one.start() for one in re.finditer(rf"(?<!\w){re.escape(mark)}(?!\w)", self._tag.text)
        ]
        at = places[min(self._met[mark], len(places) - 1)] if places else 0
        self._met[mark] += 1
        given = mark if places else self._tag.text
        self._report(self._sheet.error(code, self._tag.start + at, given, swap=swap, **parameters))


def _ours() -> Collection[str]:
    return vocabulary.FILTERS
