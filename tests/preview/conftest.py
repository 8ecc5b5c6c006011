"""A project with one doubtful message: a sign in an SMS that makes it three times as dear."""

from pathlib import Path
from shutil import copytree

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dear(tmp_path: Path) -> Path:
    for part in ("campaigns", "templates"):
        copytree(ROOT / part, tmp_path / part)
    text = tmp_path / "templates/payment-failed/en/sms.txt"
    text.write_text(text.read_text("utf-8").replace("Try again", "\u260e Try again"), "utf-8")
    return tmp_path
