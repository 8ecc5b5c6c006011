"""The marks as one page: self-contained HTML, no script, nothing fetched, printable."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from recovery import measure
from recovery.i18n import mark, words
from recovery.simulate.lab.course import find_exercise
from recovery.simulate.lab.teacher.grading import Graded
from recovery.simulate.lab.teacher.marks import shown

_HERE = Path(__file__).parent
_REPORT = Path(measure.__path__[0]) / "page"  # its style is the house's

_WORDS = {
    "marks": mark("Marks"),
    "reasons": mark("Why"),
    "no_key": mark("No key: marked on the market that the class has practised on."),
    "rank": mark("rank"),
    "id": mark("id"),
    "name": mark("name"),
    "mark": mark("mark"),
    "exercise": mark("exercise {number}"),
    "score": mark("score {number}"),
    "left_out": mark("No hand-in: {names}"),
}


def page(graded: Graded, lang: str) -> str:
    """The HTML of the marks; every name and word of a trainee is text in it."""
    environment = Environment(
        loader=FileSystemLoader([_HERE, _REPORT]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language = words(lang)
    return environment.get_template("marks.html.j2").render(
        lang=lang,
        t=lambda text, **values: language.gettext(text).format_map(values),
        fill=lambda text: shown(text, lang),
        words=_WORDS,
        graded=graded,
        titles={n: find_exercise(n).title.in_(lang) for n in graded.classroom.exercises},
    )


def write_page(graded: Graded, file: Path, lang: str) -> None:
    """Write the page to `file`."""
    file.write_text(page(graded, lang), "utf-8")
