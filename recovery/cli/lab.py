"""`recovery lab`: a course in recovery sequences, on made-up shoppers and with the real engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb
from recovery.cli.lab_class import class_, grade
from recovery.errors import Exit, UsageError
from recovery.i18n import here, say, spoken, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from recovery.problems import Problem
    from recovery.simulate.lab.exercise import Exercise
    from recovery.simulate.lab.sheet import Sheet

_FOLDER = click.Path(file_okay=False, path_type=Path)
_NUMBER = click.argument("number", type=click.INT, metavar="N")
_WHERE = click.argument("folder", type=_FOLDER, required=False, metavar="[DIR]")


@click.group("lab", invoke_without_command=True)
@verb(at=False)
def command(desk: Desk) -> None:
    """Learn to design recovery sequences: exercises on made-up shoppers, judged by the real engine.

    Alone it lists the course. Begin with `recovery lab start 1`, edit the campaign in the folder
    that it makes, and try it with `recovery lab check 1`. Nothing is sent to anybody.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    from recovery.simulate.lab.course import course

    desk.show(
        {"exercises": [_row(one) for one in course()]}, lambda console: _list(console, course())
    )


@command.command("start")
@_NUMBER
@_WHERE
@click.option("--name", default="", metavar="NAME", help="Yours, as the teacher knows it.")
@click.option(
    "--class",
    "class_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The class.yaml that your teacher gave you.",
)
@verb(at=False)
def start(
    desk: Desk, *, number: int, folder: Path | None, name: str, class_file: Path | None
) -> None:
    """Make your folder for exercise N: the task, a campaign to begin with, what else there is.

    DIR is the folder, lab-N when you name none.
    """
    from recovery.simulate.lab import desk as lab
    from recovery.simulate.lab.course import find_exercise
    from recovery.simulate.lab.sheet import Sheet
    from recovery.simulate.lab.teacher.classroom import read_class

    exercise, target = find_exercise(number), folder or _usual(number)
    sheet = read_class(class_file).sheet(exercise, name) if class_file else Sheet.of(exercise)
    if name:
        sheet = sheet.model_copy(update={"name": name})
    files = lab.start(exercise, target, sheet, spoken())
    task = exercise.task(spoken())

    def text(console: "Console") -> None:
        console.print(task, soft_wrap=True)
        console.print(
            here(
                "Made {folder} with {files}.\nWhen you have changed the campaign: "
                "recovery lab check {number} {folder}",
                folder=target,
                files=", ".join(files),
                number=number,
            ),
            soft_wrap=True,
        )

    desk.show({"folder": str(target), "files": files, "task": task, **_row(exercise)}, text)


@command.command("hint")
@_NUMBER
@click.argument("which", type=click.IntRange(1), required=False, metavar="[K]")
@verb(at=False)
def hint(desk: Desk, *, number: int, which: int | None) -> None:
    """Give the first hint for exercise N, or its K-th; later ones say more."""
    from recovery.simulate.lab.course import find_exercise

    hints, place = find_exercise(number).hints, which or 1
    if place > len(hints):
        raise UsageError(
            say("exercise {number} has {count} hints", number=number, count=len(hints))
        )
    told = hints[place - 1].in_(spoken())
    more = len(hints) - place

    def text(console: "Console") -> None:
        console.print(told, soft_wrap=True)
        if more:
            console.print(
                here("One more: recovery lab hint {number} {next}", number=number, next=place + 1)
            )

    desk.show({"exercise": number, "hint": place, "of": len(hints), "text": told}, text)


@command.command("check")
@_NUMBER
@_WHERE
@click.option("--answer", is_flag=True, help="Show the reference answer, too, after three tries.")
@click.option(
    "--until",
    metavar="WHEN",
    help="Only tell what you would have heard until then, such as 4d 12:00: alerts, a status page.",
)
@verb(at=False)
def check(desk: Desk, *, number: int, folder: Path | None, answer: bool, until: str | None) -> Exit:
    """Try your work: it is played on made-up shoppers, looked at check by check, and scored.

    Nothing sent at all is 0, the reference answer is 80; more is possible. What counts is net money
    that came because of your messages, less what annoyed people and what broke a rule. Exit code 1
    means that a check is still open.
    """
    from recovery.simulate.lab.course import find_exercise
    from recovery.simulate.lab.desk import attempt, preset_of
    from recovery.simulate.lab.telling import Told

    if until is not None:
        return _heard(desk, number, folder or _usual(number), until)
    games = 2 + (preset_of(find_exercise(number)) is not None)
    target = folder or _usual(number)
    with desk.progress(here("Playing"), games * _hours(number, target)) as advance:
        tried = attempt(number, target, advance)
    shown = _answer(desk, number, tried.sheet, target) if answer and tried.may_see_answer else {}

    def text(console: "Console") -> None:
        _problems(console, tried.judgement.problems, target)
        for line, style in Told(tried).lines():
            console.print(line, style=style or None, soft_wrap=True)
        _files(console, shown)
        if answer and not shown:
            console.print(here("The reference answer stays closed for now."))

    payload = tried.judgement.payload(spoken())
    told: dict[str, Any] = {"tries": tried.tries, **({"answer": shown} if shown else {})}
    desk.show({**payload, **told}, text)
    if tried.judgement.score is None and tried.judgement.problems:
        return Exit.DATA
    return Exit.DONE if tried.judgement.solved else Exit.PARTIAL


@command.command("answer")
@_NUMBER
@_WHERE
@verb(at=False)
def answer(desk: Desk, *, number: int, folder: Path | None) -> None:
    """Show the reference answer of exercise N: not the only good one.

    Where DIR is a folder of the exercise, three tries come first, and a class may keep it closed.
    """
    from recovery.simulate.lab.course import find_exercise
    from recovery.simulate.lab.desk import TRIES_BEFORE_THE_ANSWER, sheet_for, tries
    from recovery.simulate.lab.sheet import FILE, Sheet

    target, sheet = folder or _usual(number), Sheet.of(find_exercise(number))
    if folder is not None or (target / FILE).is_file():
        sheet = sheet_for(number, target)
        if not sheet.answers:
            raise UsageError(say("{name} keeps the answers closed", name=sheet.class_))
        if tries(target) < TRIES_BEFORE_THE_ANSWER:
            raise UsageError(
                say(
                    "try it {count} times first: recovery lab check {number} {folder}",
                    count=TRIES_BEFORE_THE_ANSWER,
                    number=number,
                    folder=target,
                )
            )
    shown = _answer(desk, number, sheet, target)
    desk.show({"exercise": number, "answer": shown}, lambda console: _files(console, shown))


@command.command("hand-in")
@_NUMBER
@_WHERE
@click.option("--name", metavar="NAME", help="Yours, if lab.yaml does not say it.")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it  [default: lab-N-NAME.handin.json]",
)
@verb(at=True)
def hand_in(
    desk: Desk, *, number: int, folder: Path | None, name: str | None, to: Path | None
) -> None:
    """Make the one file that you give to your teacher: your campaigns, your answers, your name.

    It holds no marks: the teacher's machine plays your campaigns anew.
    """
    from recovery.simulate.lab.desk import sheet_for
    from recovery.simulate.lab.handin import SUFFIX, clean, written
    from recovery.simulate.lab.work import read_work

    target = folder or _usual(number)
    sheet = sheet_for(number, target)
    who = clean(name or sheet.name)
    if not who:
        raise UsageError(say("say who you are: --name NAME, or name: in lab.yaml"))
    work = read_work(target)
    safe = "".join(sign if sign.isalnum() else "-" for sign in who)
    file = to or Path(f"{_usual(number)}-{safe}{SUFFIX}")
    file.write_text(written(work, sheet, who, desk.clock.now()), "utf-8")
    desk.show(
        {"file": str(file), "name": who, "digest": work.digest, "files": sorted(work.files)},
        lambda console: console.print(
            here(
                "Made {file} for {name}: {files}.\nGive this file to your teacher.",
                file=file,
                name=who,
                files=", ".join(sorted(work.files)),
            ),
            soft_wrap=True,
        ),
    )


command.add_command(class_)
command.add_command(grade)


def _usual(number: int) -> Path:
    """The folder of an exercise, where nobody says another."""
    return Path(f"lab-{number}")


def _hours(number: int, folder: Path) -> int:
    """About how long a simulation of this exercise lives, for the bar."""
    from recovery.simulate.lab.desk import sheet_for

    return (sheet_for(number, folder).days + 8) * 24


def _heard(desk: Desk, number: int, folder: Path, until: str) -> Exit:
    """What reaches somebody who works with these campaigns, day by day."""
    from recovery.campaign.problems import CampaignError
    from recovery.simulate.diary import clock
    from recovery.simulate.lab.desk import heard

    try:
        end = clock(until)
    except ValueError:
        raise UsageError(
            say("'{given}' is no instant: write such as 6d, 6d 09:00 or 1d12h", given=until)
        ) from None
    with desk.progress(here("Playing"), int(end.total_seconds() // 3600)) as advance:
        try:
            notices = heard(number, folder, end, advance)
        except CampaignError as error:
            problems = error.problems
            desk.show(
                {"problems": [one.payload(words(spoken())) for one in problems]},
                lambda console: _problems(console, problems, folder),
            )
            return Exit.DATA

    def text(console: "Console") -> None:
        for one in notices:
            console.print(f"{one['when']}  {one['words']}", soft_wrap=True)
        if not notices:
            console.print(here("Nothing was to be heard."))

    desk.show({"until": until, "notices": list(notices)}, text)
    return Exit.DONE


def _row(exercise: "Exercise") -> dict[str, Any]:
    return {
        "exercise": exercise.exercise,
        "name": exercise.name,
        "title": exercise.title.in_(spoken()),
        "minutes": exercise.minutes,
        "scenario": exercise.scenario,
        "hints": len(exercise.hints),
        "checks": [one.check for one in exercise.checks],
    }


def _list(console: "Console", exercises: "Sequence[Exercise]") -> None:
    for one in exercises:
        console.print(
            here(
                "{number}  {title}  ({minutes} min)",
                number=f"{one.exercise:>2}",
                title=one.title.in_(spoken()),
                minutes=one.minutes,
            )
        )
    console.print(here("\nBegin with: recovery lab start 1"))


def _answer(desk: Desk, number: int, sheet: "Sheet", folder: Path) -> dict[str, str]:
    from recovery.simulate.lab.course import find_exercise
    from recovery.simulate.lab.desk import stage_for
    from recovery.simulate.lab.solution import solution

    with desk.progress(here("Playing"), (sheet.days + 8) * 24) as advance:
        return dict(solution(find_exercise(number), stage_for(sheet, folder), advance).files)


def _files(console: "Console", files: Mapping[str, str]) -> None:
    for name, text in files.items():
        console.print(f"\n── {name}", style="bold")
        console.print(text.rstrip("\n"), soft_wrap=True)


def _problems(console: "Console", problems: "Sequence[Problem]", folder: Path) -> None:
    """Mistakes in the campaigns, as `recovery check` shows them."""
    from recovery.cli.check import lines_below
    from recovery.cli.diagnosis import diagnosis
    from recovery.problems import Severity

    for problem in problems:
        if problem.severity is not Severity.NOTE:
            told = diagnosis(problem, lines_below(folder), words(spoken()))
            console.print(told, soft_wrap=True)
