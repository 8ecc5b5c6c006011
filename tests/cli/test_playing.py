"""What simulate, compare and optimise share: seeds, and which files a word means."""

from pathlib import Path

import click
import pytest

from recovery.cli.common import Desk
from recovery.cli.playing import Seeds, files_of
from recovery.errors import UsageError
from tests.support.plays import campaign_file


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("7", (7,)),
        ("1-4", (1, 2, 3, 4)),
        ("9,1-3", (9, 1, 2, 3)),
        ("1-3,2-4", (1, 2, 3, 4)),  # each once: a seed twice is no more people
        (" 1 - 2 , 5", (1, 2, 5)),
    ],
)
def test_seeds(text, seeds):
    assert Seeds().convert(text, None, None) == seeds


@pytest.mark.parametrize("text", ["", "a", "4-1", "1..3", "-1", "1-99999999", "1,,2"])
def test_what_are_no_seeds(text):
    with pytest.raises(click.BadParameter, match="no seeds"):
        Seeds().convert(text, None, None)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A project with two campaigns, one of them in a file of another name."""
    folder = tmp_path / "campaigns"
    folder.mkdir()
    campaign_file(folder, "unpaid")
    campaign_file(folder, "spring").rename(folder / "_of-last-year.yaml")
    (folder / "defaults.yaml").write_text("holdout: 10%\n", "utf-8")
    return Desk(tmp_path, None, as_json=False, force=False)


def test_a_word_is_a_file_a_folder_or_a_name(desk, tmp_path):
    folder = tmp_path / "campaigns"
    assert files_of(desk, "unpaid") == (folder / "unpaid.yaml",)
    assert files_of(desk, "spring") == (folder / "_of-last-year.yaml",)
    assert files_of(desk, str(folder / "unpaid.yaml")) == (folder / "unpaid.yaml",)
    assert files_of(desk, str(folder)) == (folder / "unpaid.yaml",)  # no drafts, no defaults


def test_a_word_that_means_nothing(desk):
    with pytest.raises(UsageError, match="did you mean 'spring'"):
        files_of(desk, "sprin")
    with pytest.raises(UsageError, match="there are spring, unpaid"):
        files_of(desk, "xyz")
