"""From files to compiled Jinja templates: letters and MJML unfolded, phrases spliced, sandboxed."""

import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from recovery.template import letter
from recovery.template.errors import TemplateError, did_you_mean
from recovery.template.formats import filters
from recovery.template.mjml import MjmlError, compile_mjml
from recovery.template.phrases import Phrases
from recovery.template.view import ItemView, OfferView, OrderView, ShopView, StaffView

_OURS = frozenset({ShopView, ItemView, OrderView, OfferView, StaffView})
_LAYOUTS = (".mjml", ".html", ".txt")
SUBJECT = "#subject"  # the subject of a letter, as a template of its own


class Library:
    """Compiled templates of one root, for HTML and for plain text."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.phrases = Phrases(root / "layouts" / "phrases", root)
        self._html = _Environment(self._loader(letter.html, letter.escape), autoescape=True)
        self._text = _Environment(self._loader(letter.text, str), autoescape=False)

    def shown(self, path: str) -> str:
        """A file as errors name it: `templates/last-call/de/sms.txt`."""
        return f"{self.root.name}/{path.removesuffix(SUBJECT)}"

    def html(self, locale: str, path: str) -> jinja2.Template:
        """The compiled template at `path` (relative to the root), escaping what it prints."""
        return self._get(self._html, locale, path)

    def text(self, locale: str, path: str) -> jinja2.Template:
        """The compiled template at `path`, printing plainly."""
        return self._get(self._text, locale, path)

    def source(self, locale: str, path: str) -> str:
        """The marketer's own file as plain-text Jinja, phrases spliced: what checks look into."""
        return self._text.loader.get_source(self._text, f"{locale}|{path}")[0]  # type: ignore[union-attr]

    def raw(self, path: str) -> str:
        """The very words of the file, as the marketer sees them."""
        file = path.removesuffix(SUBJECT)
        return _read(self.root / file, self.shown(file))

    def has(self, path: str) -> bool:
        """Whether a template can be built on `path`."""
        file = (self.root / path).resolve()
        return file.is_file() and self.root.resolve() in file.parents

    def layouts(self) -> list[str]:
        """The files that messages are built on."""
        files = (self.root / "layouts").glob("*")
        return sorted(f"layouts/{file.name}" for file in files if file.suffix in _LAYOUTS)

    def parse(self, source: str) -> jinja2.nodes.Template:
        """The syntax tree of `source`."""
        return self._text.parse(source)

    def _get(self, environment: "_Environment", locale: str, path: str) -> jinja2.Template:
        try:
            return environment.get_template(f"{locale}|{path}")
        except jinja2.TemplateNotFound as error:
            missing = str(error.name).partition("|")[2]
            raise TemplateError(
                "CR121",
                file=self.shown(path),
                given=self.shown(missing),
                guess=did_you_mean(missing, self.layouts()),
            ) from error
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(
                "CR102",
                file=error.filename or self.shown(path),
                line=error.lineno,
                problem=error.message or type(error).__name__,
            ) from error

    def _loader(
        self, unfold: Callable[[str, str], str], quote: Callable[[str], str]
    ) -> jinja2.FunctionLoader:
        def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
            locale, _, path = name.partition("|")
            file = self.root / path.removesuffix(SUBJECT)
            if not self.has(path.removesuffix(SUBJECT)):
                return None
            shown = self.shown(path)
            source = self._unfold(_read(file, shown), path, shown, unfold)
            source = self.phrases.splice(source, locale, quote, shown)
            return _compiled(source, path, shown), shown, lambda: True

        return jinja2.FunctionLoader(load)

    @staticmethod
    def _unfold(source: str, path: str, shown: str, unfold: Callable[[str, str], str]) -> str:
        if path.endswith(SUBJECT):
            return letter.subject(source, shown)
        return unfold(source, shown) if path.endswith("letter.txt") else source


class _Environment(ImmutableSandboxedEnvironment):
    """Strict and closed: no globals, nothing undefined, no None printed."""

    def __init__(self, loader: jinja2.BaseLoader, *, autoescape: bool) -> None:
        super().__init__(
            loader=loader,
            autoescape=autoescape,
            undefined=jinja2.StrictUndefined,
            finalize=_not_none,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.globals.clear()
        self.filters.update(filters())

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Our own frozen views have nothing to hide but their dunders; the rest is inspected."""
        if type(obj) in _OURS and not attribute.startswith("_") and hasattr(obj, attribute):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def join_path(self, template: str, parent: str) -> str:
        """A layout is read in the language of what extends it."""
        return f"{parent.partition('|')[0]}|{template}"


# Jinja's words for `offer.percent` where the order has no offer.
_OF_NOTHING = re.compile(r"'None' has no attribute '(\w+)'")


def render(template: jinja2.Template, context: dict[str, Any]) -> str:
    """Fill `template`; TemplateError names the marketer's line that could not be filled."""
    try:
        return template.render(context)
    except TemplateError:
        raise
    except _Nothing as error:
        file, line = _place(error.__traceback__, template.filename or "")
        raise TemplateError("CR126", file=file, line=line) from error
    except Exception as error:  # whatever an expression in a template can raise
        file, line = _place(error.__traceback__, template.filename or "")
        reason = getattr(error, "message", None) or str(error) or type(error).__name__
        if empty := _OF_NOTHING.match(str(reason)):
            raise TemplateError("CR126", file=file, line=line, mark=empty[1]) from error
        raise TemplateError("CR100", file=file, line=line, problem=reason) from error


class _Nothing(ValueError):
    """Raised when a placeholder has nothing to say."""


def _not_none(value: object) -> object:
    if value is None:
        raise _Nothing
    return value


def _place(trace: TracebackType | None, file: str) -> tuple[str, int | None]:
    """The innermost template line of a traceback; Jinja has rewritten it to the sources' lines."""
    folder, line = file.partition("/")[0] + "/", None
    while trace:
        if (name := trace.tb_frame.f_code.co_filename).startswith(folder):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def _read(file: Path, shown: str) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TemplateError("CR105", file=shown, line=line) from error


def _compiled(source: str, path: str, shown: str) -> str:
    if not path.endswith(".mjml"):
        return source
    try:
        return compile_mjml(source)
    except MjmlError as error:
        raise TemplateError("CR117", file=shown, line=error.line, problem=error.said) from error
