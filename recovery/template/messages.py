"""What lies in a message's folder: message.yaml and, per locale, the files of each channel."""

from dataclasses import dataclass
from pathlib import Path

from recovery.message import Channel, MessageClass
from recovery.template.errors import TemplateError, did_you_mean
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
    about = f"{shown}/{DESCRIPTION}"
    if not (folder / DESCRIPTION).is_file():
        raise TemplateError("CR107", file=about, given=folder.name)
    words = read_words(folder / DESCRIPTION, about)
    for key, phrase in words.items():
        if key not in KEYS:
            guess = did_you_mean(key, list(KEYS))
            raise TemplateError(
                "CR110", file=about, line=phrase.line, mark=key, given=key, guess=guess
            )
    return Message(
        folder.name,
        _message_class(words, about),
        words["description"].text if "description" in words else "",
        words["fallback"].text if "fallback" in words else LAST,
        "fallback" in words,
        {
            sub.name: frozenset(file.name for file in sub.iterdir() if file.is_file())
            for sub in sorted(folder.iterdir())
            if sub.is_dir() and is_locale(sub.name)
        },
    )


def _message_class(words: dict[str, Phrase], about: str) -> MessageClass:
    known = [str(each) for each in MessageClass]
    if "class" not in words:
        raise TemplateError("CR108", file=about, line=1)
    phrase = words["class"]
    if phrase.text not in known:
        raise TemplateError(
            "CR109",
            file=about,
            line=phrase.line,
            mark=phrase.text,
            given=phrase.text,
            guess=did_you_mean(phrase.text, known),
        )
    return MessageClass(phrase.text)
