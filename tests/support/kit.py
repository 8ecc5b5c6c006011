"""Worlds of the test kit with campaigns of a test's own, beside the shipped templates."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from recovery.testing import World, open_world
from tests.support.campaigns import a_campaign

DECLINED = a_campaign(
    "declined",
    trigger="{on: payment_failed, after: 30m, not_after: 3d}",
    holdout="10%",
    segments=["{segment: everyone, sequence: {plain: 50%, offer: 50%}}"],
    sequences={
        "plain": [
            "{step: reminder, after: 0m, email: payment-failed}",
            "{step: text, after: 1d, sms: last-call, if: {not_clicked: reminder}}",
        ],
        "offer": [
            "{step: reminder, after: 0m, email: payment-failed}",
            "{step: offer, after: 2d, email: last-call, offer: ten, if: {not_clicked: reminder}}",
        ],
    },
    offers="{ten: {kind: percent, percent: 10%, valid: 72h, budget: 500 EUR per month}}",
    limits="{quiet: 21:00-08:00, min_gap: 12h}",
)


class Opener(Protocol):
    """Opens a world with these campaign files (their texts); the rest as `open_world` has it."""

    def __call__(self, *campaigns: str, defaults: str = "", **told: Any) -> World: ...


def a_folder(folder: Path, *campaigns: str) -> Path:
    """A project folder with these campaigns, each under its own name."""
    (folder / "campaigns").mkdir(parents=True)
    for text in campaigns:
        named = re.search(r"^campaign: (\S+)", text, re.M)
        assert named is not None
        (folder / "campaigns" / f"{named[1]}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def opened(tmp_path: Path, sqlite_template: Path) -> Iterator[Opener]:
    """Opens worlds; they are closed when the test is over."""
    with ExitStack() as stack:

        def open_one(*campaigns: str, defaults: str = "", **told: Any) -> World:
            folder = tmp_path / "shop"
            shutil.rmtree(folder, ignore_errors=True)
            a_folder(folder, *campaigns or (DECLINED,))
            if defaults:
                (folder / "campaigns" / "defaults.yaml").write_text(defaults, "utf-8")
            return stack.enter_context(open_world(folder, database=sqlite_template, **told))

        yield open_one
