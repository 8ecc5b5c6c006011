"""Playing a work in its market: always with the shipped templates, rules and prices, so that the
same work comes to the same on every machine, whatever project or environment is there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from recovery import __version__
from recovery.campaign.loader import campaign_files
from recovery.settings import load_settings
from recovery.simulate.diary import Diary, read_diary
from recovery.simulate.lab.course import FOLDER
from recovery.simulate.lab.work import CAMPAIGNS, DIARY, Work
from recovery.simulate.play import Ask, simulate
from recovery.simulate.scenarios import FOLDER as SCENARIOS
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.scenarios.schema import Scenario

Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where works are played: the same for all who are to be compared."""

    scenario: Scenario
    orders: int
    days: int
    seed: int

    @classmethod
    def of(
        cls, scenario: str, orders: int, days: int, seed: int, near: Path | None = None
    ) -> "Stage":
        """A stage by the name of its scenario: one of the course, one of `near` (a folder with
        `scenarios/`), or a shipped one."""
        ours = (FOLDER / SCENARIOS / f"{scenario}.yaml").is_file()
        return cls(find_scenario(scenario, FOLDER if ours else near), orders, days, seed)

    def key(self, work: Work) -> str:
        """The same for the same work on the same stage, with this version of the engine."""
        told = [self.scenario.model_dump_json(), self.orders, self.days, self.seed, work.digest]
        return sha256(json.dumps([__version__, *told]).encode()).hexdigest()


def diary_in(folder: Path) -> Diary:
    """The diary of an unfolded work, if there is one. Raises DiaryError, CampaignError."""
    file = folder / DIARY
    return read_diary(file) if file.is_file() else Diary()


def play(
    work: Work,
    stage: Stage,
    watch: Watch = lambda hours: None,
    until: timedelta | None = None,
) -> Mapping[str, Any]:
    """What becomes of `work`, as the document of `recovery simulate --json`; `until` stops the
    story so long after its beginning.

    Raises CampaignError for a campaign that is wrong, DiaryError for an entry that can't be done,
    UsageError where no campaign is active.
    """
    with TemporaryDirectory(prefix="recovery-lab-") as name:
        folder = Path(name)
        work.unfold(folder / "work")
        (folder / "project").mkdir()
        settings = load_settings(folder / "project", {})
        files = campaign_files(folder / "work" / CAMPAIGNS)
        ask = Ask(stage.scenario, stage.orders, stage.days, stage.seed)
        diary = diary_in(folder / "work")
        return simulate(settings, files, ask, watch, diary, until).verdict().graded()
