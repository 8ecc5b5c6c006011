"""Reads `templates/` once and renders its messages: the one door of this room."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import jinja2

from recovery import sms
from recovery.message import Channel, MessageClass
from recovery.template import check
from recovery.template.context import context, one_line
from recovery.template.errors import TemplateError, did_you_mean
from recovery.template.heed import Heed, heed
from recovery.template.library import SUBJECT, Library, render
from recovery.template.messages import FILES, LETTER, Message, read_message
from recovery.template.view import MessageView

_LAYOUTS = "layouts"
_GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """One e-mail's words; `locale` is the one the text was found in."""

    subject: str
    text: str
    html: str
    locale: str


@dataclass(frozen=True, slots=True)
class RenderedSms:
    """One SMS's words, with what it costs: segments, and the encoding (`GSM-7` or `UCS-2`)."""

    body: str
    segments: int
    encoding: str
    locale: str


def labelled(label: str, words: str) -> str:
    """`words` after the market's label, unless the marketer has written it already."""
    return words if not label or words.startswith(label) else f"{label} {words}"


class Catalog:
    """Every message under `root`. Compiled at first use, safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._library = Library(root)
        self._compiled: dict[tuple[str, str, Channel], tuple[jinja2.Template, ...]] = {}
        self._compiling = Lock()

    def names(self) -> tuple[str, ...]:
        """Message names, sorted; also of messages that have problems."""
        return tuple(self._read)

    def message_class(self, name: str) -> MessageClass:
        """Whether `name` is service or marketing; TemplateError when there is no such message."""
        return self.message(name).message_class

    def description(self, name: str) -> str:
        """What message.yaml says the message is for; empty when it says nothing."""
        return self.message(name).description

    def channels(self, name: str) -> frozenset[Channel]:
        """The channels `name` has words for, in any locale."""
        message = self.message(name)
        return frozenset(channel for channel in Channel if message.locales(channel))

    def locales(self, name: str) -> tuple[str, ...]:
        """The locales `name` is written in, sorted."""
        return tuple(sorted(self.message(name).files))

    def email(self, name: str, view: MessageView) -> RenderedEmail:
        """Subject, text and HTML in the customer's language; TemplateError says file and line."""
        locale, values = self._open(name, Channel.EMAIL, view)
        subject, text, html = self._templates(name, locale, Channel.EMAIL)
        return RenderedEmail(
            labelled(view.label, one_line(render(subject, values))),
            _GAPS.sub("\n\n", render(text, values)).strip() + "\n",
            render(html, values).strip(),
            locale,
        )

    def sms(self, name: str, view: MessageView) -> RenderedSms:
        """The SMS in the customer's language, its segments counted."""
        locale, values = self._open(name, Channel.SMS, view)
        (template,) = self._templates(name, locale, Channel.SMS)
        words = labelled(view.label, one_line(render(template, values)))
        body = one_line(sms.plain(words))
        length = sms.measure(body)
        return RenderedSms(body, length.segments, length.encoding, locale)

    def task(self, name: str, view: MessageView) -> str:
        """What a colleague has to do, in the language of `view.staff`."""
        locale, values = self._open(name, Channel.TASK, view)
        (template,) = self._templates(name, locale, Channel.TASK)
        return _GAPS.sub("\n\n", render(template, values)).strip() + "\n"

    def problems(self, names: Iterable[str] | None = None) -> list[TemplateError]:
        """Everything wrong with the templates, or with `names` only; file, line, message, cure."""
        chosen = self.names() if names is None else tuple(names)
        return check.problems(self, self._library, chosen)

    def heed(self, name: str, channel: Channel) -> Heed:
        """How the words of `name` for `channel` heed the variant of a step."""
        return heed(self._library, self.message(name), channel)

    def message(self, name: str) -> Message:
        """The folder of `name`; TemplateError when it is missing or wrong."""
        if name not in self._read:
            raise TemplateError(
                "CR124",
                file=self.root.name,
                given=name,
                guess=did_you_mean(name, list(self._read)),
            )
        found = self._read[name]
        if isinstance(found, TemplateError):
            raise found
        return found

    @cached_property
    def _read(self) -> dict[str, Message | TemplateError]:
        found: dict[str, Message | TemplateError] = {}
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            if folder.is_dir() and folder.name != _LAYOUTS and folder.name[0] not in "._":
                try:
                    found[folder.name] = read_message(folder, f"{self.root.name}/{folder.name}")
                except TemplateError as error:
                    found[folder.name] = error
        return found

    def _open(self, name: str, channel: Channel, view: MessageView) -> tuple[str, dict[str, Any]]:
        """The locale to write in, and what can be said in it."""
        message = self.message(name)
        staff = view.staff if channel is Channel.TASK else None
        locale = message.locale_for(channel, staff.locale if staff else view.locale, self.root.name)
        marketing = message.message_class is MessageClass.MARKETING
        return locale, context(view, locale, marketing=marketing, staff=staff)

    def _templates(self, name: str, locale: str, channel: Channel) -> tuple[jinja2.Template, ...]:
        """Compiled once; a second thread waits, for compiling takes longer than waiting."""
        key = (name, locale, channel)
        if key not in self._compiled:
            with self._compiling:
                if key not in self._compiled:
                    self._compiled[key] = self._compile(name, locale, channel)
        return self._compiled[key]

    def _compile(self, name: str, locale: str, channel: Channel) -> tuple[jinja2.Template, ...]:
        library, folder = self._library, f"{name}/{locale}"
        if channel is not Channel.EMAIL:
            return (library.text(locale, f"{folder}/{FILES[channel][0]}"),)
        files = self.message(name).files[locale]
        if LETTER in files:
            path = f"{folder}/{LETTER}"
            subject = library.text(locale, path + SUBJECT)
            return subject, library.text(locale, path), library.html(locale, path)
        html = "email.mjml" if "email.mjml" in files else "email.html"
        return (
            library.text(locale, f"{folder}/subject.txt"),
            library.text(locale, f"{folder}/email.txt"),
            library.html(locale, f"{folder}/{html}"),
        )
