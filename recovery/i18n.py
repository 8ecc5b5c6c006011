"""Languages: English texts stand in the code, other languages in gettext catalogues beside it.

`say("step {name} is empty", name=...)` makes a `Text`: words with places, put into a language at
the edge by `fill`. `mark` lets tables of texts be found by the test that keeps catalogues whole.
At the edge itself, where nobody else reads along, `here` says it at once. A catalogue is a `.po`
file read when it is first needed: no compile step.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from recovery.errors import UsageError

LANGUAGES = ("en", "zh-CN")
_FOLDER = Path(__file__).with_name("locale")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="en")


@dataclass(frozen=True, slots=True)
class Text:
    """Words in English with `{places}`, and what stands in them: values, or texts again."""

    words: str
    values: "Mapping[str, object]" = field(default_factory=dict)
    many: str = ""  # the words for another count than one
    count: int = 1

    def __str__(self) -> str:
        """In English."""
        return fill(self, ENGLISH)


Value = str | int | Text
ENGLISH = NullTranslations()


def say(words: str, /, **values: object) -> Text:
    """Return `words` as a text that can be told in every language."""
    return Text(words, values)


def plural(one: str, many: str, count: int, /, **values: object) -> Text:
    """Return a text that depends on a count, which stands in it as `{count}`."""
    return Text(one, {"count": f"{count:,}", **values}, many, count)


def speak(lang: str) -> None:
    """Make `lang` the language of this process, as far as people at a terminal read it."""
    _SPOKEN.set(lang)


def spoken() -> str:
    """The language of this process: en, or zh-CN."""
    return _SPOKEN.get()


def here(text: "str | Text", /, **values: object) -> str:
    """Return words, with their `{places}` filled, or a text, in the language of this process."""
    language = words(_SPOKEN.get())
    if isinstance(text, Text):
        return fill(text, language)
    told = {name: fill(v, language) if isinstance(v, Text) else v for name, v in values.items()}
    return language.gettext(text).format_map(told) if text else ""


def explained(error: Exception) -> str:
    """What an error says, in the language of this process."""
    text = error.args[0] if error.args else None
    return here(text) if isinstance(text, Text) else str(error)


def mark(words: str) -> str:
    """Return `words`: a text of a table, to be translated when it is shown."""
    return words


def fill(text: object, language: NullTranslations) -> str:
    """Return `text` in `language`, its places filled; a plain value as it is."""
    if not isinstance(text, Text):
        return str(text)
    if text.many:
        return told(language.ngettext(text.words, text.many, text.count), text.values, language)
    words = language.gettext(text.words) if text.words else ""  # "" is a catalogue's own header
    return told(words, text.values, language)


def told(words: str, values: Mapping[str, object], language: NullTranslations) -> str:
    """Fill the places of `words`, which are in `language` already."""
    return words.format_map({name: fill(value, language) for name, value in values.items()})


@cache
def words(lang: str) -> NullTranslations:
    """Return the catalogue of `lang`: `.gettext(text)`, `.ngettext(one, many, count)`."""
    file = _FOLDER / lang.replace("-", "_") / "LC_MESSAGES" / "recovery.po"
    if not file.is_file():
        return ENGLISH
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language(asked: str | None, environ: Mapping[str, str]) -> str:
    """Return the language to speak: `--lang`, else LC_ALL, LC_MESSAGES or LANG, else English.

    Raises UsageError for a `--lang` that nobody speaks; the environment may say anything.
    """
    if asked:
        if spoken := _spoken(asked):
            return spoken
        raise UsageError(say("--lang {asked}: there are en and zh-CN", asked=asked))
    told = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    return _spoken(told) or "en"


def _spoken(locale: str) -> str | None:
    """`zh_CN.UTF-8` is zh-CN; whoever asks for other Chinese reads it more easily than English."""
    tongue = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return {"en": "en", "zh": "zh-CN"}.get(tongue)
