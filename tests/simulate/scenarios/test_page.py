"""The page about scenarios is true: its example is read, every key and every row is on it."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from recovery.message import Channel
from recovery.simulate.scenarios import find_scenario, read_scenario, shipped
from recovery.simulate.scenarios.evidence import evidence
from recovery.simulate.scenarios.incident import Incident, Trouble
from recovery.simulate.scenarios.schema import (
    Cause,
    Crowd,
    Level,
    Locals,
    Market,
    Offers,
    Penalties,
    Reach,
    Replies,
    Scenario,
    Staff,
    Stretch,
    Wait,
)
from tests.support.pages import blocks, prose, text_of

PAGES = {"docs/scenarios.md": "en", "docs/zh-CN/scenarios.md": "zh"}
MODELS: tuple[type[BaseModel], ...] = (
    *(Scenario, Market, Locals, Crowd, Cause, Reach, Stretch, Wait),
    *(Replies, Offers, Staff, Penalties, Incident),
)


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_the_language_is_explained(page: str) -> None:
    said = " ".join(re.findall(r"`([^`]+)`", prose(page)))
    keys = set().union(*(model.model_fields for model in MODELS))
    words = keys | {one.value for kind in (Level, Trouble) for one in kind}
    missing = {word for word in words if not re.search(rf"\b{word}\b", said)}
    assert not missing, f"{page} says nothing about {sorted(missing)}"


@pytest.mark.parametrize("page", PAGES)
def test_every_scenario_and_every_row_is_on_it(page: str) -> None:
    rows = re.findall(r"^\| `([^`|]+)` \| (.+) \|$", text_of(page), re.M)
    assert set(shipped()) <= {name for name, _ in rows}
    told = dict(rows)
    for name, row in evidence().items():
        bounds = " – ".join(row.range) if row.range else f"±{row.vary:.0%}"
        says = getattr(row.says, PAGES[page])
        source = f"[{row.source}]({row.url})" if row.url else row.source
        assert told[name] == f"{row.grade.value} | {bounds} | {says} | {source}"


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_a_scenario(page: str, tmp_path: Path) -> None:
    (text,) = (text for kind, text in blocks(page) if kind == "yaml")
    file = tmp_path / "my-shop.yaml"
    file.write_text(text, "utf-8")
    mine = read_scenario(file)
    assert mine.markets["GB"].baskets == 2.5
    assert mine.markets["GB"].causes["costs"] == 0
    assert mine.sources["messages.email.moves.1.wins"] == "email-after-a-day"
    assert mine.sources["causes.comparing.pays"] == "assumed"


def test_the_worked_figure_is_right() -> None:
    email = find_scenario("base").messages[Channel.EMAIL]
    assert "0.98 × 0.5 × 0.75 × 4% = 1.5" in text_of("docs/scenarios.md")
    assert round(100 * email.arrives * email.read * 0.75 * 0.04, 1) == 1.5
