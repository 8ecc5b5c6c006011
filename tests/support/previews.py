"""Previews of a project: the shipped one unless a test brings files of its own."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import Campaign
from recovery.markets import load_markets
from recovery.preview.matrix import Wish
from recovery.preview.rendered import Shown, Studio
from recovery.preview.samples import read_samples
from recovery.programme import read_programme
from recovery.settings import load_settings
from tests.support.cli import ROOT

ALL = Wish()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# One e-mail and one SMS, so that a test waits for little.
LITTLE = """\
campaign: little
description: A small one
status: active
trigger: {on: payment_failed, after: 1h}
goal: {paid_within: 7d}
segments:
  - {segment: all, market: [DE, JP], sequence: plain}
sequences:
  plain:
    - {step: mail, after: 0m, email: payment-failed}
    - {step: text, after: 1d, sms: payment-failed, if: {market: [DE]}}
    - {step: gift, after: 2d, email: last-call, offer: ten}
offers:
  ten: {kind: percent, percent: 10%, valid: 72h}
"""


def a_project(folder: Path, campaign: str = LITTLE) -> Path:
    """A project with the shipped templates and one campaign."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "little.yaml").write_text(campaign, "utf-8")
    return folder


def studio(project: Path = ROOT) -> Studio:
    """Whoever writes the messages of a project."""
    samples = read_samples(project / "templates")
    return Studio.of(load_settings(project, {}), samples, load_markets(project))


def campaigns(project: Path = ROOT) -> list[Campaign]:
    """Every campaign of the project."""
    found = read_programme(project / "campaigns", studio(project).renderer.catalog)
    return [one.campaign for one in found.loaded]


def shows(wish: Wish = ALL, text: str = LITTLE, project: Path = ROOT) -> Sequence[Shown]:
    """The messages of one campaign."""
    campaign = parse_campaign(text, "little.yaml").campaign
    return list(studio(project).shows([campaign], wish, NOON))


def one(step: str, market: str, sample: str = "usual", project: Path = ROOT) -> Shown:
    """One message of the small campaign."""
    (found,) = shows(Wish((market,), (), (step,), (sample,)), project=project)
    assert found.error is None
    return found
