"""`recovery lab class` and `recovery lab grade`: the teacher's side of the course."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit, UsageError
from recovery.i18n import here, say, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.simulate.lab.teacher.grading import Graded

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("class")
@click.argument("file", type=_FILE, metavar="FILE")
@click.option("--name", required=True, metavar="NAME", help="What the class is called.")
@verb(at=False)
def class_(desk: Desk, *, file: Path, name: str) -> None:
    """Write a class file to begin with, and its key beside it.

    Give the class file to your trainees and keep the key: it holds the seed and the markets that
    marks are made with.
    """
    from recovery.simulate.lab.teacher.founding import found, key_of

    key = key_of(file)
    if taken := [one for one in (file, key) if one.exists()]:
        raise UsageError(say("{file} is there already", file=taken[0]))
    found(file, name)
    desk.show(
        {"class": str(file), "key": str(key)},
        lambda console: console.print(
            here(
                "Made {file} for your trainees, and {key} for you alone.\n"
                "Write down who is in the class, then give {file} to them.",
                file=file,
                key=key,
            ),
            soft_wrap=True,
        ),
    )


@click.command("grade")
@click.argument("class_file", type=_FILE, metavar="CLASS")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER"
)
@click.option("--key", type=_FILE, metavar="FILE", help="[default: CLASS.key.yaml beside it]")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="At once.")
@click.option("--csv", "csv_file", type=_FILE, metavar="FILE", help="Write the marks for Excel.")
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write them as one page.")
@verb(at=False)
def grade(
    desk: Desk,
    *,
    class_file: Path,
    folder: Path,
    key: Path | None,
    jobs: int,
    csv_file: Path | None,
    html_file: Path | None,
) -> Exit:
    """Mark what a class has handed in: every file in FOLDER, in folders and zip archives, too.

    Each work is played anew on this machine, in a process of its own, on the seed and the markets
    of the key. A hand-in that can't be read gets 0 with the reason and stops no other.
    """
    from recovery.simulate.lab.teacher.classroom import read_class, read_key
    from recovery.simulate.lab.teacher.founding import key_of
    from recovery.simulate.lab.teacher.grading import Exam
    from recovery.simulate.lab.teacher.page import write_page
    from recovery.simulate.lab.teacher.table import write_csv

    classroom = read_class(class_file)
    kept = key or (key_of(class_file) if key_of(class_file).is_file() else None)
    secret = read_key(kept, classroom) if kept is not None else None
    exam = Exam(classroom, secret, class_file.parent, jobs)
    with desk.progress(here("Marking")) as advance:
        graded = exam.grade(folder, advance)
    if csv_file is not None:
        write_csv(graded, csv_file, spoken())
    if html_file is not None:
        write_page(graded, html_file, spoken())
    desk.show(graded.payload(spoken()), lambda console: _tell(console, graded))
    return Exit.DONE if graded.clean else Exit.PARTIAL


def _tell(console: "Console", graded: "Graded") -> None:
    console.print(graded.classroom.class_, style="bold")
    if not graded.hidden:
        console.print(here("No key: marked on the market that the class has practised on."))
    for line in graded.lines:
        console.print(f"{line.rank:>3}  {line.total:>5}  {line.trainee.name}", style="bold")
        for mark in line.marks:
            head = here("exercise {number}: {mark}", number=mark.exercise, mark=mark.value)
            console.print(f"            {head}")
            for told in mark.told(spoken()):
                console.print(f"              · {told}", soft_wrap=True)
    if graded.left_out:
        console.print(here("No hand-in: {names}", names=", ".join(graded.left_out)))
