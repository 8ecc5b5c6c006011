"""What can be read of a campaign with mistakes, so that its meaning is judged all the same.

A slip of which nobody doubts what was meant is read as that; a segment, step or offer that says
nothing sure is left out. What only follows from such a gap is not told.
"""

from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from recovery.campaign.complaints import known_keys, meant_key, meant_word
from recovery.campaign.problems import Problem, Road, written
from recovery.campaign.schema import Campaign
from recovery.campaign.tree import Step, Tree
from recovery.problems import Severity

_ROUNDS = 4  # a model looks at a block as a whole only when each of its values is right
_ITEMS = ("segments", "sequences", "offers")
# Names and words, of which one that is near is told and meant; amounts and spans are never guessed.
_GUESSED = {"CR025", "CR032", "CR038", "CR039"}
# Instead of a block that can't be read: what no check has anything against.
_PLAIN: dict[str, Any] = {
    "campaign": "campaign",
    "status": "draft",
    "trigger": {"on": "payment_failed"},
    "goal": {"paid_within": "99999d"},
    "sequences": {},
}
# Checks that look for something nowhere, and the blocks in whose gaps it might be.
_NOWHERE = {
    "CR065": {"segments"},
    "CR066": {"segments", "sequences"},
    "CR068": {"sequences"},
}
_LEADS_NOWHERE = {"CR041": "segments", "CR042": "sequences"}
Prepare = Callable[[Any], Any]


@dataclass(frozen=True)
class Part:
    """A campaign as far as it could be read, and the tree that knows its places in the file.

    `gaps` are the blocks in which something was left out, `wrong` the errors that were told.
    """

    campaign: Campaign
    tree: Tree
    gaps: frozenset[str] = frozenset()
    wrong: Sequence[Problem] = ()

    def places(self) -> Tree:
        """The tree without problems, for a check to add its own."""
        return self.tree.beside(self.tree.moved)

    def follows(self, one: Problem) -> bool:
        """Whether `one` may only follow from a mistake that was told already."""
        if self.gaps & _NOWHERE.get(one.code, set()):
            return True
        return any(
            other.line == one.line and other.column < one.end and one.column < other.end
            for other in self.wrong
        )


def part_of(tree: Tree, problems: Sequence[Problem], prepare: Prepare) -> Part | None:
    """Return what can be read of `tree`; None when not even one segment can be."""
    wrong = [one for one in problems if one.severity is Severity.ERROR]
    remains = _Remains(tree)
    remains.leave_out_what_is_told_twice(wrong)
    for _ in range(_ROUNDS if isinstance(tree.data, dict) else 0):
        data = remains.left()
        try:
            campaign = Campaign.model_validate(prepare(data), by_alias=True, by_name=False)
        except ValidationError as error:
            remains.mend(error)
            continue
        gaps = remains.gaps | {_LEADS_NOWHERE.get(one.code, "") for one in wrong}
        return Part(campaign, tree.beside(remains.moved), frozenset(gaps), wrong)
    return None


@dataclass
class _Remains:
    """The data of a file in work. Roads are those of the file; what is left out is `None`."""

    tree: Tree
    data: Any = None
    moved: dict[Road, Step] = field(default_factory=dict)
    renamed: dict[Road, Step] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.data = deepcopy(self.tree.data)

    def leave_out_what_is_told_twice(self, wrong: Collection[Problem]) -> None:
        """Of two values of one key nobody knows which counts."""
        twice = {one.road for one in wrong if one.code == "CR010"}
        for road in list(self.tree.keys) if twice else ():
            if written(road) in twice:
                self._leave_out(road)

    def left(self) -> Any:
        """The data without what was left out; `moved` says what stands where in the file."""
        self.moved = dict(self.renamed)
        return self._kept(self.data, ())

    def mend(self, error: ValidationError) -> None:
        """Write what was meant where that is sure, leave out the rest of what is wrong."""
        details = error.errors(include_url=False)
        for detail in sorted(details, key=lambda one: one["type"] != "extra_forbidden"):
            steps = tuple(step for step in detail["loc"] if step != "[key]") or ("",)
            road, last = self.tree.beside(self.moved).there(steps), steps[-1]
            block = self._at(road[:-1])
            if detail["type"] == "extra_forbidden" and isinstance(block, dict):
                self._unknown_key(road, block)
            elif detail["type"] == "missing" and isinstance(block, dict) and last in block:
                continue  # it was misspelt
            elif (text := _meant(detail)) and isinstance(block, (dict, list)):
                self._write(road, block, text, is_key=detail["loc"][-1:] == ("[key]",))
            else:
                self._leave_out(road)

    def _kept(self, data: Any, road: Road) -> Any:
        if isinstance(data, dict):
            pairs = ((key, self._kept(value, (*road, key))) for key, value in data.items())
            return {key: value for key, value in pairs if value is not None}
        if not isinstance(data, list):
            return data
        kept = [number for number, item in enumerate(data) if item is not None]
        self.moved |= {(*road, new): old for new, old in enumerate(kept)}
        left = [self._kept(data[number], (*road, number)) for number in kept]
        return left if left or not data else None

    def _at(self, road: Road) -> Any:
        here = self.data
        for step in road:
            above = here
            here = above.get(self._called(road, step)) if isinstance(above, dict) else None
            if isinstance(above, list) and isinstance(step, int) and step < len(above):
                here = above[step]
        return here

    def _called(self, road: Road, step: Step) -> Step:
        """The name of a key now; in the file it may have another."""
        return next(
            (new[-1] for new, old in self.renamed.items() if old == step and new[:-1] == road),
            step,
        )

    def _unknown_key(self, road: Road, block: dict[str, Any]) -> None:
        key, choices = str(road[-1]), known_keys(road[:-1], Campaign)
        near = meant_key(key, choices)
        if near and near not in block and key in block:
            self._rename(road, block, near)
        elif road[0] == "segments":  # it may narrow whom the segment takes
            self._leave_out(road)
        else:
            block.pop(key, None)

    def _write(self, road: Road, block: Any, text: str, *, is_key: bool) -> None:
        last: Any = self._called(road[:-1], road[-1])
        if is_key and isinstance(block, dict) and last in block and text not in block:
            self._rename(road, block, text)
        elif not is_key and (isinstance(block, list) or last in block):
            block[last] = text
        else:
            self._leave_out(road)

    def _rename(self, road: Road, block: dict[str, Any], name: str) -> None:
        """Give a key its right name, and keep the order."""
        pairs = [(name if key == road[-1] else key, value) for key, value in block.items()]
        block.clear()
        block.update(pairs)
        self.renamed[*road[:-1], name] = road[-1]

    def _leave_out(self, road: Road) -> None:
        """Leave out the segment, step or offer around `road`, or else the block."""
        top = road[0] if road else ""
        self.gaps.add(str(top))
        whole = road[: 3 if top == "sequences" else 2]
        block, last = self._at(whole[:-1]), self._called(whole[:-1], whole[-1]) if whole else ""
        if top in _ITEMS and len(road) > 1:
            if isinstance(block, list) or (isinstance(block, dict) and last in block):
                whose: Any = block
                whose[last] = None
        elif isinstance(self.data, dict):
            self.data.pop(top, None)
            self.data |= {top: _PLAIN[str(top)]} if top in _PLAIN else {}


def _meant(detail: ErrorDetails) -> str | None:
    """What an erroneous value was meant to say, when that is sure enough to go on with."""
    context = detail.get("ctx", {})
    if not isinstance(detail["input"], str):
        return None
    if detail["type"] == "enum":
        return meant_word(detail).fix
    sure = context.get("safe") or detail["type"] in _GUESSED
    return context.get("fix") if sure else None
