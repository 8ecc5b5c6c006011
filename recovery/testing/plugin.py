"""The pytest plug-in: the fixture `world`, its marker, and the story behind a failing test.

pytest imports this file for every suite on the machine, so it imports nothing of the engine until
a test asks for a world.
"""

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from recovery.testing.world import World

_MARKER = (
    "recovery(project=…, campaign=…, start=…, holdout=0, active=False): which world the "
    "fixture `world` is; by default all campaigns of the nearest folder above the "
    "test that has campaigns/"
)
_WORDS = ("project", "campaign", "start", "holdout", "active")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, also under --strict-markers."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(scope="session")
def _recovery_blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once: every world gets a copy."""
    from recovery.testing.project import blank

    return blank(tmp_path_factory.mktemp("recovery") / "blank.db")


@pytest.fixture
def world(request: pytest.FixtureRequest, _recovery_blank: Path) -> "Iterator[World]":
    """A shop, its customers and the engine with the project's campaigns, on a clock of its own."""
    from recovery.testing.errors import KitError
    from recovery.testing.project import nearest, open_world

    told = _told(request)
    here = request.path.parent
    with ExitStack() as stack:
        try:
            project = here / told.pop("project") if "project" in told else nearest(here)
            opened = stack.enter_context(open_world(project, database=_recovery_blank, **told))
        except KitError as error:
            pytest.fail(str(error), pytrace=False)
        yield opened


def _told(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What marks say, the nearest first, and above them a parameter of the fixture."""
    told: dict[str, Any] = {}
    for mark in request.node.iter_markers("recovery"):
        told = {**mark.kwargs, **told}
        if mark.args:
            raise pytest.UsageError(
                f"@pytest.mark.recovery{mark.args}: name what you mean: {_MARKER}"
            )
    told |= getattr(request, "param", {})
    if strange := sorted(told.keys() - set(_WORDS)):
        raise pytest.UsageError(f"@pytest.mark.recovery: {strange[0]}=… is unknown; {_MARKER}")
    return told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failing test tell what the engine did, and why: in the language of the terminal."""
    report = yield
    if report.when == "call" and report.failed and "recovery.testing.world" in sys.modules:
        for told in _stories(getattr(item, "funcargs", {})):
            report.sections.append(("recovery: what happened to each order", told))
    return report


def _stories(given: dict[str, Any]) -> Iterator[str]:
    from recovery.i18n import language, speak, spoken
    from recovery.testing.world import World

    before = spoken()
    speak(language(None, os.environ))
    try:
        yield from [one.explain() for one in given.values() if isinstance(one, World)]
    finally:
        speak(before)
