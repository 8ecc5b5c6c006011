"""`recovery plan` as people and scripts see it."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from recovery.cli.plan import _print
from recovery.forecast.section import Section
from recovery.forecast.words import Tongue
from tests.support.cli import recovery
from tests.support.house import House, dump
from tests.support.pages import ROOT
from tests.support.worlds import a_world

AT = "--at=2026-11-05T09:00:00Z"


@pytest.fixture
def shop(small_house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    a_world(small_house, 5)
    for name, value in small_house.environ.items():
        monkeypatch.setenv(name, value)
    return small_house


def answer(house: House, *words: str) -> dict[str, Any]:
    result = recovery("plan", "--json", AT, "--project", str(house.project), *words)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_json_says_what_a_dry_run_says_and_changes_nothing(shop: House) -> None:
    before = dump(shop.engine.database)
    told = answer(shop)
    result = recovery("run", "--dry-run", "--json", AT, "--project", str(shop.project))
    run = json.loads(result.stdout)
    touches = run["touches"]
    assert told["now"] == {
        "enrolled": run["enrolled"],
        **{name: touches[name] for name in ("sent", "tasks", "skipped", "snoozed")},
    }
    assert dump(shop.engine.database) == before


def keys(value: Any) -> Iterator[str]:
    """The keys of all objects in lists; a mapping by names or reasons has none of its own."""
    for one in value if isinstance(value, list) else ():
        for key, below in one.items() if isinstance(one, dict) else ():
            yield key
            yield from keys(below)


def test_every_key_is_documented(shop: House) -> None:
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "plan.md").read_text("utf-8")))
    told = answer(shop)
    used = {*told, *told["now"], *(key for part in told.values() for key in keys(part))}
    assert {"fate", "dry_on", "smallest_lift"} <= used
    assert used - keys_of_problems(told) - {"amount", "currency"} - documented == set()


def keys_of_problems(told: dict[str, Any]) -> set[str]:
    """Documented where `recovery check` is."""
    return set(keys(told["problems"]))


def test_only_the_campaigns_that_were_asked_for(shop: House) -> None:
    told = answer(shop, "unpaid")
    assert [one["campaign"] for one in told["campaigns"]] == ["unpaid"]
    assert set(told["now"]["enrolled"]) <= {"unpaid"}
    result = recovery("plan", "unpaied", AT, "--project", str(shop.project))
    assert (result.exit_code, "did you mean 'unpaid'" in result.stderr) == (2, True)


@pytest.mark.parametrize(("lang", "words"), [("en", "Who enters now"), ("zh-CN", "现在谁进入活动")])
def test_people_read_it(shop: House, tmp_path: Path, lang: str, words: str) -> None:
    html = tmp_path / "pages" / "plan.html"
    result = recovery(
        "plan", AT, "--project", str(shop.project), "--lang", lang, "--html", str(html)
    )
    assert result.exit_code == 0, result.output
    assert words in result.stdout
    assert words in html.read_text("utf-8")


def test_a_broken_campaign_is_told_and_leaves_with_65(shop: House) -> None:
    (shop.folder / "late.yaml").write_text("campaign: late\n", "utf-8")
    result = recovery("plan", AT, "--project", str(shop.project))
    assert result.exit_code == 65
    assert "late.yaml" in result.stdout


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [80, 120])
def test_no_word_of_a_chapter_is_cut_away(lang: str, width: int) -> None:
    words = ("税务发票" * 40, "note " * 60)
    section = Section("notes", "Notes", ("Market", "Note"), [("DE", one) for one in words])
    console = Console(width=width, file=StringIO(), record=True)
    _print(console, section, Tongue(lang))
    told = console.export_text()
    assert "…" not in told
    assert told.count("税") == 40
    assert told.count("note") == 60
