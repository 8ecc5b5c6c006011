"""The key that signs links: made once, kept through a power cut, never empty."""

import os
from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.links import Links
from recovery.settings.secret_key import kept_key


def test_the_key_and_its_name_are_on_the_disk_before_it_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []  # was it a folder?
    settle = os.fsync

    def watched(handle: int) -> None:
        kept.append(os.path.isdir(f"/proc/self/fd/{handle}"))
        settle(handle)

    monkeypatch.setattr(os, "fsync", watched)
    made = kept_key(tmp_path / "var" / "secret_key")
    assert kept == [False, True]
    assert kept_key(tmp_path / "var" / "secret_key") == made


@pytest.mark.parametrize("content", [b"", b"\n", b" \t\n", b"\xff\xfe"])
def test_a_file_without_a_key_signs_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret_key"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="secret_key"):
        kept_key(file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("secret", ["", " \n"])
def test_an_empty_secret_makes_no_links(secret: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        Links(secret, "http://localhost:8000")
