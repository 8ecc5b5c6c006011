"""What a trainee did while the story went on, as the diary has it."""

from recovery.i18n import Value, say
from recovery.simulate.diary import Diary, Verb, when
from recovery.simulate.lab.exercise import Entry


def judge_diary(diary: Diary, wanted: Entry) -> tuple[bool, Value]:
    """Whether the diary has such an action in time, and when it has one at all. Who resumes has to
    resume all that was paused: the brakes are apart, and `resume: all` lifts only `pause: all`."""
    found = [one.at for one in diary.actions if one.verb is wanted.action]
    if not found:
        return False, say("no {action} in the diary", action=wanted.action.value)
    fitting = [at for at in found if wanted.when.holds(at)]
    done = f"{wanted.action.value} {when((fitting or found)[0])}"
    if wanted.action is Verb.RESUME and (left := _still_paused(diary)):
        return False, say("{done}, but what stays paused: {left}", done=done, left=", ".join(left))
    return bool(fitting), done


def _still_paused(diary: Diary) -> list[str]:
    """What is paused in the end, as it was written."""
    held = {}
    for one in diary.actions:
        if one.verb is Verb.PAUSE:
            held[one.brake] = one.what
        elif one.verb is Verb.RESUME:
            held.pop(one.brake, None)
    return list(held.values())
