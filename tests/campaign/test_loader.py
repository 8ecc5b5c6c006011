"""A folder of campaigns: what is read, in what order, and what a broken file does to the rest."""

from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError

from recovery.campaign.complaints import complain
from recovery.campaign.loader import (
    CampaignError,
    LoadedCampaign,
    load_campaign,
    load_folder,
    parse_campaign,
    parse_defaults,
)
from recovery.campaign.schema import Limits
from recovery.campaign.tree import grow
from recovery.campaign.values import read_cap, read_quiet
from recovery.errors import UsageError

MINIMAL = """
campaign: {name}
status: active
priority: {priority}
trigger: {{on: unpaid}}
goal: {{paid_within: 7d}}
segments:
  - {{segment: all, sequence: one}}
sequences:
  one:
    - {{step: reminder, after: 0m, email: unpaid-reminder}}
"""
DEFAULTS = "holdout: 5%\nlimits: {per_customer: 2 per week, quiet: 21:00-08:00}\n"


def minimal(name: str, priority: int = 0, more: str = "") -> str:
    return MINIMAL.format(name=name, priority=priority) + more


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def names(loaded: list[LoadedCampaign]) -> list[str]:
    return [one.campaign.campaign for one in loaded]


def test_what_is_not_said_has_a_default() -> None:
    campaign = parse_campaign(minimal("a"), "a.yaml").campaign
    assert (campaign.holdout, campaign.limits, campaign.offers) == (0, Limits(), {})
    assert (campaign.description, campaign.trigger.not_after) == ("", None)
    assert not campaign.trigger.after


def test_higher_priority_comes_first_then_the_name(tmp_path: Path) -> None:
    write(tmp_path, x__yaml=minimal("b", 5), y__yml=minimal("a", 5), z__yaml=minimal("c", 9))
    loaded, errors = load_folder(tmp_path)
    assert (names(loaded), errors) == (["c", "a", "b"], [])
    assert [one.file for one in loaded] == ["z.yaml", "y.yml", "x.yaml"]


def test_some_files_are_no_campaigns(tmp_path: Path) -> None:
    write(tmp_path, README__md="# x", _idea__yaml="?", notes__txt="x", a__yaml=minimal("a"))
    (tmp_path / ".hidden.yaml").write_text("?")
    (tmp_path / "defaults.yaml").write_text("holdout: 5%")
    assert names(load_folder(tmp_path)[0]) == ["a"]


def test_a_broken_file_stops_only_itself(tmp_path: Path) -> None:
    write(tmp_path, a__yaml=minimal("a"), b__yaml="campaign: b\nstatus: [")
    loaded, errors = load_folder(tmp_path)
    assert names(loaded) == ["a"]
    assert [(error.file, error.problems[0].code) for error in errors] == [("b.yaml", "CR006")]


def test_two_files_with_one_campaign_stop_each_other(tmp_path: Path) -> None:
    write(tmp_path, a__yaml=minimal("twin"), b__yaml=minimal("twin"), c__yaml=minimal("c"))
    loaded, errors = load_folder(tmp_path)
    assert names(loaded) == ["c"]
    assert [error.file for error in errors] == ["a.yaml", "b.yaml"]
    problem = errors[0].problems[0]
    assert (problem.code, problem.line, problem.column) == ("CR053", 2, 11)
    assert "b.yaml" in problem.message


def test_no_folder_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="recovery init"):
        load_folder(tmp_path / "nowhere")


def test_an_empty_folder_has_no_campaigns(tmp_path: Path) -> None:
    assert load_folder(tmp_path) == ([], [])


def test_defaults_are_for_files_that_do_not_say_otherwise(tmp_path: Path) -> None:
    own = "holdout: 20%\nlimits: {quiet: 22:00-07:00}\n"
    write(tmp_path, defaults__yaml=DEFAULTS, a__yaml=minimal("a"), b__yaml=minimal("b", more=own))
    loaded, errors = load_folder(tmp_path)
    assert errors == []
    a, b = (one.campaign for one in loaded)
    cap = read_cap("2 per week")
    assert (a.holdout, a.limits) == (500, Limits(per_customer=cap, quiet=read_quiet("21:00-08:00")))
    assert (b.holdout, b.limits) == (
        2000,
        Limits(per_customer=cap, quiet=read_quiet("22:00-07:00")),
    )
    assert load_campaign(tmp_path / "a.yaml") == loaded[0]


def test_defaults_belong_to_the_digest() -> None:
    source, defaults = minimal("a"), parse_defaults(DEFAULTS)
    bare, dressed = parse_campaign(source, "a"), parse_campaign(source, "a", defaults)
    assert bare.digest != dressed.digest
    assert dressed.digest == parse_campaign(source, "a", parse_defaults(DEFAULTS)).digest


def test_broken_defaults_stop_all(tmp_path: Path) -> None:
    """Without them a campaign would write at night and to the hold-out."""
    write(tmp_path, defaults__yaml="limit: {quiet: 21-8}", a__yaml=minimal("a"))
    loaded, errors = load_folder(tmp_path)
    assert loaded == []
    (problem,) = errors[0].problems
    assert (problem.file, problem.code, problem.cure) == (
        "defaults.yaml",
        "CR020",
        "did you mean 'limits'?",
    )


def test_a_mistake_in_limits_is_not_hidden_by_defaults() -> None:
    with pytest.raises(CampaignError) as error:
        parse_campaign(minimal("a", more="limits: 7"), "a", parse_defaults(DEFAULTS))
    assert [problem.code for problem in error.value.problems] == ["CR024"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("gb18030", "GBK / GB18030"),
        ("gbk", "GBK / GB18030"),
        ("utf-16", "UTF-16"),
        ("latin-1", "Latin-1"),
    ],
)
def test_other_encodings_are_named(tmp_path: Path, encoding: str, said: str) -> None:
    words = "Für später, Größe" if encoding == "latin-1" else "银行卡付款失败后的提醒"
    file = tmp_path / "a.yaml"
    file.write_bytes((minimal("a") + f"description: {words}\n").encode(encoding))
    loaded, (error,) = load_folder(tmp_path)
    assert loaded == []
    (problem,) = error.problems
    assert problem.code == "CR007"
    assert said in problem.message
    assert "UTF-8" in problem.cure
    assert problem.line == (1 if encoding == "utf-16" else 12)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_utf8_is_read_however_it_was_saved(tmp_path: Path, bom: bytes, newline: bytes) -> None:
    text = minimal("a", more="description: 催付\n")
    (tmp_path / "a.yaml").write_bytes(bom + text.encode().replace(b"\n", newline))
    (loaded,), errors = load_folder(tmp_path)
    assert errors == []
    assert loaded == parse_campaign(text, "a.yaml")
    assert loaded.campaign.description == "催付"


def test_a_complaint_of_pydantic_without_words_of_ours_is_still_told() -> None:
    """CR029 is the net under all others."""

    class Small(BaseModel):
        word: str = Field(max_length=2)

    tree = grow("word: long", "a.yaml")
    with pytest.raises(ValidationError) as error:
        Small.model_validate(tree.data)
    complain(error.value, tree, Small)
    (problem,) = tree.problems
    assert (problem.code, problem.line, problem.column) == ("CR029", 1, 7)
    assert "at most 2 characters" in problem.message
