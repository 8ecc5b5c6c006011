"""`recovery preview`: a page and a list, of the shipped project and of broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import ROOT, recovery
from tests.support.previews import LITTLE, a_project

KEYS = {
    *("campaign", "step", "market", "locale", "sample", "channel", "subject", "text"),
    *("html_bytes", "sms", "warnings"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return a_project(tmp_path)


def listed(project: Path, *words: object) -> list[dict[str, Any]]:
    result = recovery("preview", "--project", project, "--json", *words)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_the_list_says_everything_about_a_message(project: Path) -> None:
    found = listed(project, "--sample", "usual")
    assert all(set(one) >= KEYS for one in found)
    places = [(one["step"], one["market"], one["locale"], one["channel"]) for one in found]
    assert places == [
        ("mail", "DE", "de-DE", "email"),
        ("mail", "JP", "ja-JP", "email"),
        ("text", "DE", "de-DE", "sms"),
        ("gift", "DE", "de-DE", "email"),
        ("gift", "JP", "ja-JP", "email"),
    ]
    mail, sms = found[0], found[2]
    assert mail["html_bytes"] > 10_000
    assert mail["sms"] is None
    assert sms["sms"]["segments"] == 1
    assert (sms["sms"]["encoding"], sms["sms"]["characters"]) == ("GSM-7", len(sms["text"]))
    assert (sms["subject"], sms["html_bytes"], sms["warnings"]) == (None, None, [])


def test_yen_have_no_decimals(project: Path) -> None:
    (found,) = listed(project, "--market", "jp", "--step", "mail", "--sample", "usual")
    assert "￥19,050" in found["text"]


def test_a_warning_has_a_code_and_words(project: Path) -> None:
    text = project / "templates/payment-failed/en/sms.txt"
    text.write_text(text.read_text("utf-8").replace("Try again", "\u260e Try again"), "utf-8")
    (found,) = listed(project, "--market", "KR", "--step", "text", "--sample", "usual")
    never, warning = found["warnings"]
    assert (never["code"], found["goes_out"]) == ("CR164", False)  # its step leaves Korea out
    assert warning["code"] == "CR162"
    assert "\u260e" in warning["message"]
    (found,) = listed(project, "--market", "MY", "--step", "text", "--sample", "usual")
    assert [one["code"] for one in found["warnings"]] == ["CR164", "CR161", "CR162"]


def test_the_page_is_written_where_it_should(project: Path) -> None:
    out = project / "pages"
    result = recovery("preview", "little", "--project", project, "--out", out, "--lang", "zh-CN")
    assert result.exit_code == 0, result.output
    page = (out / "preview.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert page.count("<iframe sandbox") > 20
    assert "条消息" in result.stdout
    assert recovery("preview", "--project", project).stdout.strip().endswith("var/preview.html")


def test_the_same_files_and_time_give_the_same_page(project: Path) -> None:
    at = ("--at", "2026-11-22T09:00:00Z", "--market", "DE", "--sample", "usual")
    pages = []
    for name in ("a.html", "b.html"):
        recovery("preview", "--project", project, "--html", project / name, *at)
        pages.append((project / name).read_text("utf-8"))
    assert pages[0] == pages[1]


def test_looking_needs_no_database_and_leaves_none(project: Path) -> None:
    assert listed(project, "--step", "text", "--sample", "usual")
    assert not (project / "var" / "recovery.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("litle",), "did you mean 'little'?"),
        (("--step", "mial"), "did you mean 'mail'?"),
        (("--market", "UK"), "'UK' is no country"),
        (("--sample", "larg"), "did you mean 'large'?"),
        (("--lang", "fr"), "en and zh-CN"),
    ],
)
def test_a_wrong_name_is_a_usage_error(project: Path, words: tuple[str, ...], said: str) -> None:
    result = recovery("preview", "--project", project, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_broken_campaign_stops_only_itself(project: Path) -> None:
    (project / "campaigns" / "bad.yaml").write_text(LITTLE.replace("little", "bad") + "x: 1\n")
    result = recovery("preview", "--project", project, "--json", "--sample", "usual")
    assert result.exit_code == 65
    assert "campaigns/bad.yaml" in result.stderr
    assert {one["campaign"] for one in json.loads(result.stdout)} == {"little"}


def test_a_broken_template_is_shown_beside_the_good_ones(project: Path) -> None:
    letter = project / "templates" / "payment-failed" / "de" / "letter.txt"
    letter.write_text(letter.read_text("utf-8") + "\n{{ custmer_name }}\n", "utf-8")
    result = recovery("preview", "--project", project, "--json", "--sample", "usual")
    assert result.exit_code == 65
    wrong = [one for one in json.loads(result.stdout) if one["error"]]
    assert [(one["step"], one["market"]) for one in wrong] == [("mail", "DE")]


def test_broken_samples_are_told_here_and_by_the_check(project: Path) -> None:
    (project / "templates" / "samples.yaml").write_text("samples:\n  usual: {abuot: x}\n")
    result = recovery("preview", "--project", project, "--json", "--step", "text")
    assert result.exit_code == 65
    assert "templates/samples.yaml:2" in result.stderr
    checked = recovery("check", "--project", project, "--json")
    assert checked.exit_code == 65
    found = {(one["code"], one["line"]) for one in json.loads(checked.stdout)["problems"]}
    assert ("CR150", 2) in found


def test_a_message_may_bring_its_own_samples_without_a_complaint(project: Path) -> None:
    about = "about: {en: Two teapots, zh-CN: 两个茶壶}"
    (project / "templates" / "last-call" / "samples.yaml").write_text(
        f"samples:\n  teapots: {{{about}, items: [{{name: Teapot, price: 20, quantity: 2}}]}}\n"
    )
    assert recovery("check", "--project", project).exit_code == 0
    (found,) = listed(project, "--step", "gift", "--market", "DE", "--sample", "teapots")
    assert "Teapot × 2: 40,00\u00a0€" in found["text"]


def test_the_shipped_project_is_shown_whole() -> None:
    found = listed(ROOT, "unpaid")
    assert {one["market"] for one in found} >= {"DE", "US", "JP", "CN"}
    assert not [one for one in found if one["error"] or one["warnings"]]
