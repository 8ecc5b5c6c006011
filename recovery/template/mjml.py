"""MJML to HTML, once per layout, with Jinja inside.

The compiler would move or break Jinja tags, so they leave as tokens and come back afterwards. It is
checked that every one came back, in order. Newlines are put *inside* the tags that came back so
that each stands on its source line: an error still names the line the marketer wrote.
"""

import re
from bisect import bisect_left

import mrml

from recovery.i18n import Text, say

TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_NO_COMMENT = re.compile(r'="[^"<>]*"|<mj-(title|preview|style)\b[^>]*>.*?</mj-\1>', re.DOTALL)
_POSITION = re.compile(r"position (\d+)")
_TOKEN = re.compile(r"<!--JINJA(\d+)TAG-->|JINJA(\d+)TAG")


class MjmlError(ValueError):
    """Raised when MJML does not compile, or swallows a Jinja tag; `line` is the source's."""

    def __init__(self, message: Text, line: int | None = None) -> None:
        super().__init__(message)
        self.said = message
        self.line = line


def compile_mjml(source: str) -> str:
    """Return HTML with the Jinja tags of `source`, each on the line it had there."""
    source = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
    tags = [(found[0], source.count("\n", 0, found.start()) + 1) for found in TAG.finditer(source)]
    tokens = _with_tokens(source)
    try:
        html = mrml.to_html(tokens).content
    except OSError as error:  # what mrml raises for whatever it can't read
        at = _POSITION.search(str(error))
        line = tokens.count("\n", 0, int(at[1])) + 1 if at else None
        raise MjmlError(say("its compiler says: {error}", error=str(error)), line) from error
    if unknown := re.search(r"<mj-[\w-]+", html):  # mrml hands on what it does not know
        line = source.count("\n", 0, source.index(unknown[0])) + 1
        raise MjmlError(say("there is no element {tag} at this place", tag=f"{unknown[0]}>"), line)
    html = re.sub(r"\s*\n\s*", " ", html)
    _check(html, tags)
    return _with_tags(html, tags)


def _with_tokens(source: str) -> str:
    """A statement becomes a comment, for it may stand between elements; the rest becomes a word."""
    closed = [found.span() for found in _NO_COMMENT.finditer(_masked(source))]
    number = iter(range(len(source)))

    def token(found: re.Match[str]) -> str:
        word = f"JINJA{next(number)}TAG"
        inside = any(start < found.start() < end for start, end in closed)
        return word if inside or found[0].startswith("{{") else f"<!--{word}-->"

    return TAG.sub(token, source)


def _masked(source: str) -> str:
    """The same length without the tags' own quotes, so that attributes can be told apart."""
    return TAG.sub(lambda found: "x" * len(found[0]), source)


def _check(html: str, tags: list[tuple[str, int]]) -> None:
    """Statements keep their order; an expression stays between the same two statements.

    Within one element MJML may reorder attributes and repeat a title: that harms no expression.
    """
    seen = [int(found[1] or found[2]) for found in _TOKEN.finditer(html)]
    statements = [number for number, (tag, _) in enumerate(tags) if tag.startswith("{%")]
    passed, met = 0, set[int]()
    for number in seen:
        states = tags[number][0].startswith("{%")
        if passed != bisect_left(statements, number) and (states or number not in met):
            tag, line = tags[number]
            raise MjmlError(say("{tag} can't stand here, it was moved or repeated", tag=tag), line)
        passed += states
        met.add(number)
    for number in sorted(set(range(len(tags))) - set(seen)):
        tag, line = tags[number]
        raise MjmlError(say("{tag} can't stand here, it was dropped", tag=tag), line)


def _with_tags(html: str, tags: list[tuple[str, int]]) -> str:
    at = 1

    def restore(found: re.Match[str]) -> str:
        nonlocal at
        tag, line = tags[int(found[1] or found[2])]
        opening = 3 if tag[2] in "-+" else 2
        padding = "\n" * max(0, line - at)
        at += len(padding) + tag.count("\n")
        return tag[:opening] + padding + tag[opening:]

    return _TOKEN.sub(restore, html)
