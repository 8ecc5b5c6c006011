"""Reads `templates/` once and renders its messages: the one door of this room."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from recovery.message import Channel, MessageClass
from recovery.template.view import MessageView


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


class Catalog:
    """Every message under `root`. Compiled at first use, safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> tuple[str, ...]:
        """Message names, sorted."""
        raise NotImplementedError

    def message_class(self, name: str) -> MessageClass:
        """Whether `name` is service or marketing; TemplateError when there is no such message."""
        raise NotImplementedError

    def description(self, name: str) -> str:
        """What message.yaml says the message is for; empty when it says nothing."""
        raise NotImplementedError

    def channels(self, name: str) -> frozenset[Channel]:
        """The channels `name` has words for, in any locale."""
        raise NotImplementedError

    def locales(self, name: str) -> tuple[str, ...]:
        """The locales `name` is written in, sorted."""
        raise NotImplementedError

    def email(self, name: str, view: MessageView) -> RenderedEmail:
        """Subject, text and HTML in the customer's language; TemplateError says file and line."""
        raise NotImplementedError

    def sms(self, name: str, view: MessageView) -> RenderedSms:
        """The SMS in the customer's language, its segments counted."""
        raise NotImplementedError

    def task(self, name: str, view: MessageView) -> str:
        """What a colleague has to do, in the language of `view.staff`."""
        raise NotImplementedError

    def problems(self, names: Iterable[str] | None = None) -> list[Exception]:
        """Everything wrong with the templates, or with `names` only."""
        raise NotImplementedError
