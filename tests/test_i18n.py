"""The catalogue is whole: every text of the code, none left over, the same places on both sides."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from recovery.cli.main import VERBS, main, unlocalised
from recovery.cli.tongue import SEVERAL, helps
from recovery.errors import UsageError
from recovery.i18n import ENGLISH, LANGUAGES, fill, language, say, words
from recovery.problems.codes import CODES

ROOT = Path(__file__).parent.parent
MARKS = {"say", "mark", "here", "plural", "gettext", "ngettext"}


def texts() -> Iterator[str]:
    """Every English text: literals that the code marks, and the rows of codes."""
    for folder in ("recovery", "workers"):
        for file in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(file.read_text("utf-8"))
            ours = MARKS if file.name == "i18n.py" else {"gettext", "ngettext"} | _imported(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _called(node.func) in MARKS & ours:
                    yield from _literals(node)
    yield from (text for pair in SEVERAL for text in pair)
    yield from helps(main)
    for verb in VERBS:
        yield from helps(unlocalised(verb))
    for row in CODES.values():
        told = (row.message, row.help, row.why)
        yield from (text for text in told if re.search(r"[a-z]", re.sub(r"{\w+}", "", text)))


def _imported(tree: ast.Module) -> set[str]:
    """Which of our marks a module knows; others may call their own things `say`."""
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    if any(alias.name == "i18n" for node in named for alias in node.names):
        return MARKS
    ours = [node for node in named if node.module == "recovery.i18n"]
    return {alias.name for node in ours for alias in node.names}


def _called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _literals(node: ast.Call) -> Iterator[str]:
    count = 2 if _called(node.func) in ("ngettext", "plural") else 1
    for given in node.args[:count]:
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


def catalogue() -> dict[str, Message]:
    file = ROOT / "recovery/locale/zh_CN/LC_MESSAGES/recovery.po"
    with file.open("rb") as source:
        found = read_po(source, abort_invalid=True)
    return {one: message for message in found if message.id for one in _ids(message)}


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_is_translated_and_none_is_left_over() -> None:
    said, known = set(texts()), catalogue()
    assert sorted(said - set(known)) == [], "no zh_CN text"
    assert sorted(set(known) - said) == [], "nobody says this any more"


@pytest.mark.parametrize(
    "message", {id(one): one for one in catalogue().values()}.values(), ids=lambda one: ""
)
def test_both_sides_have_the_same_places(message: Message) -> None:
    told = [message.string] if isinstance(message.string, str) else list(message.string)
    assert not message.fuzzy
    for text in told:
        assert text.strip(), message.id
        assert places(text) == places(_ids(message)[-1]), message.id


@pytest.mark.parametrize(
    ("asked", "environ", "spoken"),
    [
        (None, {}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "de_DE"}, "en"),
        (None, {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh"}, "zh-CN"),
        (None, {"LC_ALL": "", "LANG": "zh_CN"}, "zh-CN"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("zh-CN", {}, "zh-CN"),
        ("zh_cn", {}, "zh-CN"),
    ],
)
def test_the_option_wins_over_the_environment(
    asked: str | None, environ: dict[str, str], spoken: str
) -> None:
    assert language(asked, environ) == spoken


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(UsageError, match="en and zh-CN"):
        language("fr", {})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_text_within_a_text_is_translated_too(lang: str) -> None:
    whole = say("the other one")
    told = {"en": "the other one", "zh-CN": "另一处"}[lang]
    assert fill(whole, words(lang)) == told
    assert fill(say("{inner}", inner=whole), words(lang)) == told
    assert fill(7, ENGLISH) == "7"
