"""From bytes to text, whatever editor wrote them."""

import os
from pathlib import Path

import pytest

from recovery.campaign.loader import CampaignError
from recovery.campaign.mending import mended
from recovery.campaign.text import decoded, read_bytes

WORDS = "campaign: x\ndescription: 请用另一种方式付款，谢谢\n"
ACCENTS = "campaign: x\ndescription: Für Käufer à Zürich\n"


@pytest.mark.parametrize(
    ("raw", "text", "told", "safe"),
    [
        (WORDS.encode(), WORDS, [], []),
        (b"\xef\xbb\xbf" + WORDS.encode(), WORDS, [("CR011", 1)], [True]),
        (WORDS.encode("gbk"), WORDS, [("CR007", 2)], [True]),
        (WORDS.encode("gb18030"), WORDS, [("CR007", 2)], [True]),
        (WORDS.encode("utf-16"), WORDS, [("CR007", 1)], [True]),
        (WORDS.encode("utf-16-le"), WORDS, [("CR007", 1)], [True]),
        (WORDS.encode("utf-16-be"), WORDS, [("CR007", 1)], [True]),
        (ACCENTS.encode("latin-1"), ACCENTS, [("CR007", 2)], [False]),
    ],
)
def test_encodings(raw: bytes, text: str, told: list[tuple[str, int]], safe: list[bool]) -> None:
    found, problems = decoded(raw, "x.yaml")
    assert found == text
    assert [(one.code, one.line) for one in problems] == told
    assert [bool(one.fix and one.fix.safe) for one in problems] == safe


def test_one_broken_sign_is_no_other_encoding() -> None:
    text, (problem,) = decoded(WORDS.encode() * 9 + b"to: \xff\n", "x.yaml")
    assert text.count("请用") == 9
    assert (problem.line, str(problem.parameters["encoding"])) == (19, "damaged UTF-8")
    assert problem.fix is None


@pytest.mark.parametrize("raw", [b"\x89PNG\0\0\0\rIHDR" * 9, b"x" * 1_000_001])
def test_what_is_no_text_is_not_read(raw: bytes) -> None:
    with pytest.raises(CampaignError, match="CR019"):
        decoded(raw, "x.yaml")
    assert mended(raw, "x.yaml", lambda text: []) == (raw, ())


def test_an_encoding_is_mended_and_the_line_ends_stay() -> None:
    raw = WORDS.replace("\n", "\r\n").encode("gbk")
    found = mended(raw, "x.yaml", lambda text: [])
    assert found.raw == WORDS.replace("\n", "\r\n").encode()
    assert [one.code for one in found.done] == ["CR007"]


def test_a_file_that_nobody_may_read(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    with pytest.raises(CampaignError, match="CR018"):
        read_bytes(file)
    file.write_text("x")
    file.chmod(0)
    if not os.access(file, os.R_OK):
        with pytest.raises(CampaignError, match="CR018"):
            read_bytes(file)
