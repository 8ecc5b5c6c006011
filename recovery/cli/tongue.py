"""The language of the command line: that of `--lang` or the environment, in every word of help,
usage errors and answers; click's own words among them.
"""

import copy
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

from recovery.errors import UsageError
from recovery.i18n import ENGLISH, explained, here, language, mark, speak, spoken, words

C = TypeVar("C", bound=click.Command)
# Where click looks up what it says itself: each of these names holds gettext's functions.
_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)
CLICK = (
    mark("Usage:"),
    mark("Options"),
    mark("Commands"),
    mark("Positional arguments"),
    mark("Error: {message}"),
    mark("Try '{command} {option}' for help."),
    mark("Show this message and exit."),
    mark("Show the version and exit."),
    mark("%(prog)s, version %(version)s"),
    mark("Aborted!"),
    mark("Missing command."),
    mark("Missing argument"),
    mark("Missing option"),
    mark("Missing parameter"),
    mark("Missing parameter: {param_name}"),
    mark("Missing {param_type}"),
    mark("Choose from:\n\t{choices}"),
    mark("No such option {name!r}."),
    mark("No such command {name!r}."),
    mark("Invalid value: {message}"),
    mark("Invalid value for {param_hint}: {message}"),
    mark("Could not open file {filename!r}: {message}"),
    mark("Option {name!r} does not take a value."),
    mark("Argument {name!r} takes {nargs} values."),
    mark("{value} is not in the range {range}."),
    mark("{value!r} is not a valid {number_type}."),
    mark("{value!r} is not a valid boolean. Recognized values: {states}"),
    mark("{name} {filename!r} is a file."),
    mark("{name} {filename!r} is a directory."),
    mark("{name} {filename!r} is not readable."),
    mark("{name} {filename!r} is not writable."),
    mark("{name} {filename!r} does not exist."),
    mark("default: {default}"),
    mark("required"),
    mark("file"),
    mark("directory"),
    mark("path"),
    mark("unknown error"),
    mark("Error: invalid input"),
)
SEVERAL = (
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    (
        "Option {name!r} requires an argument.",
        "Option {name!r} requires {nargs} arguments.",
    ),
)
ONE_OF = mark("en or zh-CN  [default: of the environment]")


@contextmanager
def speaking(args: Sequence[str]) -> Iterator[None]:
    """Speak the language that a command line asks for; a wrong `--lang` is told by its command."""
    try:
        lang = language(_asked(args), os.environ)
    except UsageError:
        lang = language(None, os.environ)
    _speak(lang)
    try:
        yield
    finally:
        _speak("en")  # whoever calls us from Python goes on in English


def _speak(lang: str) -> None:
    speak(lang)
    for module in _MODULES:
        for name in ("_", "gettext"), ("ngettext", "ngettext"):
            if hasattr(module, name[0]):
                setattr(module, name[0], getattr(words(lang), name[1]))


def localised(command: C) -> C:
    """A copy of `command` whose help is in the language spoken, and which knows `--lang`."""
    told = in_language(command)
    if not any("--lang" in one.opts for one in command.params):
        told.params.append(_lang())
    if isinstance(command, click.Group) and isinstance(told, click.Group):
        told.commands = {name: localised(one) for name, one in command.commands.items()}
    return told


def in_language(command: C) -> C:
    """A copy of `command` with its words in the language spoken."""
    told = copy.copy(command)
    told.help = translated(command.help)
    told.epilog = translated(command.epilog)
    told.short_help = translated(command.short_help)
    told.params = [_param(one) for one in command.params]
    return told


def translated(text: str | None) -> str | None:
    """Words of help in the language spoken, paragraph by paragraph."""
    if not text or words(spoken()) is ENGLISH:
        return text
    return "\n\n".join(words(spoken()).gettext(one) for one in paragraphs(text))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line."""
    return [re.sub(r"\s*\n\s*", " ", one).strip() for one in re.split(r"\n\s*\n", text.strip())]


def helps(command: click.Command) -> Iterator[str]:
    """Every text of help that a command, its options and its own commands have, in English."""
    for text in (command.help, command.epilog, command.short_help):
        yield from paragraphs(text) if text else ()
    for param in command.params:
        if (told := getattr(param, "help", None)) is not None:
            yield told
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        yield from helps(one)


def _param(param: click.Parameter) -> click.Parameter:
    told = copy.copy(param)
    if isinstance(told, click.Option) and told.help:
        told.help = words(spoken()).gettext(told.help)
    return told


def _lang() -> click.Option:
    return click.Option(
        ["--lang"],
        metavar="LANG",
        expose_value=False,
        callback=_expect_language,
        help=here(ONE_OF),
    )


def _expect_language(ctx: click.Context, param: click.Parameter, asked: str | None) -> None:
    try:
        language(asked, os.environ)
    except UsageError as error:
        raise click.BadParameter(explained(error), ctx, param) from None


def _asked(args: Sequence[str]) -> str | None:
    """What follows `--lang`, wherever that stands."""
    for number, word in enumerate(args):
        if word == "--":
            break
        if word == "--lang":
            return args[number + 1] if number + 1 < len(args) else None
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None
