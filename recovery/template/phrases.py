"""Shared phrases: `[[pay_now]]` in a template becomes the locale's own words, once, when read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from recovery.template.errors import TemplateError, did_you_mean
from recovery.template.locales import choose

PHRASE = re.compile(r"\[\[\s*(\w+)\s*\]\]")
_WIDE_COLON = re.compile(r"\s*([\w-]+)\s*：")
COMMON = "common"  # phrases made of other phrases, the same in every language
LAST = "en"
DEPTH = 4  # phrases within phrases


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase; may hold placeholders and other phrases, never a newline."""

    text: str
    file: str
    line: int


class Phrases:
    """The files of `layouts/phrases/`, one a locale and `common.yaml`."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder, self._root = folder, root

    @cached_property
    def by_locale(self) -> dict[str, dict[str, Phrase]]:
        """Every phrase of every locale; TemplateError when a file is not YAML of that shape."""
        files = sorted(self._folder.glob("*.yaml"))
        return {file.stem: read_words(file, file.relative_to(self._root.parent)) for file in files}

    def of(self, locale: str) -> dict[str, Phrase]:
        """The phrases a text in `locale` uses."""
        written = frozenset(self.by_locale) - {COMMON}
        chosen = choose(locale, written, LAST)
        own = self.by_locale[chosen] if chosen else {}
        return {**self.by_locale.get(COMMON, {}), **own}

    def splice(self, source: str, locale: str, quote: Callable[[str], str], file: str) -> str:
        """Put the phrases of `locale`, passed through `quote`, where `source` names them."""
        words = self.of(locale)
        for _ in range(DEPTH):
            source = PHRASE.sub(lambda found: quote(_one(words, found, file).text), source)
            if not PHRASE.search(source):
                break
        return source


def read_words(path: Path, shown: Path | str) -> dict[str, Phrase]:
    """Read a flat YAML file: name, words. Every value stays text; lines are remembered."""
    _no_wide_colon(path, shown)
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise TemplateError("CR106", file=shown, line=line) from error
    if not isinstance(node, yaml.MappingNode):
        raise TemplateError("CR122", file=shown, line=1)
    words = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(value, yaml.ScalarNode):
            name = str(key.value)
            raise TemplateError("CR123", file=shown, line=line, mark=name, given=name)
        words[str(key.value)] = Phrase(" ".join(value.value.split("\n")), str(shown), line)
    return words


def _no_wide_colon(path: Path, shown: Path | str) -> None:
    """A colon of a Chinese input method makes no name; YAML would speak of something else."""
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if found := _WIDE_COLON.match(line):
            raise TemplateError(
                "CR130",
                file=shown,
                line=number,
                mark="：",
                column=found.end(),
                swap=": ",
                safe=True,
                given="：",
                wanted=f"'{found[1]}:'",
            )


def _one(words: dict[str, Phrase], found: re.Match[str], file: str) -> Phrase:
    if found[1] in words:
        return words[found[1]]
    raise TemplateError(
        "CR116",
        file=file,
        line=found.string.count("\n", 0, found.start()) + 1,
        mark=found[1],
        given=found[1],
        guess=did_you_mean(found[1], words),
    )
