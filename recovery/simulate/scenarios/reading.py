"""A scenario file as a scenario, or as everything that is wrong with it: each mistake with its
place, what is wrong, and the cure, in the reader's language.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from recovery.campaign.parsing import read_text
from recovery.campaign.text import normalised
from recovery.campaign.tree import Tree
from recovery.errors import Exit, RecoveryError
from recovery.i18n import Text
from recovery.markets.reading import laid_over
from recovery.problems import Problem
from recovery.problems.codes import CODES
from recovery.simulate.scenarios.agreement import disagree
from recovery.simulate.scenarios.backing import backed, followed
from recovery.simulate.scenarios.complaints import complain
from recovery.simulate.scenarios.schema import Scenario
from recovery.simulate.scenarios.sources import sources
from recovery.simulate.scenarios.values import Strict

Data = dict[str, Any]
_OPEN = {"false", "no", "off", "0", "f", "n"}  # what stands behind `hidden:` of the others


class ScenarioError(RecoveryError):
    """Raised when a scenario file is wrong; `problems` are all that were found, top to bottom."""

    exit_code = Exit.DATA

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        lines = [f"{{p{number}}}" for number in range(len(self.problems))]
        told = {f"p{number}": _line(one) for number, one in enumerate(self.problems)}
        super().__init__(Text("\n".join(lines), told))


class Read(Strict):
    """A scenario, and its numbers as somebody wrote them, by their roads."""

    scenario: Scenario
    written: dict[str, str]


def read_layers(text: str, file: str, below: Callable[[Tree], Sequence[Data] | None]) -> Read:
    """The scenario that the `text` of `file` says over what it is like.

    `below` finds what that is, lowest first; None when it can't, which it reports to the tree.
    Raises ScenarioError.
    """
    layers: list[Data] = []

    def judge(tree: Tree) -> Read | None:
        if isinstance(tree.data, dict):
            lower = below(tree)
            if lower is None:
                return None
            layers[:] = [*lower, tree.data]
        return _judged(tree, layers)

    read, problems, _ = read_text(normalised(text), file, judge)
    if read is None:
        empty = [replace(one, code="CR316") if one.code == "CR008" else one for one in problems]
        raise ScenarioError(empty)
    return read


def read_layer(text: str, file: str) -> Data:
    """What a file says by itself, every value as text; ScenarioError when it can't be read."""
    found: list[Data] = []

    def judge(tree: Tree) -> None:
        if isinstance(tree.data, dict):
            found.append(tree.data)

    _, problems, _ = read_text(normalised(text), file, judge)
    if not found or problems:
        raise ScenarioError(problems)
    return found[0]


def _judged(tree: Tree, layers: Sequence[Data]) -> Read | None:
    whole: Any = {} if layers else tree.data
    for layer in layers:
        whole = laid_over(whole, layer)
    try:
        scenario = Scenario.model_validate(whole)
    except ValidationError as error:
        complain(error, tree, Scenario)
        if layers:
            disagree(tree, whole, None)
        return None
    found, bare = sources(scenario, layers)
    disagree(tree, whole, scenario)
    backed(tree, whole, scenario, found, bare)
    named = {".".join(road): source for road, source in found.items()}
    written = {".".join(road): followed(whole, road)[1] for road in found}
    # What stands on a hidden scenario tells too much of it, whatever it says itself.
    hidden = any(str(layer.get("hidden", "no")).lower() not in _OPEN for layer in layers)
    told = scenario.model_copy(update={"sources": named, "hidden": hidden})
    return Read(scenario=told, written=written)


def _line(one: Problem) -> Text:
    """`file:line:column: road: message [code]; cure`."""
    row = CODES[one.code]
    told = {
        "place": ":".join(map(str, (one.file, one.line, one.column) if one.line else [one.file])),
        "road": f"{one.road}: " if one.road else "",
        "what": Text(row.message, one.parameters),
        "code": one.code,
        "cure": Text(row.help, one.parameters),
    }
    return Text("{place}: {road}{what} [{code}]; {cure}", told)
