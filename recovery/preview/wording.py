"""The words of the preview's page, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale

from recovery.i18n import Value, fill, mark, say, words
from recovery.preview.checks import Finding
from recovery.problems.codes import CODES
from recovery.template.errors import TemplateError

LABELS: Mapping[str, str] = {
    "preview": mark("Preview"),
    "about": mark(
        "{count} messages with sample orders; people and goods are invented, and the links open "
        "nothing."
    ),
    "email": mark("e-mail"),
    "sms": mark("SMS"),
    "task": mark("task"),
    "service": mark("service"),
    "marketing": mark("marketing"),
    "width": mark("Width"),
    "desktop": mark("Desktop"),
    "phone": mark("Phone"),
    "colours": mark("Colours"),
    "light": mark("Light"),
    "dark": mark("Dark"),
    "all_messages": mark("All messages"),
    "before": mark("before"),
    "next": mark("next"),
    "subject": mark("Subject"),
    "preheader": mark("Preheader"),
    "characters": mark("{count} characters"),
    "size": mark("Size"),
    "of_most": mark("of {most} KB, where Gmail cuts"),
    "plain_text": mark("Plain text"),
    "headers": mark("Headers"),
    "segments": mark("Segments"),
    "length": mark("Length"),
    "units": mark("{units} units, {left} left in the last segment"),
    "outside": mark("Outside GSM-7"),
}


@dataclass(frozen=True)
class Tongue:
    """One language: its labels, findings and names of countries."""

    lang: str

    def __call__(self, text: str, /, **values: Value) -> str:
        """`text` (a marked one) in this language, its places filled."""
        return fill(say(text, **values), words(self.lang))

    def label(self, name: str, **values: Value) -> str:
        """The words of one of LABELS."""
        return self(LABELS[name], **values)

    def finding(self, found: Finding) -> str:
        """What is doubtful."""
        return self(CODES[found.code].message, **found.parameters)

    def cure(self, found: Finding) -> str:
        """What to do about it."""
        return self(CODES[found.code].help, **found.parameters)

    def mistake(self, error: TemplateError) -> str:
        """Why a message can't be written: file, line and cure."""
        return error.problem().line_in(words(self.lang))

    def country(self, code: str) -> str:
        """Its name in this language."""
        return str(Locale.parse(self.lang, sep="-").territories.get(code, code))
