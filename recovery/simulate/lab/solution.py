"""The reference answer of an exercise as a trainee would hand it in: with the numbers of its own
simulation, where the exercise asks for some.
"""

from recovery.simulate.lab.checks.figures import Played, figure, is_share
from recovery.simulate.lab.course import ANSWER
from recovery.simulate.lab.exercise import Exercise, Question
from recovery.simulate.lab.judge import points_of
from recovery.simulate.lab.playing import Stage, Watch, play
from recovery.simulate.lab.work import ANSWERS, Work, read_work


def answer_of(exercise: Exercise) -> Work:
    """The files of the reference answer."""
    return read_work(exercise.folder / ANSWER)


def solution(exercise: Exercise, stage: Stage, watch: Watch = lambda hours: None) -> Work:
    """The reference answer, and what it would answer on this stage."""
    work = answer_of(exercise)
    questions = [one.answer for one in exercise.checks if one.answer is not None]
    if not questions:
        return work
    outcome = play(work, stage, watch)
    played = Played(outcome, points_of(outcome))
    lines = (f"{one.key}: {_answered(one, played)}\n" for one in questions)
    return Work({**work.files, ANSWERS: "".join(lines)})


def _answered(question: Question, played: Played) -> str:
    if question.words is not None:
        return question.words[0]
    value = figure(str(question.figure), played) or 0.0
    return f"{value:.2%}" if is_share(str(question.figure)) else f"{value:.1f}"
