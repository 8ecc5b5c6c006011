"""What a trainee did while the story went on, as the diary has it."""

from recovery.i18n import Value, say
from recovery.simulate.diary import Diary, when
from recovery.simulate.lab.exercise import Entry


def judge_diary(diary: Diary, wanted: Entry) -> tuple[bool, Value]:
    """Whether the diary has such an action in time, and when it has one at all."""
    found = [one.at for one in diary.actions if one.verb is wanted.action]
    if not found:
        return False, say("no {action} in the diary", action=wanted.action.value)
    fitting = [at for at in found if wanted.when.holds(at)]
    return bool(fitting), f"{wanted.action.value} {when((fitting or found)[0])}"
