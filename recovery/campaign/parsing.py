"""From the text of one file to a campaign, or to everything that is wrong with it."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from recovery.campaign.complaints import complain
from recovery.campaign.dashes import dash
from recovery.campaign.lint import lint, lint_defaults
from recovery.campaign.marks import ODD_SIGN, uncommented
from recovery.campaign.outdents import indent
from recovery.campaign.pasted import cut
from recovery.campaign.problems import CampaignError
from recovery.campaign.remains import Part, part_of
from recovery.campaign.schema import Campaign, Defaults
from recovery.campaign.sheet import Sheet
from recovery.campaign.slips import mend
from recovery.campaign.syntax import ROUNDS, composes
from recovery.campaign.templates import check_templates
from recovery.campaign.text import normalised
from recovery.campaign.tree import MOST, Tree, grow
from recovery.message import Channel
from recovery.problems import Fix, Place, Problem, Severity, problem

_M = TypeVar("_M", bound=BaseModel)
# Mistakes whose mend puts something else into a value, so that the value is not judged again.
_SPOILT = {"CR005", "CR006", "CR014", "CR028"}
# What no mend would help: nothing at all, and what would fill the memory.
_HOPELESS = {"CR008", "CR009"}
# What is no name at all can't be the name of anything: that is told once.
_UNDEFINED = {"CR040", "CR041", "CR042", "CR043"}
# The channels each template has words for; None when the template itself can't be read.
Spoken = Mapping[str, Collection[Channel] | None]


@dataclass(frozen=True)
class LoadedCampaign:
    """A campaign and the text it came from. `digest`: SHA-256 of the text and its defaults."""

    campaign: Campaign
    file: str
    source: str
    digest: str
    defaults: str = ""  # the text of defaults.yaml it was read with


@dataclass(frozen=True)
class SharedDefaults:
    """The text of campaigns/defaults.yaml and what it gives, as written."""

    source: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def under(self, data: Any) -> Any:
        """Lay the defaults under a campaign's data: each limit that it sets itself is kept."""
        if not isinstance(data, dict):
            return data
        limits, own = self.data.get("limits"), data.get("limits", {})
        merged = {"limits": limits | own} if limits and isinstance(own, dict) else {}
        return self.data | data | merged


NO_DEFAULTS = SharedDefaults()


@dataclass(frozen=True)
class Reading:
    """What one file says: a campaign when it has no error, and its problems, top to bottom.

    `tree` has the places of keys and values; `shared`: these are the defaults of a folder, never
    a campaign. `part` is what could be read, mistakes or not: later checks judge that, and `judged`
    adds what they find.
    """

    file: str
    loaded: LoadedCampaign | None = None
    problems: tuple[Problem, ...] = ()
    tree: Tree | None = None
    shared: bool = False
    part: Part | None = None

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop the campaign."""
        return [one for one in self.problems if one.severity is Severity.ERROR]

    def judged(self, problems: Sequence[Problem]) -> "Reading":
        """Return the reading with what was found in its `part`; an error stops the campaign."""
        more = [one for one in problems if self.part is None or not self.part.follows(one)]
        wrong = any(one.severity is Severity.ERROR for one in more)
        found = sorted((*self.problems, *more), key=lambda one: (one.line, one.column))
        return replace(self, problems=tuple(found), loaded=None if wrong else self.loaded)


def read_campaign(
    source: str, file: str, defaults: SharedDefaults = NO_DEFAULTS, spoken: Spoken | None = None
) -> Reading:
    """Read one campaign from the text of its file; nothing is raised, all problems are told.

    `spoken` says what templates there are; without it nobody asks whether they exist.
    """
    text = normalised(source)

    def check(tree: Tree) -> None:
        lint(tree)
        if spoken is not None:
            check_templates(tree, spoken)

    campaign, problems, tree = read_text(
        text, file, lambda tree: _validated(tree, Campaign, defaults.under, check)
    )
    reading = Reading(file, None, problems, tree)
    if tree is None:
        return reading
    if campaign is None or reading.errors:
        return replace(reading, part=part_of(tree, problems, defaults.under))
    digest = hashlib.sha256(f"{text}\0{defaults.source}".encode()).hexdigest()
    loaded = LoadedCampaign(campaign, file, text, digest, defaults.source)
    return replace(reading, loaded=loaded, part=Part(campaign, tree.beside({})))


def parse_campaign(
    source: str, file: str, defaults: SharedDefaults = NO_DEFAULTS
) -> LoadedCampaign:
    """Read one campaign from the text of its file; CampaignError has all that is wrong with it."""
    reading = read_campaign(source, file, defaults)
    if reading.loaded is None:
        raise CampaignError(reading.problems)
    return reading.loaded


def parse_defaults(source: str, file: str = "defaults.yaml") -> SharedDefaults:
    """Read campaigns/defaults.yaml; raises CampaignError as `parse_campaign` does."""
    text = normalised(source)
    problems, tree = _read_defaults(text, file)
    if tree is None or any(one.severity is Severity.ERROR for one in problems):
        raise CampaignError(problems)
    return SharedDefaults(text, tree.data)


def check_defaults(source: str, file: str) -> tuple[Problem, ...]:
    """Return what is wrong with the text of a campaigns/defaults.yaml."""
    return _read_defaults(normalised(source), file)[0]


def _read_defaults(text: str, file: str) -> tuple[tuple[Problem, ...], Tree | None]:
    _, problems, tree = read_text(
        text, file, lambda tree: _validated(tree, Defaults, lambda data: data, lint_defaults)
    )
    return problems, tree


def read_text(
    text: str, file: str, judge: Callable[[Tree], _M | None]
) -> tuple[_M | None, tuple[Problem, ...], Tree | None]:
    """Read a text as it stands; only one with a mistake is searched for slips of the keyboard.

    `judge` says what a tree means and reports what is wrong with it; a merchant's own market
    rules have a judge of their own.
    """
    read, problems, tree = _attempt(Sheet(text), file, judge, rounds=1)
    wrong = [one for one in problems if one.severity is Severity.ERROR]
    if not wrong:
        hidden = _hidden(text, file)
        return (None if hidden else read), _in_order([*problems, *hidden]), tree
    if wrong[0].code in _HOPELESS:
        return None, problems, tree
    sheet, slips = _mended(text, file)
    if len(slips) > MOST or len(wrong) > MOST:
        return None, _most(tuple(slips) if slips else problems), None
    if tree is None or sheet.mended:
        _, problems, tree = _attempt(sheet, file, judge)
    return None, _most(_in_order(_reconciled(slips, problems, sheet))), tree


def _hidden(text: str, file: str) -> list[Problem]:
    """Signs that nobody sees, in a text that can be read all the same."""
    odd = ODD_SIGN.search(text)
    return [one for one in mend(Sheet(text), file) if one.code == "CR013"] if odd else []


def _most(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first of very many problems, and that there are more."""
    if len(problems) <= MOST:
        return problems
    last = problems[MOST - 1]
    more = problem("CR099", last.file, Place(last.line, last.column, last.end), count=MOST)
    return (*problems[:MOST], more)


def _attempt(
    sheet: Sheet, file: str, judge: Callable[[Tree], _M | None], rounds: int = ROUNDS
) -> tuple[_M | None, tuple[Problem, ...], Tree | None]:
    try:
        tree = grow(sheet, file, rounds)
    except CampaignError as error:
        return None, tuple(error.problems), None
    broken = len(tree.problems)
    read = judge(tree)
    first, told = tree.problems[:broken], tree.problems[broken:]
    told = [one for one in told if not _follows(one, first)]
    first = [one for one in first if not _included(one, [*first, *told])]
    return read, _in_order([*first, *_named_once(told)]), tree


def _included(one: Problem, others: Sequence[Problem]) -> bool:
    """Whether `one` is part of a larger mistake: `email: {name}`, or an alias that is merged."""
    for other in others:
        whole = Place(other.line, other.column, other.end)
        if one.code == "CR023" and other.code == "CR024" and _covers(whole, one):
            return True
        merged = other.code == "CR020" and other.parameters["key"] == "<<"
        if one.code == "CR096" and merged and one.line == other.line:
            return True
    return False


def _named_once(told: Sequence[Problem]) -> list[Problem]:
    """Leave out the names that are missed only because one of the two is no name."""
    nameless = [one for one in told if one.code == "CR025"]
    places = {(one.line, one.column) for one in nameless}
    meant = {one.fix.shown for one in nameless if one.fix}
    return [
        one
        for one in told
        if one.code not in _UNDEFINED
        or ((one.line, one.column) not in places and one.parameters["given"] not in meant)
    ]


def _mended(text: str, file: str) -> tuple[Sheet, list[Problem]]:
    """Mend the slips of `text`; a tab is as wide as the file needs it to be."""
    for tab in (2, 4, 8) if "\t" in text else ():
        sheet = Sheet(text)
        slips = _slips(sheet, file, tab)
        if composes(sheet):
            return sheet, slips
    sheet = Sheet(text)
    return sheet, _slips(sheet, file)


def _slips(sheet: Sheet, file: str, tab: int = 2) -> list[Problem]:
    return cut(sheet, file) + mend(sheet, file, tab) + indent(sheet, file) + dash(sheet, file)


def _reconciled(slips: list[Problem], more: Sequence[Problem], sheet: Sheet) -> list[Problem]:
    """Tell an odd indentation once: where it must go was found out when the text was read."""
    moves = {
        edit.place.line: (edit, one.fix)
        for one in more
        if one.code == "CR004" and one.fix
        for edit in one.fix.edits
    }
    told = []
    for slip in slips:
        if slip.code == "CR001" and slip.line in moves:
            edit, fix = moves[slip.line]
            shown = uncommented(sheet.lines[slip.line - 1])
            slip = replace(slip, fix=Fix(shown, (edit,), fix.safe))
        told.append(slip)
    odd = {slip.line for slip in slips if slip.code == "CR001"}
    return told + [one for one in more if one.code != "CR004" or one.line not in odd]


def _follows(one: Problem, broken: Sequence[Problem]) -> bool:
    """Whether `one` only says that a mended value is not what it should be."""
    for first in broken:
        edits = first.fix.edits if first.fix else ()
        if first.code == "CR012" and first.parameters["sign"] in ("'", '"') and edits:
            whole = Place(first.line, first.column, edits[0].place.column)
            if _covers(whole, one):
                return True
        if first.code == "CR096" and _covers(Place(first.line, first.column, first.end), one):
            return True
        if first.code in _SPOILT and any(_covers(edit.place, one) for edit in edits):
            return True
    return False


def _covers(place: Place, one: Problem) -> bool:
    """Whether the two have a sign in common."""
    end = max(place.end, place.column + 1)
    return (
        place.line == one.line
        and place.column < max(one.end, one.column + 1)
        and (one.column < end)
    )


def _in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.line, one.column, one.code)))


def _validated(
    tree: Tree, model: type[_M], prepare: Callable[[Any], Any], check: Callable[[Tree], None]
) -> _M | None:
    """Validate and cross-check; everything found is told at once."""
    check(tree)
    try:
        return model.model_validate(prepare(tree.data), by_alias=True, by_name=False)
    except ValidationError as error:
        complain(error, tree, model)
    return None
