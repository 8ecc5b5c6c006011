"""Scenarios: the worlds in which a campaign can be tried, shipped ones and those of a project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recovery.campaign.problems import CampaignError, Severity
from recovery.campaign.text import read_source
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import guess
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.simulate.scenarios.complaints import not_among
from recovery.simulate.scenarios.reading import Read, ScenarioError, read_layer, read_layers
from recovery.simulate.scenarios.schema import Scenario

__all__ = [
    "SHIPPED",
    "Read",
    "ScenarioError",
    "find_scenario",
    "look_up",
    "own",
    "read_scenario",
    "shipped",
]

SHIPPED = Path(__file__).parent / "shipped"
FOLDER = "scenarios"  # in a project
_SUFFIX = ".yaml"
Data = dict[str, Any]


def shipped() -> list[str]:
    """The names of those that came with the package; `_common` is what they share."""
    return sorted(file.stem for file in SHIPPED.glob(f"[!_]*{_SUFFIX}"))


def own(project: Path | None) -> list[str]:
    """The names of those in `<project>/scenarios`; names that begin with `_` are drafts."""
    folder = project / FOLDER if project else None
    return sorted(file.stem for file in folder.glob(f"[!_]*{_SUFFIX}")) if folder else []


def find_scenario(name: str, project: Path | None = None) -> Scenario:
    """The scenario `name`: a file, one of `<project>/scenarios`, or a shipped one.

    Raises UsageError when there is none, and ScenarioError, with file, line and cure, when it is
    wrong.
    """
    return look_up(name, project).scenario


def look_up(name: str, project: Path | None = None) -> Read:
    """The same, with its numbers as they are written."""
    file = _file(name, project)
    if file is None:
        raise UsageError(
            say(
                "no scenario is called {name}; {guess}",
                name=f"{name!r}",
                guess=guess(name, [*shipped(), *own(project)]),
            )
        )
    return _read(file, project)


def read_scenario(file: Path, project: Path | None = None) -> Scenario:
    """The scenario in `file`, over the one that it is like; its `sources` name each number."""
    return _read(file, project).scenario


def _read(file: Path, project: Path | None) -> Read:
    def below(tree: Tree) -> list[Data] | None:
        return _below(tree.data.get("like"), tree, project, (file,))

    shown = _shown(file, project)
    return read_layers(_text(file, shown), shown, below)


def _below(
    like: Any, tree: Tree, project: Path | None, seen: tuple[Path, ...]
) -> list[Data] | None:
    """What a scenario stands on, lowest first: the one that it is like, and what that is like.

    None when one of them is not to be found.
    """
    if not isinstance(like, str):
        return []
    under = _file(like, project)
    if under is None:
        not_among(tree, ("like",), like, [*shipped(), *own(project)], "CR308")
        return None
    if under in seen:
        tree.report("CR309", tree.value(("like",)), ("like",), given=like)
        return None
    shown = _shown(under, project)
    theirs = read_layer(_text(under, shown), shown)
    lower = _below(theirs.get("like"), tree, project, (*seen, under))
    return None if lower is None else [*lower, theirs]


def _text(file: Path, shown: str) -> str:
    try:
        text, found = read_source(file)
    except CampaignError as error:
        raise ScenarioError(one.at(shown) for one in error.problems) from None
    if wrong := [one.at(shown) for one in found if one.severity is Severity.ERROR]:
        raise ScenarioError(wrong)
    return text


def _shown(file: Path, project: Path | None) -> str:
    """How people call the file."""
    inside = project is not None and file.is_relative_to(project)
    return str(file.relative_to(project)) if inside and project else file.name


def _file(name: str, project: Path | None) -> Path | None:
    return next((file for file in _places(name, project) if file.is_file()), None)


def _places(name: str, project: Path | None) -> Iterator[Path]:
    if name.endswith((_SUFFIX, ".yml")):
        yield Path(name)
    if project is not None:
        yield project / FOLDER / f"{name}{_SUFFIX}"
    yield SHIPPED / f"{name}{_SUFFIX}"
