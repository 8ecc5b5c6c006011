"""A report for people: titled tables and what is said under them. A terminal, Markdown and a plain
page lay the same cells out, each in its way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about one row; `tone` is the verdict that it tells, else empty."""

    text: str
    about: str = ""
    tone: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.text}" if self.about else self.text


@dataclass(frozen=True, slots=True)
class Block:
    """One table. The first `names` columns hold names, all others numbers; a cell may have several
    lines."""

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    said: Sequence[Said] = ()
    names: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """All of it; `notes` say how to read the numbers."""

    title: str
    blocks: Sequence[Block]
    notes: Sequence[str] = ()


def markdown(paper: Paper) -> str:
    """The paper in Markdown, its tables as GitHub writes them."""
    lines = [f"# {paper.title}", ""]
    for block in paper.blocks:
        lines += [f"## {block.title}", "", *_table(block)]
        if block.said:
            lines += [*(f"- {_text(str(one))}" for one in block.said), ""]
    return "\n".join([*lines, *(f"> {_text(note)}\n" for note in paper.notes)]).rstrip() + "\n"


def _table(block: Block) -> Iterator[str]:
    if not block.heads:
        return
    numbers = len(block.heads) - block.names
    for row in (block.heads, ["---"] * block.names + ["--:"] * numbers, *block.rows):
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|").replace("\n", "<br>")


def _text(text: str) -> str:
    """Names are the shop's: they must not become tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def page(paper: Paper, lang: str) -> str:
    """The paper as one self-contained page of plain tables."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("paper.html.j2").render(paper=paper, lang=lang)
