"""Scenarios: the worlds in which a campaign can be tried, shipped ones and those of a project."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.markets.reading import laid_over, read_keys, read_over
from recovery.simulate.scenarios.schema import Scenario

SHIPPED = Path(__file__).parent / "shipped"
FOLDER = "scenarios"  # in a project
_SUFFIX = ".yaml"


def shipped() -> list[str]:
    """The names of those that came with the package; `_common` is what they share."""
    return sorted(file.stem for file in SHIPPED.glob(f"[!_]*{_SUFFIX}"))


def find_scenario(name: str, project: Path | None = None) -> Scenario:
    """The scenario `name`: a file, one of `<project>/scenarios`, or a shipped one.

    Raises UsageError when there is none, and MarketError, with file and line, when it is wrong.
    """
    return read_scenario(_file(name, project), project)


def read_scenario(file: Path, project: Path | None = None) -> Scenario:
    """The scenario in `file`, over the one that it is like."""
    text = file.read_text("utf-8")
    return read_over(
        _below(read_keys(text, file.name), file, project, ()), Scenario, text, file.name
    )


def _below(
    keys: Mapping[str, Any], file: Path, project: Path | None, seen: tuple[str, ...]
) -> dict[str, Any]:
    """What a scenario stands on: the one that it is like, over what that one is like."""
    like = keys.get("like")
    if not isinstance(like, str):
        return {}
    if like in seen:
        raise UsageError(
            say("{file}: like: {like} leads back to itself", file=file.name, like=like)
        )
    under = _file(like, project)
    theirs = read_keys(under.read_text("utf-8"), under.name)
    return laid_over(_below(theirs, under, project, (*seen, like)), theirs)


def _file(name: str, project: Path | None) -> Path:
    for file in _places(name, project):
        if file.is_file():
            return file
    known = [*shipped(), *_own(project)]
    near = get_close_matches(name, known, 1)
    raise UsageError(
        say(
            "no scenario is called {name}; known are {known}",
            name=f"{name!r}",
            known=", ".join(near or known),
        )
    )


def _places(name: str, project: Path | None) -> Iterator[Path]:
    if name.endswith((_SUFFIX, ".yml")):
        yield Path(name)
    if project is not None:
        yield project / FOLDER / f"{name}{_SUFFIX}"
    yield SHIPPED / f"{name}{_SUFFIX}"


def _own(project: Path | None) -> list[str]:
    folder = project / FOLDER if project else None
    return sorted(file.stem for file in folder.glob(f"*{_SUFFIX}")) if folder else []
