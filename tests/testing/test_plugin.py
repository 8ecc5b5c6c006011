"""The plug-in in a suite of somebody else: what it costs, and what a failing test tells."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from recovery.i18n import words
from recovery.testing import World
from tests.support.kit import DECLINED, a_folder

ROOT = Path(__file__).parents[2]
PLUGIN = "recovery.testing.plugin"


def run(folder: Path, test: str, *options: str, **environ: str) -> str:
    """What pytest says about `test`, the text of a file, below the project `folder`."""
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "test_ours.py").write_text(test, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider"]
    path = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*command, "-W", "error", "--strict-markers", *options],
        cwd=folder,
        env={**os.environ, **path, **environ},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    other = DECLINED.replace("campaign: declined", "campaign: other")
    return a_folder(tmp_path / "shop", DECLINED, other.replace("priority: 0", "priority: 9"))


def test_it_is_found_by_pytest_where_the_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}
    assert (ROOT / "recovery/py.typed").is_file()


def test_a_suite_that_does_not_use_it_loads_nothing_of_the_engine() -> None:
    told = "import sys, recovery.testing.plugin; print(*sorted(sys.modules), sep='\\n')"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", told], env=environ, check=True, capture_output=True, text=True
    )
    loaded = done.stdout.split()
    ours = {one for one in loaded if one.startswith("recovery")}
    assert ours == {"recovery", "recovery.testing", PLUGIN}
    assert not {"sqlalchemy", "pydantic", "jinja2", "babel"} & set(loaded)


def test_the_kit_is_loaded_by_name() -> None:
    import recovery.testing

    assert recovery.testing.World is World
    assert all(getattr(recovery.testing, name) for name in recovery.testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Wold'"):
        recovery.testing.Wold  # noqa: B018


MARKED = """
import pytest

def test_the_nearest_project(world):
    order = world.an_unpaid_order(reason="expired_card")
    world.advance("1h")
    assert order.campaign == "other"

@pytest.mark.recovery(campaign="declined", start="2026-03-01T10:00:00Z", holdout=100)
class TestMarked:
    def test_marks_are_heeded(self, world):
        assert world.now.isoformat() == "2026-03-01T10:00:00+00:00"
        order = world.an_unpaid_order(reason="expired_card")
        world.advance("1h")
        assert (order.campaign, order.held_out) == ("declined", True)

    @pytest.mark.recovery(holdout=0)
    def test_the_nearest_mark_wins(self, world):
        order = world.an_unpaid_order(reason="expired_card")
        world.advance("1h")
        assert order.steps == ["reminder"]

@pytest.mark.recovery(project="..")
@pytest.mark.parametrize("world", [{"campaign": "declined"}, {"campaign": "other"}], indirect=True)
def test_of_each(world, request):
    order = world.an_unpaid_order(reason="expired_card")
    world.advance("1h")
    assert order.campaign == request.node.callspec.params["world"]["campaign"]
"""


def test_marks_and_parameters_say_which_world(folder: Path) -> None:
    assert "5 passed" in (said := run(folder, MARKED)), said


NO_CONSENT = "the customer has not agreed to this kind of message on this channel"
FAILING = """
def test_it(world):
    order = world.an_unpaid_order(reason="expired_card", email_consent="none")
    world.advance("2h")
    assert order.steps == ["reminder"]
"""


def test_a_failing_test_tells_why_nothing_was_sent(folder: Path) -> None:
    said = run(folder, FAILING)
    assert "recovery: what happened to each order" in said
    assert NO_CONSENT in said
    said = run(folder, FAILING, LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8")
    assert words("zh-CN").gettext(NO_CONSENT) in said


def test_a_mistake_is_shown_where_the_test_makes_it(folder: Path) -> None:
    said = run(folder, "def test_it(world):\n    world.an_unpaid_order(market='XX')\n")
    assert ">       world.an_unpaid_order(market='XX')" not in said.replace(
        "    world", "x    world"
    )
    assert "world.an_unpaid_order(market='XX')\n" in said
    assert "country: 'XX' is no country code" in said
    assert "recovery/testing/" not in said


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ('campaign="declind"', "did you mean 'declined'"),
        ('project="nowhere"', "is no project folder: it has no campaigns/ in it"),
        ('start="2026-03-01"', "start: '2026-03-01' has no offset from UTC"),
        ('campain="declined"', "@pytest.mark.recovery: campain=… is unknown"),
        ('"declined"', "name what you mean: recovery(project=…"),
    ],
)
def test_a_wrong_mark_is_named_without_a_way_through_our_house(
    folder: Path, mark: str, says: str
) -> None:
    test = f"import pytest\n@pytest.mark.recovery({mark})\ndef test_it(world):\n    pass\n"
    said = run(folder, test)
    assert says in said
    assert "1 error" in said
    assert "contextlib.py" not in said


def test_a_suite_may_have_a_world_of_its_own(folder: Path) -> None:
    test = """
import pytest

@pytest.fixture
def world():
    return "mine"

def test_it(world):
    assert world == "not mine"
"""
    said = run(folder, test)
    assert "1 failed" in said
    assert "what happened to each order" not in said
