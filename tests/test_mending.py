"""A file is written whole or not at all, and keeps its rights."""

from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.mending import mend_file, write_whole
from tests.support.example import CAMPAIGN, SPOKEN


def test_rights_stay_and_nothing_lies_about(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(CAMPAIGN.replace("holdout: 10%", "holdout：10%"), "utf-8")
    file.chmod(0o640)
    assert [one.code for one in mend_file(file, SPOKEN)] == ["CR002"]
    assert file.read_text("utf-8") == CAMPAIGN
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "x.yaml", tmp_path / "link.yaml"
    file.write_text("a")
    link.symlink_to(file)
    write_whole(link, b"b")
    assert link.is_symlink()
    assert file.read_text() == "b"


def test_what_can_t_be_written_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't write"):
        write_whole(tmp_path / "nowhere" / "x.yaml", b"b")
    assert mend_file(tmp_path / "nowhere.yaml", SPOKEN) == ()
