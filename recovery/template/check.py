"""What `recovery check` finds in templates, before a customer does: read, parse, dry-render."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import jinja2
from jinja2 import meta, nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS

from recovery import sms
from recovery.i18n import Text, say
from recovery.message import Channel, MessageClass
from recovery.template.context import NAMES
from recovery.template.errors import TemplateError, did_you_mean
from recovery.template.formats import filters
from recovery.template.library import SUBJECT, Library
from recovery.template.locales import is_locale
from recovery.template.messages import DESCRIPTION, FILES, LETTER, Message
from recovery.template.phrases import COMMON, LAST
from recovery.template.sample import OFFER_KINDS, bare, sample
from recovery.template.view import MessageView

SAMPLES = "samples.yaml"  # sample orders, which the preview reads
# What a shop writes itself; a letter gets the line from the layout.
_OWN = ("/email.html", "/email.mjml", "/email.txt", "/sms.txt")
_NO_FILTER = re.compile(r"No filter named '(\w+)'")
_WAY_OUT = r"unsubscribe_url|\bSTOP\b"
_ALL_FILES = [name for names in FILES.values() for name in names]


class Texted(Protocol):
    """An SMS as a customer reads it."""

    @property
    def body(self) -> str: ...


class Renders(Protocol):
    """What a check needs of the catalog."""

    root: Path

    def message(self, name: str) -> Message: ...
    def email(self, name: str, view: MessageView) -> object: ...
    def sms(self, name: str, view: MessageView) -> Texted: ...
    def task(self, name: str, view: MessageView) -> object: ...


def problems(catalog: Renders, library: Library, names: tuple[str, ...]) -> list[TemplateError]:
    """Every problem once, in the order of files and lines."""
    found = list(_phrases(library))
    for name in names:
        try:
            message = catalog.message(name)
        except TemplateError as error:
            found.append(error)
            continue
        found += _folder(catalog.root, message)
        said = list(_words(library, message))
        told = {(error.file, error.line) for error in said}  # it fails there because of that
        found += said
        found += [each for each in _dry(catalog, message) if (each.file, each.line) not in told]
    unique = {(each.file, each.line, each.message): each for each in reversed(found)}
    return sorted(unique.values(), key=lambda each: (each.file, each.line or 0, each.message))


def _phrases(library: Library) -> Iterator[TemplateError]:
    """Every locale says all that English says, in phrases that parse."""
    try:
        by_locale = library.phrases.by_locale
    except TemplateError as error:
        yield error
        return
    needed = by_locale.get(LAST, {})
    for locale, words in by_locale.items():
        file = library.shown(f"layouts/phrases/{locale}.yaml")
        for name in sorted(set(needed) - set(words)) if locale != COMMON else ():
            yield TemplateError("CR115", file=file, given=name, shown=needed[name].text)
        for phrase in words.values():
            yield from _names(library, phrase.text, phrase.file, phrase.line)


def _folder(root: Path, message: Message) -> Iterator[TemplateError]:
    """Whole e-mails, known file names, a locale for everybody else."""
    shown = f"{root.name}/{message.name}"
    for sub in sorted((root / message.name).iterdir()):
        if sub.is_dir() and not is_locale(sub.name):
            yield TemplateError("CR111", file=f"{shown}/{sub.name}")
        elif sub.is_file() and sub.name not in (DESCRIPTION, SAMPLES):
            guess = did_you_mean(sub.name, [DESCRIPTION, SAMPLES])
            yield TemplateError("CR104", file=f"{shown}/{sub.name}", guess=guess)
    if not message.files:
        yield TemplateError("CR112", file=shown, wanted=f"{LAST}/{LETTER}")
    for channel in Channel:
        written = message.locales(channel)
        if written and message.fallback not in written:
            wanted, file = f"{message.fallback}/{FILES[channel][0]}", f"{shown}/message.yaml"
            yield TemplateError("CR113", file=file, channel=str(channel), wanted=wanted)
    for locale, files in message.files.items():
        yield from _files(f"{shown}/{locale}", files)


def _files(folder: str, files: frozenset[str]) -> Iterator[TemplateError]:
    for name in sorted(files - {*_ALL_FILES}):
        guess = did_you_mean(name, _ALL_FILES)
        yield TemplateError("CR104", file=f"{folder}/{name}", guess=guess)
    parts = files & {*FILES[Channel.EMAIL]}
    if not parts or LETTER in files:
        return
    for name in {"subject.txt", "email.txt"} - files:
        yield TemplateError("CR114", file=folder, part=name, wanted=name)
    if not files & {"email.html", "email.mjml"}:
        yield TemplateError("CR114", file=folder, part="HTML", wanted="email.html")


def _words(library: Library, message: Message) -> Iterator[TemplateError]:
    """Unknown placeholders; an offer in a service message, which would make it advertising."""
    for locale, files in message.files.items():
        for name in sorted(files & {*_ALL_FILES}):
            path = f"{message.name}/{locale}/{name}"
            for part in (path, path + SUBJECT) if name == LETTER else (path,):
                yield from _source(library, message, locale, part)


def _source(library: Library, message: Message, locale: str, path: str) -> Iterator[TemplateError]:
    shown = library.shown(path)
    try:
        source = library.source(locale, path)
    except TemplateError as error:
        yield error
        return
    yield from _names(library, source, shown, None)
    marketing = message.message_class is MessageClass.MARKETING
    if marketing and path.endswith(_OWN) and not re.search(_WAY_OUT, source):
        yield TemplateError("CR128", file=shown, line=1)
    if not marketing:
        for line in _lines_of(library, source, "offer"):
            yield TemplateError("CR103", file=shown, line=line, mark="offer")


def _names(library: Library, source: str, file: str, line: int | None) -> Iterator[TemplateError]:
    """Syntax errors and unknown names of `source`; `line` when it is one phrase of a file."""
    try:
        tree = library.parse(source)
        unknown = meta.find_undeclared_variables(tree) - NAMES
    except jinja2.TemplateSyntaxError as error:
        yield _not_read(error, file, line or error.lineno)
        return
    for name in sorted(unknown):
        for at in _lines(tree, name):
            guess = did_you_mean(name, list(NAMES))
            yield TemplateError(
                "CR101", file=file, line=line or at, mark=name, given=name, guess=guess
            )


def _not_read(error: jinja2.TemplateSyntaxError, file: str, line: int) -> TemplateError:
    """What jinja could not read; of an unknown filter, the nearest one that there is."""
    why: str | Text = error.message or type(error).__name__
    mark = ""
    if found := _NO_FILTER.match(str(why)):
        mark = found[1]
        guess = did_you_mean(mark, [*filters(), *DEFAULT_FILTERS])
        why = say("there is no filter '{given}'; {guess}", given=mark, guess=guess)
    return TemplateError("CR102", file=file, line=line, mark=mark, problem=why)


def _lines_of(library: Library, source: str, name: str) -> list[int]:
    try:
        return _lines(library.parse(source), name)
    except jinja2.TemplateSyntaxError:
        return []  # said by _names


def _lines(tree: nodes.Template, name: str) -> list[int]:
    return sorted({node.lineno for node in tree.find_all(nodes.Name) if node.name == name})


def _dry(catalog: Renders, message: Message) -> Iterator[TemplateError]:
    """Render every locale and channel with all, with the least, and with each kind of offer."""
    doors = {Channel.EMAIL: catalog.email, Channel.SMS: catalog.sms, Channel.TASK: catalog.task}
    marketing = message.message_class is MessageClass.MARKETING
    for locale in sorted(message.locales(Channel.SMS)):
        yield from _dear(catalog, message, locale)
    for channel, door in doors.items():
        for locale in sorted(message.locales(channel)):
            views = [sample(locale, staff=channel is Channel.TASK), bare(locale)]
            views += [sample(locale, offer=kind) for kind in OFFER_KINDS if marketing]
            for view in views:
                try:
                    door(message.name, view)
                except TemplateError as error:
                    yield error


def _dear(catalog: Renders, message: Message, locale: str) -> Iterator[TemplateError]:
    """A single character can make an SMS three times as dear."""
    try:
        body = catalog.sms(message.name, sample(locale)).body
    except TemplateError:
        return  # said with the others
    file = f"{catalog.root.name}/{message.name}/{locale}/{FILES[Channel.SMS][0]}"
    lines = (catalog.root.parent / file).read_text("utf-8").splitlines()
    costly = sms.dear(body)
    for number, line in enumerate(lines, 1):
        for sign in (letter for letter in dict.fromkeys(line) if letter in costly):
            now, before = sms.measure(body), sms.measure(body.replace(sign, "x"))
            told = {"count": now.segments, "without": before.segments}
            yield TemplateError("CR127", file=file, line=number, mark=sign, given=sign, **told)
