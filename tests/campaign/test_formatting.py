"""One way to write: what a file says never changes, and once is enough."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.campaign.formatting import duration_form, formatted
from recovery.campaign.loader import CampaignError, defaults_of, parse_campaign
from tests.support.example import CAMPAIGN

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "campaigns"
SHIPPED = [CAMPAIGN, *(file.read_text("utf-8") for file in sorted(FOLDER.glob("[!d]*.yaml")))]
WIDE = """\
# who
campaign:   wide

description: >
      two lines
      of words
status: active
trigger:
    on: unpaid
    after: PT1H     # a comment
goal:
    paid_within:  7天


segments:
-   segment: all
    # below the segment
    amount:
        from: 50   USD
    sequence:
        plain: 100 %
sequences:
    plain:
        -   step: a
            after: 0m
            email: x
        - {step: b, after: P1DT12H,
           email: x}
limits: {quiet: 21:00 - 08:00, per_customer: 3  per week}   \
"""
NARROW = """\
# who
campaign:   wide

description: >
      two lines
      of words
status: active
trigger:
  on: unpaid
  after: 1h     # a comment
goal:
  paid_within:  7d

segments:
- segment: all
  # below the segment
  amount:
    from: 50 USD
  sequence:
    plain: 100%
sequences:
  plain:
    - step: a
      after: 0m
      email: x
    - {step: b, after: 1d12h,
        email: x}
limits: {quiet: "21:00-08:00", per_customer: 3 per week}
"""


def said(text: str) -> object:
    return parse_campaign(text, "x.yaml").campaign


def test_it_looks_like_this() -> None:
    assert formatted(WIDE, "x.yaml") == NARROW
    assert formatted(NARROW, "x.yaml") == NARROW


@pytest.mark.parametrize("source", SHIPPED)
def test_windows_line_ends_and_a_byte_order_mark_go(source: str) -> None:
    text = formatted("\ufeff" + source.replace("\n", "\r\n"), "x.yaml")
    assert text == formatted(source, "x.yaml")
    assert said(text) == said(source)


def test_a_broken_file_is_refused() -> None:
    with pytest.raises(CampaignError):
        formatted(CAMPAIGN.replace("status: active", "status: activ"), "x.yaml")


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("PT72H", "72h"),
        ("P1DT12H", "1d12h"),
        ("3天", "3d"),
        ("1小时30分钟", "1h30m"),
        ("20h", "20h"),
        ("2个星期", "2w"),
        ("2周", "2w"),
        ("PT30M", "30m"),
        ("P2W", "2w"),
        ("1日", "1d"),
    ],
)
def test_spans(given: str, form: str) -> None:
    assert duration_form(given) == form


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SHIPPED),
    st.integers(1, 4),
    st.lists(
        st.tuples(st.floats(0, 0.999), st.sampled_from(["", "# x", "   ", "  # y"])), max_size=4
    ),
    st.booleans(),
)
def test_the_meaning_stays(
    source: str, indent: int, extra: list[tuple[float, str]], windows: bool
) -> None:
    lines = [
        " " * ((len(line) - len(line.lstrip(" "))) // 2 * indent) + line.lstrip(" ") + " " * (n % 3)
        for n, line in enumerate(source.split("\n"))
    ]
    for where, line in extra:
        lines.insert(int(where * len(lines)), line)
    text = ("\r\n" if windows else "\n").join(lines)
    try:
        meaning = said(text)
    except CampaignError:
        return  # indented by one, a list does not lie below its key any more
    once = formatted(text, "x.yaml")
    assert said(once) == meaning
    assert formatted(once, "x.yaml") == once
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert [line.strip() for line in once.splitlines() if line.strip().startswith("#")] == comments


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("campaigns/[!d]*.yaml")), ids=lambda file: file.name
)
def test_what_is_shipped_is_in_its_normal_form(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert formatted(text, file.name, defaults_of(file.parent)) == text


PAGES = ("docs/campaign-file.md", "docs/zh-CN/campaign-file.md", "campaigns/README.md")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_in_its_normal_form(page: str) -> None:
    pieces = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    whole = [piece for piece in pieces if "campaign:" in piece]
    assert whole
    assert [formatted(piece, "x.yaml") for piece in whole] == whole
