"""What is written is true: links, commands, campaigns, settings and words."""

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from importlib import import_module
from typing import Any

import click
import pytest
from pydantic import BaseModel

from recovery.campaign.loader import parse_campaign
from recovery.campaign.schema import (
    AmountRange,
    Campaign,
    Condition,
    Goal,
    Limits,
    Offer,
    OfferKind,
    Segment,
    Status,
    Step,
    Trigger,
    TriggerOn,
    WithoutOffer,
)
from recovery.cli.main import VERBS, main
from recovery.connectors.table_file.columns import FIELDS
from recovery.dispatch.policies import POLICIES
from recovery.errors import Exit
from recovery.facts import Consent, CustomerType, OrderStatus
from recovery.measure.plain import REASONS
from recovery.reasons import MEANINGS, FailureReason
from recovery.settings import known_settings
from recovery.settings.sources import NOT_SETTINGS
from tests.support.pages import ROOT, blocks, prose, text_of

PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "campaigns/README.md")
)
# A page and its sister in Chinese.
SISTERS = {
    "README.md": "README.zh-CN.md",
    **{
        f"docs/{n}.md": f"docs/zh-CN/{n}.md"
        for n in (
            *("quickstart", "campaign-file", "codes", "glossary"),
            *(
                "alerts-and-funnel",
                "incidents-and-diary",
                "markets",
                "own-data",
                "plan",
                "replay",
                "reports",
                "scenarios",
                "simulation",
                "templates",
                "testing",
            ),
        )
    },
}

_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_COMMAND = re.compile(r"(?:^|[\s/=`])recovery ([a-z][^#|;&]*)")
_SETTING = re.compile(r"\bRECOVERY_[A-Z_]+\b")


def headings(page: str) -> list[tuple[int, str]]:
    return [(len(m[1]), m[2]) for m in re.finditer(r"^(#+) (.+)$", prose(page), re.M)]


def anchors(page: str) -> set[str]:
    """As GitHub makes them."""
    kept = (re.sub(r"[^\w\- ]", "", title.lower()) for _, title in headings(page))
    return {title.replace(" ", "-") for title in kept}


def links(page: str) -> Iterator[str]:
    for found in _LINK.finditer(prose(page)):
        target = found[1] or found[2]
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            there = file.relative_to(ROOT).as_posix()
            assert anchor in anchors(there), f"{page}: {target}: only {sorted(anchors(there))}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, todo = set(), ["README.md"]
    while todo:
        page = todo.pop()
        if page in found:
            continue
        found.add(page)
        targets = (target.partition("#")[0] for target in links(page))
        files = (((ROOT / page).parent / target).resolve() for target in targets if target)
        todo += [file.relative_to(ROOT).as_posix() for file in files if file.suffix == ".md"]
    assert set(PAGES) - found == set()


def commands(page: str) -> Iterator[str]:
    """Every `recovery …` of a page: in blocks, and between backticks."""
    shells = ("sh", "console", "cron", "ini")
    lines = [line for kind, text in blocks(page) if kind in shells for line in text.splitlines()]
    if any(kind == "console" for kind, _ in blocks(page)):
        lines = [line for line in lines if not _is_output(page, line)]
    lines = [line for line in lines if not line.lstrip().startswith("#")]
    lines += re.findall(r"`(recovery [^`]+)`", prose(page))
    for line in lines:
        for found in _COMMAND.finditer(line):
            yield found[1].strip()


@cache
def _output_lines(page: str) -> frozenset[str]:
    return frozenset(
        line
        for kind, text in blocks(page)
        if kind == "console"
        for line in text.splitlines()
        if not line.startswith("$ ")
    )


def _is_output(page: str, line: str) -> bool:
    return line in _output_lines(page)


# What stands for something the reader chooses.
_PLACES = {"FILE": "pyproject.toml", "FILE…": "pyproject.toml", "DIR": "x", "ORDER": "1", "…": ""}


def parsed(line: str) -> None:
    """Let click read `line` without doing anything; click.UsageError when it can't."""
    words = [_PLACES.get(word, word) for word in shlex.split(line)]
    words = [word for word in words if word]
    command: click.Command = main
    context = click.Context(main, info_name="recovery")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"no command {name!r}"
        command, context = found, click.Context(found, info_name=name, parent=context)
    if isinstance(command, click.Group) and not words:
        return
    command = deepcopy(command)
    for param in command.params:
        if isinstance(param.type, click.Path):
            param.type = click.STRING  # files of an example need not be here
    with suppress(click.MissingParameter):  # a sentence may leave out what must be given
        command.parse_args(context, words)


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_commands(page: str) -> None:
    for line in commands(page):
        assert line.split()[0].rstrip(",.:") in VERBS, f"{page}: recovery {line}"
        try:
            parsed(line)
        except click.UsageError as error:
            pytest.fail(f"{page}: recovery {line}: {error.format_message()}")


def test_a_wrong_option_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parsed("run --at yesterday")
    with pytest.raises(click.UsageError):
        parsed("report --hmtl page.html")


@pytest.mark.parametrize("page", PAGES)
def test_files_on_a_page_are_there(page: str) -> None:
    for name in re.findall(
        r"`((?:recovery|workers|tests|docs|campaigns|templates)/[^`]*)`", prose(page)
    ):
        if not set(name) & set("*<…"):
            assert (ROOT / name).exists(), f"{page}: {name}"


@pytest.mark.parametrize("page", PAGES)
def test_campaigns_on_a_page_are_campaigns(page: str) -> None:
    for kind, text in blocks(page):
        # Prometheus', and those of tests/simulate/scenarios/test_page.py and of mappings.
        others = ("scrape_configs:", "groups:", "scenario:", "order_id:")
        others_language = text.startswith(others)
        if kind in ("yaml", "yml") and not others_language:
            parse_campaign(text, page)


@pytest.mark.parametrize("page", PAGES)
def test_settings_on_a_page_are_settings(page: str) -> None:
    known = set(known_settings()) | NOT_SETTINGS
    for name in _SETTING.findall(text_of(page)):
        assert name in known or name.removesuffix("_FILE") in known, f"{page}: {name}"


def table_names(page: str) -> set[str]:
    """The words in backticks in the first column of a page's tables."""
    rows = re.findall(r"^\| (`[^|]+) \|", prose(page), re.M)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_setting_is_in_the_table() -> None:
    missing = set(known_settings()) - table_names("docs/operations.md")
    assert not missing, f"docs/operations.md says nothing about {sorted(missing)}"


def test_every_exit_code_is_told() -> None:
    told = set(re.findall(r"^\| (\d+) \|", prose("docs/operations.md"), re.M))
    assert told == {str(int(code)) for code in Exit}


def test_every_column_is_told() -> None:
    assert table_names("docs/orders.md") >= FIELDS
    assert {status.value for status in OrderStatus} <= set(_words("docs/orders.md"))


def _words(page: str) -> list[str]:
    return re.findall(r"`([^`]+)`", prose(page))


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


GRAMMAR: tuple[Any, ...] = (
    *(Campaign, Trigger, Goal, Segment, AmountRange, Condition, Step, Offer, Limits),
)
VOCABULARY: tuple[Any, ...] = (
    *(Status, TriggerOn, CustomerType, OfferKind, WithoutOffer, Consent, FailureReason),
)


@pytest.mark.parametrize("page", ["docs/campaign-file.md", "docs/zh-CN/campaign-file.md"])
def test_the_whole_language_is_explained(page: str) -> None:
    said = " ".join(_words(page))
    keys = set().union(*map(_keys, GRAMMAR))
    words = {word.value for vocabulary in VOCABULARY for word in vocabulary}
    missing = {word for word in keys | words if not re.search(rf"\b{word}\b", said)}
    assert not missing, f"{page} says nothing about {sorted(missing)}"


@pytest.mark.parametrize("page", ["docs/campaign-file.md", "docs/zh-CN/campaign-file.md"])
def test_every_reason_is_explained(page: str) -> None:
    missing = set(REASONS) - set(_words(page))
    assert not missing, f"{page} says nothing about {sorted(missing)}"


@pytest.mark.parametrize("page", ["docs/campaign-file.md", "docs/zh-CN/campaign-file.md"])
def test_whom_we_do_not_write_to_is_told(page: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", prose(page), re.M))
    for reason, meaning in MEANINGS.items():
        assert rows[reason] == ({"docs/campaign-file.md": "yes"}.get(page, "是")) or (
            not meaning.may_contact and rows[reason].startswith("**")
        ), reason
        assert meaning.may_contact != rows[reason].startswith("**"), reason


def test_there_are_nineteen_questions() -> None:
    assert len(POLICIES) == 19, "docs/campaign-file.md says nineteen, in both languages"


@pytest.mark.parametrize("page", ["docs/campaign-file.md", "docs/zh-CN/campaign-file.md"])
def test_the_draw_can_be_computed_again(page: str) -> None:
    code = next(text for kind, text in blocks(page) if kind == "python")
    exec(compile(code, page, "exec"), scope := {})  # noqa: S102
    draws = import_module("recovery.draws")
    for customer in ("shop:1", "shop-de:c%20200", "shop:~953babc40f0f41d2961fc323cef72189"):
        for salt in ("holdout:unpaid:v1:", "seq:unpaid:v1:"):
            assert scope["slot"](salt, customer) == draws.slot(salt, customer)


@pytest.mark.parametrize("page", SISTERS)
def test_both_languages_say_the_same(page: str) -> None:
    sister = SISTERS[page]
    assert [level for level, _ in headings(page)] == [level for level, _ in headings(sister)]
    shown = ("sh", "console", "yaml", "cron", "ini")
    for kind in shown:
        ours = [_bare(text) for k, text in blocks(page) if k == kind]
        theirs = [_bare(text) for k, text in blocks(sister) if k == kind]
        assert ours == theirs, f"{kind} blocks of {page} and {sister}"
    assert table_names(page) == table_names(sister)


def _bare(text: str) -> str:
    """Without what is translated: comments, blanks, and what a campaign says to people."""
    text = re.sub(r"(^|\s)#.*$", "", text, flags=re.M)
    text = re.sub(r"^description: .*$", "", text, flags=re.M)
    return re.sub(r"\s+", " ", text).replace("../../docs", "docs").strip()
