"""Small simulated markets for tests: one country, many unpaid orders, what may go wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from recovery.message import Channel
from recovery.settings import Settings, load_settings
from recovery.simulate.diary import Diary, read_diary
from recovery.simulate.doors import Inside
from recovery.simulate.play import Ask, Played, Stage, simulate
from recovery.simulate.post import Post
from recovery.simulate.rig import rigged
from recovery.simulate.scenarios import find_scenario
from recovery.simulate.scenarios.incident import Incident
from recovery.simulate.scenarios.schema import Scenario
from tests.support.campaigns import a_campaign

HOURLY = timedelta(hours=2)  # between two runs: enough for days, and quick
SHARES = {"distracted": 0.25, "declined": 0.15, "comparing": 0.1}

REMINDING = a_campaign(
    "unpaid",
    trigger="{on: unpaid, after: 1h, not_after: 3d}",
    goal="{paid_within: 3d}",
    holdout="10%",
    sequences={
        "plain": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: offer, after: 12h, email: last-call, offer: ten}",
        ]
    },
    offers="{ten: {kind: percent, percent: 10%, valid: 72h}}",
)


def a_market(*incidents: dict[str, Any], country: str = "US", **changes: Any) -> Scenario:
    """The shipped `base` with one country, in which half of all orders are left unpaid."""
    base = find_scenario("base")
    market = base.markets["US"].model_copy(update={"share": 1.0, "causes": SHARES})
    told = {
        "scenario": "test",
        "markets": {country: market},
        "runs": HOURLY,
        "incidents": [Incident.model_validate(one) for one in incidents],
    }
    return base.model_copy(update=told | changes)


def settings_of(folder: Path) -> Settings:
    """Those of a project with nothing in it."""
    folder.mkdir(exist_ok=True)
    return load_settings(folder, {})


def files_in(folder: Path, *texts: str) -> list[Path]:
    """Campaign files with these texts."""
    (folder / "given").mkdir(parents=True, exist_ok=True)
    files = [folder / "given" / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, "utf-8")
    return files


def a_diary(folder: Path, *entries: str, **files: str) -> Diary:
    """A diary with these entries, read from `folder`; `files` lie beside it, by their stems."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in files.items():
        (folder / f"{stem}.yaml").write_text(text, "utf-8")
    (folder / "diary.yaml").write_text("".join(f"- {entry}\n" for entry in entries), "utf-8")
    return read_diary(folder / "diary.yaml")


def played(
    folder: Path,
    scenario: Scenario,
    *texts: str,
    orders: int = 160,
    days: int = 3,
    seed: int = 5,
    **how: Any,
) -> Played:
    """A whole simulation of campaigns with these texts (by default, REMINDING)."""
    files = files_in(folder, *(texts or (REMINDING,)))
    ask = Ask(scenario, orders, days, seed)
    return simulate(settings_of(folder / "project"), files, ask, **how)


@contextmanager
def staged(
    folder: Path,
    scenario: Scenario,
    *texts: str,
    orders: int = 160,
    days: int = 3,
    seed: int = 5,
    diary: Diary | None = None,
    kind: type[Stage] = Stage,
) -> Iterator[Stage]:
    """A stage on which nothing has happened yet; its database is there within the block."""
    post = Post()
    senders = {channel: post.sender(channel) for channel in (Channel.EMAIL, Channel.SMS)}
    files: Sequence[Path] = files_in(folder, *(texts or (REMINDING,)))
    settings = settings_of(folder / "project")
    with rigged(settings, files, scenario.start, senders) as rig:
        stage = kind(Inside(rig, post), rig.clock, Ask(scenario, orders, days, seed))
        stage.follow(diary or Diary(), rig.renew)
        yield stage
