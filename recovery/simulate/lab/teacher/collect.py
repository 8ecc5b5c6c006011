"""From files to hand-ins: whose they are, for which exercise, and what is odd about them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from recovery.campaign.problems import CampaignError
from recovery.campaign.text import decoded
from recovery.errors import UsageError
from recovery.i18n import Text, explained, say
from recovery.simulate.lab.course import ANSWER, find_exercise
from recovery.simulate.lab.handin import HandIn, clean, read_hand_in
from recovery.simulate.lab.sheet import FILE, Sheet, sheet_of
from recovery.simulate.lab.teacher.classroom import Classroom, Trainee
from recovery.simulate.lab.teacher.trees import Tree, trees
from recovery.simulate.lab.work import CAMPAIGNS, LARGEST, MOST_FILES, Work, belongs, read_work

JSON = ".json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-in as it was found. `fault` says why there is nothing in it to mark."""

    label: str
    trainee: Trainee
    hand_in: HandIn
    notes: Sequence[Text] = ()
    fault: Text | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """All hand-ins of a folder, and what in it was none."""

    entries: Sequence[Entry]
    left_out: Sequence[str] = field(default_factory=list)


def collect(folder: Path, classroom: Classroom) -> Collected:
    """Everything in `folder`; never an error for what is in it."""
    entries: list[Entry] = []
    left_out: list[str] = []
    for tree in trees(folder):
        found = [_entry(tree, place, one, classroom) for place, one in _hand_ins(tree)]
        entries += found
        if not found:
            left_out.append(tree.label)
    return Collected(_compared(entries), left_out)


def _hand_ins(tree: Tree) -> Iterator[tuple[str, HandIn | Text]]:
    """The hand-ins of a tree by their place; a text where one can't be read."""
    if tree.fault is not None:
        yield tree.label, tree.fault
        return
    for place, raw in tree.files.items():
        if place.lower().endswith(JSON):
            try:
                yield place, read_hand_in(raw.decode("utf-8-sig", "replace"))
            except UsageError as error:
                if place.lower().endswith(".handin.json"):
                    yield place, _said(error)
    for root in sorted(_roots(tree.files)):
        try:
            yield root, _folder(tree, root)
        except UsageError as error:
            yield root, _said(error)


def _said(error: UsageError) -> Text:
    told = error.args[0]
    return told if isinstance(told, Text) else say("{why}", why=explained(error))


def _roots(places: Iterable[str]) -> set[str]:
    """Folders that are a trainee's: with a lab.yaml, or with campaigns."""
    parts = [PurePosixPath(place) for place in places]
    with_sheet = {str(one.parent) for one in parts if one.name == FILE}
    return with_sheet | {str(one.parent.parent) for one in parts if one.parent.name == CAMPAIGNS}


def _folder(tree: Tree, root: str) -> HandIn:
    inside = {
        place.removeprefix(f"{root}/"): raw
        for place, raw in tree.files.items()
        if root == "." or place.startswith(f"{root}/")
    }
    ours = {place: raw for place, raw in inside.items() if belongs(place)}
    if len(ours) > MOST_FILES:
        raise UsageError(say("a hand-in holds at most {count} files", count=MOST_FILES))
    work = Work({place: _text(place, raw) for place, raw in ours.items()})
    sheet = _sheet(inside.get(FILE, b""))
    if sheet is None:
        return HandIn(work)
    claims = {"class": sheet.class_, **sheet.model_dump(include=set(_STAGE))}
    return HandIn(work, sheet.exercise, clean(sheet.name), claims=claims)


_STAGE = ("scenario", "orders", "days", "seed")


def _sheet(raw: bytes) -> Sheet | None:
    try:
        return sheet_of(raw.decode("utf-8-sig", "replace"))
    except UsageError:
        return None


def _text(place: str, raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise UsageError(say("{file} is too large", file=place))
    try:
        return decoded(raw, place)[0]
    except CampaignError:
        raise UsageError(say("{file} is no text", file=place)) from None


def _entry(tree: Tree, place: str, found: HandIn | Text, classroom: Classroom) -> Entry:
    label = tree.label if place in (tree.label, ".") else f"{tree.label}/{place}"
    if isinstance(found, Text):
        owner, notes = _owner(tree, "", classroom)
        return Entry(clean(label), owner, HandIn(Work({})), notes, found)
    owner, notes = _owner(tree, found.name, classroom)
    if found.exercise is None and len(classroom.exercises) == 1:
        found = replace(found, exercise=classroom.exercises[0])
    notes += _odd(found, classroom)
    return Entry(clean(label), owner, found, notes, _fault(found, classroom))


def _fault(found: HandIn, classroom: Classroom) -> Text | None:
    if found.exercise is None:
        return say("it does not say which exercise it is")
    if found.exercise not in classroom.exercises:
        return say("the class does not do exercise {number}", number=found.exercise)
    return None if found.work.files else say("there are no campaigns in it")


def _odd(found: HandIn, classroom: Classroom) -> Iterator[Text]:
    """What a teacher should know, and no mark depends on."""
    if not found.whole:
        yield say("the file was changed after it was made")
    if found.claims is None or found.exercise not in classroom.exercises:
        return
    sheet = classroom.sheet(find_exercise(found.exercise)).model_dump(by_alias=True)
    keys = [key for key in _STAGE if str(found.claims.get(key)) != str(sheet[key])]
    if keys:
        yield say(
            "it was tried with another {keys} than the class has; that does not count here",
            keys=", ".join(keys),
        )


def _owner(tree: Tree, claimed: str, classroom: Classroom) -> tuple[Trainee, list[Text]]:
    """Whose it is: the folder that the teacher sees names somebody, else the hand-in does."""
    is_folder = any("/" in place or place != tree.label for place in tree.files)
    by_label, by_claim = _named(tree.label, classroom), _named(claimed, classroom, whole=True)
    if is_folder and by_label is not None:
        if by_claim is not None and by_claim != by_label:
            return by_label, [say("it says that it is by {name}", name=by_claim.name)]
        return by_label, []
    known = by_claim or by_label
    if known is not None:
        return known, []
    name = claimed or clean(PurePosixPath(tree.label).stem)
    strange = [say("{name} is not in the list of the class", name=name)]
    return Trainee(id=name[:60] or "?", name=name or "?"), strange if classroom.trainees else []


def _named(text: str, classroom: Classroom, *, whole: bool = False) -> Trainee | None:
    """The trainee whose id is a word of `text`, or whose name is in it; of several the longest."""
    plain = _plain(text)
    tokens = set(re.split(r"[\W_]+", unicodedata.normalize("NFKC", text).casefold()))
    found = [
        (len(_plain(word)), one)
        for one in classroom.trainees
        for word in (one.id, one.name)
        if _plain(word) == plain
        or (not whole and (_plain(word) in tokens or (len(word) > 1 and _plain(one.name) in plain)))
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold())


def _compared(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with a note where two trainees handed in the very same, or the reference answer.
    What that means is for the teacher to say: a short exercise has few right answers."""
    found = []
    for one in entries:
        if one.fault is not None:
            found.append(one)
            continue
        same = _same(one, entries)
        notes = [say("identical to {names}", names=", ".join(same))] if same else []
        if one.hand_in.work.digest == _answer(one.hand_in.exercise):
            notes.append(say("identical to the reference answer"))
        found.append(replace(one, notes=[*one.notes, *notes]))
    return found


def _same(one: Entry, entries: Sequence[Entry]) -> list[str]:
    digest = one.hand_in.work.digest
    names = {
        other.trainee.name
        for other in entries
        if other.trainee != one.trainee
        and other.fault is None
        and other.hand_in.work.digest == digest
        and other.hand_in.exercise == one.hand_in.exercise
    }
    return sorted(names)


def _answer(number: int | None) -> str:
    return "" if number is None else read_work(find_exercise(number).folder / ANSWER).digest
