"""What `recovery check` finds in templates, before a customer does: read, parse, dry-render."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from recovery import sms
from recovery.message import Channel, MessageClass
from recovery.template import letter
from recovery.template.errors import TemplateError, did_you_mean, near
from recovery.template.heed import Heed
from recovery.template.library import SUBJECT, Library
from recovery.template.locales import is_locale
from recovery.template.messages import DESCRIPTION, FILES, LETTER, Message, mistakes_of
from recovery.template.phrases import COMMON, LAST, PHRASE, Phrase
from recovery.template.placeholders import mistakes
from recovery.template.sample import OFFER_KINDS, bare, sample
from recovery.template.signs import braces, straight
from recovery.template.tags import Sheet, tags
from recovery.template.view import MessageView

SAMPLES = "samples.yaml"  # sample orders, which the preview reads
# What a shop writes itself; a letter gets the line from the layout.
_OWN = ("/email.html", "/email.mjml", "/email.txt", "/sms.txt")
_WAY_OUT = r"unsubscribe_url|\bSTOP\b"
_FILE = re.compile(r"(?<=[\"'])([^\"'\n]+)(?=[\"'])")
_ALL_FILES = [name for names in FILES.values() for name in names]


class Texted(Protocol):
    """An SMS as a customer reads it."""

    @property
    def body(self) -> str: ...


class Renders(Protocol):
    """What a check needs of the catalog."""

    root: Path

    def message(self, name: str) -> Message: ...
    def heed(self, name: str, channel: Channel) -> Heed: ...
    def email(self, name: str, view: MessageView) -> object: ...
    def sms(self, name: str, view: MessageView) -> Texted: ...
    def task(self, name: str, view: MessageView) -> object: ...


def problems(catalog: Renders, library: Library, names: tuple[str, ...]) -> list[TemplateError]:
    """Every problem once, in the order of files and lines."""
    found = [*_phrases(library), *_layouts(library)]
    for name in names:
        try:
            message = catalog.message(name)
        except TemplateError as error:
            found += mistakes_of(catalog.root / name, f"{catalog.root.name}/{name}") or [error]
            continue
        found += _folder(catalog.root, message)
        found += _words(library, message)
        # A line that is told of can't be written out; nor can a file whose tags don't fit.
        told = {(error.file, error.line) for error in found}
        torn = {error.file for error in found if error.code in ("CR102", "CR130")}
        found += [
            each
            for each in _dry(catalog, message)
            if (each.file, each.line) not in told
            and not (each.code == "CR102" and each.file in torn)
        ]
    unique = {(each.file, each.line, each.column, each.message): each for each in reversed(found)}
    return sorted(unique.values(), key=lambda each: (each.file, each.line or 0, each.column or 0))


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
            yield from _phrase(library, phrase)


def _phrase(library: Library, phrase: Phrase) -> Iterator[TemplateError]:
    """A phrase stands in its file on one line, behind its name."""
    found = list[TemplateError]()
    sheet = straight(Sheet(phrase.text, phrase.file), found.append)
    for error in (*found, *mistakes(sheet, library.parse, whole=False)):
        error.line, error.column = phrase.line, None
        yield error


def _layouts(library: Library) -> Iterator[TemplateError]:
    for path in library.layouts():
        try:
            yield from _tags(library, path, marketing=True, whole=False)
        except TemplateError as error:
            yield error


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
            yield from _source(library, message, locale, path)
            if name == LETTER and message.message_class is not MessageClass.MARKETING:
                yield from _in_subject(library, locale, path + SUBJECT)


def _source(library: Library, message: Message, locale: str, path: str) -> Iterator[TemplateError]:
    marketing = message.message_class is MessageClass.MARKETING
    shown = library.shown(path)
    try:
        found = list(_tags(library, path, marketing=marketing, task=path.endswith("/task.txt")))
    except TemplateError as error:
        yield error
        return
    unknown = list(_unknown_phrases(library, locale, path))
    yield from (*found, *unknown)
    try:
        source = library.source(locale, path)
    except TemplateError as error:
        if not unknown and not any(one.line == error.line for one in found):
            yield error
        return
    if marketing and path.endswith(_OWN) and not re.search(_WAY_OUT, source):
        yield TemplateError("CR128", file=shown, line=1)
    if not marketing:
        yield from _offers(Sheet(source, shown))


def _in_subject(library: Library, locale: str, path: str) -> Iterator[TemplateError]:
    try:
        yield from _offers(Sheet(library.source(locale, path), library.shown(path)))
    except TemplateError:
        return  # told with the letter


def _tags(
    library: Library, path: str, *, marketing: bool, whole: bool = True, task: bool = False
) -> Iterator[TemplateError]:
    """The mistakes of a file as it stands on the disk."""
    given, found = Sheet(library.raw(path), library.shown(path)), list[TemplateError]()
    is_letter = path.endswith(LETTER)
    sheet = straight(given, found.append, letter=is_letter)
    braces(sheet, found.append, marketing=marketing)
    if is_letter:
        found += letter.mistakes(sheet.text, sheet.file)
    yield from found
    yield from mistakes(sheet, library.parse, marketing=marketing, whole=whole, task=task)
    yield from _missing(library, sheet)


def _missing(library: Library, sheet: Sheet) -> Iterator[TemplateError]:
    """Files that a tag names and nobody wrote."""
    for tag in tags(sheet, lambda error: None):
        named = _FILE.search(tag.text) if tag.word in ("extends", "include", "import") else None
        if named and not library.has(named[1]):
            there = library.layouts()
            guess, swap = did_you_mean(named[1], there), near(named[1], there)
            at, given = tag.start + named.start(1), library.shown(named[1])
            yield sheet.error("CR121", at, named[1], swap=swap, given=given, guess=guess)


def _unknown_phrases(library: Library, locale: str, path: str) -> Iterator[TemplateError]:
    try:
        known = library.phrases.of(locale)
    except TemplateError:
        return  # told by the phrases
    sheet = Sheet(library.raw(path), library.shown(path))
    for found in PHRASE.finditer(sheet.text):
        name = found[1]
        if name not in known:
            guess, swap = did_you_mean(name, known), near(name, known)
            yield sheet.error("CR116", found.start(1), name, swap=swap, given=name, guess=guess)


def _offers(sheet: Sheet) -> Iterator[TemplateError]:
    """Lines that speak of an offer, be it in a phrase."""
    lines = {
        sheet.line(tag.start)
        for tag in tags(sheet, lambda error: None)
        if re.search(r"(?<![\w.])offer\b", tag.text)
    }
    for line in sorted(lines):
        yield TemplateError("CR103", file=sheet.file, line=line, mark="offer")


def _dry(catalog: Renders, message: Message) -> Iterator[TemplateError]:
    """Render every locale and channel with all, with the least, with each kind of offer, and in
    each variant that it asks for."""
    doors = {Channel.EMAIL: catalog.email, Channel.SMS: catalog.sms, Channel.TASK: catalog.task}
    marketing = message.message_class is MessageClass.MARKETING
    for locale in sorted(message.locales(Channel.SMS)):
        yield from _dear(catalog, message, locale)
    for channel, door in doors.items():
        names = list(_heeded(catalog, message, channel))
        for locale in sorted(message.locales(channel)):
            views = [sample(locale, staff=channel is Channel.TASK), _least(locale, marketing)]
            views += [sample(locale, offer=kind) for kind in OFFER_KINDS if marketing]
            views += [replace(one, variant=name) for name in names for one in views]
            for view in views:
                try:
                    door(message.name, view)
                except TemplateError as error:
                    yield error


def _heeded(catalog: Renders, message: Message, channel: Channel) -> Iterable[str]:
    """The variants that its words ask for; none where they can't be read."""
    try:
        return catalog.heed(message.name, channel).names
    except TemplateError:
        return ()  # said with the words


def _least(locale: str, marketing: bool) -> MessageView:
    """The least that is always known; advertising always has a way out."""
    way_out = sample(locale).unsubscribe_url if marketing else None
    return replace(bare(locale), unsubscribe_url=way_out)


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
        for sign in (one for one in dict.fromkeys(line) if one in costly):
            now, before = sms.measure(body), sms.measure(body.replace(sign, "x"))
            yield TemplateError(
                "CR127",
                file=file,
                line=number,
                mark=sign,
                given=sign,
                count=now.segments,
                without=before.segments,
            )
