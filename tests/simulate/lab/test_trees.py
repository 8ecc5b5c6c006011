"""Folders and archives of strangers: what leads out, links away or swells is refused, alone."""

import os
import stat
import zipfile
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from recovery.simulate.lab.teacher.trees import LARGEST, LARGEST_WHOLE, MOST, trees


def archive(file: Path, members: dict[str, bytes], kind: int = ZIP_DEFLATED) -> None:
    with ZipFile(file, "w", kind) as made:
        for name, raw in members.items():
            made.writestr(name, raw)


def only(folder: Path) -> str | None:
    (tree,) = trees(folder)
    return None if tree.fault is None else str(tree.fault)


def test_files_folders_and_archives_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    (tmp_path / "b" / "campaigns").mkdir(parents=True)
    (tmp_path / "b" / "campaigns" / "x.yaml").write_bytes(b"x")
    archive(tmp_path / "c.zip", {"work/campaigns/y.yaml": b"y", "__MACOSX/._y": b"", "d/": b""})
    (tmp_path / ".DS_Store").write_bytes(b"")
    found = {one.label: one.files for one in trees(tmp_path)}
    assert found == {
        "a.json": {"a.json": b"{}"},
        "b": {"campaigns/x.yaml": b"x"},
        "c.zip": {"work/campaigns/y.yaml": b"y"},
    }


def test_names_of_chinese_windows_are_read(tmp_path: Path) -> None:
    name = "作业/campaigns/催付.yaml"
    raw = name.encode("gb18030")
    file = tmp_path / "a.zip"
    archive(file, {"N" * len(raw): b"x"})
    file.write_bytes(file.read_bytes().replace(b"N" * len(raw), raw))
    (tree,) = trees(tmp_path)
    assert tree.files == {name: b"x"}


@pytest.mark.parametrize(
    "name", ["../x.yaml", "/etc/x.yaml", "a/../../x.yaml", "..\\x.yaml", "C:\\x.yaml", "C:/x.yaml"]
)
def test_an_archive_can_not_lead_out(tmp_path: Path, name: str) -> None:
    archive(tmp_path / "a.zip", {name: b"x"})
    assert "leads out of it" in str(only(tmp_path))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as made:
        info = ZipInfo("campaigns/x.yaml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    assert "leads out of it" in str(only(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.handin.json")
    (tmp_path / "s01").mkdir()
    os.mkfifo(tmp_path / "s01" / "a.handin.json")
    found = {one.label: str(one.fault) for one in trees(tmp_path)}
    assert found == {"a.handin.json": "it is neither file nor folder", "s01": "None"}


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").symlink_to("/etc/passwd")
    (tmp_path / "in" / "b" / "campaigns").mkdir(parents=True)
    (tmp_path / "in" / "b" / "campaigns" / "x.yaml").symlink_to("/etc/passwd")
    found = [str(one.fault) for one in trees(tmp_path / "in")]
    assert found == [
        "it is a link to somewhere else",
        "campaigns/x.yaml is a link to somewhere else",
    ]


def test_a_bomb_does_not_go_off(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {"campaigns/x.yaml": b"\0" * 50_000_000})
    assert (tmp_path / "a.zip").stat().st_size < 100_000
    assert "too large" in str(only(tmp_path))


def test_a_bomb_that_lies_about_its_size_does_not_either(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    archive(file, {"campaigns/x.yaml": b"\0" * 50_000_000})
    raw = file.read_bytes().replace((50_000_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    file.write_bytes(raw)
    (tree,) = trees(tmp_path)
    assert tree.fault is not None or tree.size <= LARGEST


def test_too_many_files_are_too_many(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {f"{n}.yaml": b"" for n in range(MOST + 1)})
    assert "too many" in str(only(tmp_path))


def test_archives_in_a_folder_share_its_limit(tmp_path: Path) -> None:
    (tmp_path / "s01").mkdir()
    for number in range(6):
        archive(tmp_path / "s01" / f"{number}.zip", {f"{number}.yaml": b"x" * 1_900_000})
    assert LARGEST_WHOLE < 6 * 1_900_000
    assert "too large" in str(only(tmp_path))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 no archive", b"PK\x05\x06" + b"\xff" * 18])
def test_a_broken_archive_is_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(raw)
    assert only(tmp_path) is not None


def test_an_unusual_archive_is_told(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", {"campaigns/x.yaml": b"x" * 100}, zipfile.ZIP_LZMA)
    archive(tmp_path / "b.zip", {"campaigns/x.yaml": b"x" * 100}, ZIP_BZIP2)
    assert all("plain zip" in str(one.fault) for one in trees(tmp_path))
