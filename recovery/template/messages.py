"""What lies in a message's folder: message.yaml and, per locale, the files of each channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recovery.message import Channel, MessageClass
from recovery.template.errors import TemplateError, did_you_mean, near
from recovery.template.locales import choose, is_locale
from recovery.template.phrases import LAST, Phrase, read_words

LETTER = "letter.txt"
FILES: dict[Channel, tuple[str, ...]] = {
    Channel.EMAIL: (LETTER, "subject.txt", "email.html", "email.mjml", "email.txt"),
    Channel.SMS: ("sms.txt",),
    Channel.TASK: ("task.txt",),
}
KEYS = ("class", "description", "fallback")
DESCRIPTION = "message.yaml"
_CLASSES = tuple(str(each) for each in MessageClass)


@dataclass(frozen=True, slots=True)
class Message:
    """One folder. `files` has the names found in each locale's folder."""

    name: str
    message_class: MessageClass
    description: str
    fallback: str  # the locale that everybody else gets
    deliberate: bool  # whether message.yaml names it
    files: dict[str, frozenset[str]]

    def locales(self, channel: Channel) -> frozenset[str]:
        """Where `channel` has any words."""
        return frozenset(tag for tag, names in self.files.items() if names & {*FILES[channel]})

    def locale_for(self, channel: Channel, customer: str, folder: str) -> str:
        """The locale in which a customer reads `channel`; TemplateError when there is none."""
        if found := choose(customer, self.locales(channel), self.fallback):
            return found
        raise TemplateError(
            "CR125",
            file=f"{folder}/{self.name}",
            given=self.name,
            channel=str(channel),
            locale=customer,
            wanted=f"{self.fallback}/{FILES[channel][0]}",
        )


def read_message(folder: Path, shown: str) -> Message:
    """Read `folder`; TemplateError when message.yaml is missing or wrong."""
    words, mistakes = _about(folder, shown)
    if mistakes:
        raise mistakes[0]
    return Message(
        folder.name,
        MessageClass(words["class"].text),
        words["description"].text if "description" in words else "",
        words["fallback"].text if "fallback" in words else LAST,
        "fallback" in words,
        {
            sub.name: frozenset(file.name for file in sub.iterdir() if file.is_file())
            for sub in sorted(folder.iterdir())
            if sub.is_dir() and is_locale(sub.name)
        },
    )


def mistakes_of(folder: Path, shown: str) -> list[TemplateError]:
    """Everything that is wrong with the message.yaml of `folder`, from top to bottom."""
    return _about(folder, shown)[1]


def _about(folder: Path, shown: str) -> tuple[dict[str, Phrase], list[TemplateError]]:
    about = f"{shown}/{DESCRIPTION}"
    if not (folder / DESCRIPTION).is_file():
        return {}, [TemplateError("CR107", file=about, given=folder.name)]
    try:
        words = read_words(folder / DESCRIPTION, about)
    except TemplateError as error:
        return {}, [error]
    found = [*_unknown_keys(words, about), *_wrong_class(words, about)]
    return words, sorted(found, key=lambda error: error.line or 0)


def _unknown_keys(words: dict[str, Phrase], about: str) -> Iterator[TemplateError]:
    for key, phrase in words.items():
        if key not in KEYS:
            guess = did_you_mean(key, KEYS)
            line = phrase.line
            yield TemplateError("CR110", file=about, line=line, mark=key, given=key, guess=guess)


def _wrong_class(words: dict[str, Phrase], about: str) -> Iterator[TemplateError]:
    """A class that there is not, or none at all, unless its key is only misspelt."""
    phrase = words.get("class")
    if phrase is None:
        if all(near(key, KEYS) != "class" for key in words if key not in KEYS):
            yield TemplateError("CR108", file=about, line=1)
    elif phrase.text not in _CLASSES:
        given, guess = phrase.text, did_you_mean(phrase.text, _CLASSES)
        line = phrase.line
        yield TemplateError("CR109", file=about, line=line, mark=given, given=given, guess=guess)
