"""Mistakes in a scenario file: each with place and cure, in two languages."""

from pathlib import Path

import pytest

from recovery.i18n import ENGLISH, fill, words
from recovery.problems import Problem
from recovery.simulate.scenarios import ScenarioError, find_scenario, read_scenario

HEAD = "scenario: mine\nlike: base\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def write(folder: Path, text: str, name: str = "mine") -> None:
    (folder / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")


def problems(folder: Path, text: str) -> list[Problem]:
    write(folder, text)
    with pytest.raises(ScenarioError) as refused:
        find_scenario("mine", folder)
    return refused.value.problems


@pytest.mark.parametrize(
    ("text", "place", "code", "cure"),
    [
        ("people: {guets: 3%}", (3, 10), "CR020", "did you mean 'guests'?"),
        ("peple: {guests: 3%}", (3, 1), "CR020", "did you mean 'people'?"),
        ("markets: {US: {causes: {found: 3%}}}", (3, 25), "CR302", "did you mean 'funds'?"),
        ("markets: {Germany: {share: 3%, causes: {funds: 1%}}}", (3, 11), "CR304", "'DE'?"),
        ("messages: {mail: {read: 3%}}", (3, 12), "CR022", "did you mean 'email'?"),
        ("people: {email_consent: {adverts: 3%}}", (3, 26), "CR022", "one of: marketing"),
        ("level: market place", (3, 8), "CR022", "did you mean 'market'?"),
        ("causes: {funds: {status: refunded}}", (3, 26), "CR022", "one of: awaiting"),
        ("causes: {funds: {kept: 9}}", (3, 24), "CR030", "write 90m, 20h, 3d"),
        ("points: {EURO: 1}", (3, 10), "CR022", "did you mean 'EUR'?"),
        ("staff: {zone: Europe/Berln}", (3, 15), "CR022", "did you mean 'Europe/Berlin'?"),
        ("staff: {calls: [1]}", (3, 16), "CR024", "one value after the colon"),
        ("offers: 3%", (3, 9), "CR024", "its keys below it"),
        ("runs: 0m", (3, 7), "CR314", "write at least 1m"),
        ("offers: {waiting: wating}", (3, 19), "CR302", "did you mean 'waiting'?"),
        ("messages: {sms: {moves: []}}", (3, 18), "CR026", "add at least one"),
        ("incidents: [{incident: flood, at: 3d}]", (3, 24), "CR022", "one of: coupon_leaked"),
        (
            "incidents: [{incident: rule_changed, at: 3d, hours: 9-18}]",
            *((3, 53), "CR211", "write 09:00-18:00"),
        ),
        (
            "incidents: [{incident: mail_blocked, at: 3d, market: FR}]",
            *((3, 54), "CR022", "one of: BR, DE, US"),
        ),
        ("offers: {wins: 1e400}", (3, 16), "CR300", "write such as 45%"),
        ("offers: {wins: 300%}", (3, 16), "CR318", "choose a value between them"),
        ("points: {USD: nan}", (3, 15), "CR306", "write digits"),
        ("title: {en: Only English}", None, None, None),  # the other language is that of `base`
        ("title: {en: Mine, cn: 我的}", (3, 19), "CR020", "one of: en, zh"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    folder: Path, text: str, place: tuple[int, int] | None, code: str, cure: str
) -> None:
    if place is None:
        write(folder, HEAD + text)
        assert find_scenario("mine", folder).title.zh == "三个市场"
        return
    (one,) = problems(folder, HEAD + text)
    assert (one.line, one.column, one.code) == (*place, code), str(one)
    assert cure in one.cure
    assert one.file == "scenarios/mine.yaml"


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    text = HEAD + "people: {guests: 300%, phon: 3%}\nmarkets:\n  US:\n    causes: {fnds: 1%}\n"
    told = [(one.line, one.code) for one in problems(folder, text)]
    assert told == [(3, "CR301"), (3, "CR020"), (6, "CR302")]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("offers：\n  wins: 3%\n", 3, "CR002"),  # a full-width colon
        ("offers: {wins: 3%，sure: 5%}\n", 3, "CR002"),  # a full-width comma
        ("offers:\n\twins: 3%\n", 4, "CR001"),  # a tab
        ("offers:\n　　wins: 3%\n", 4, "CR001"),  # full-width spaces
        ("offers: {wins: 3%}\noffers: {sure: 5%}\n", 4, "CR010"),  # twice
    ],
)
def test_slips_of_the_keyboard_are_named(folder: Path, text: str, line: int, code: str) -> None:
    (one,) = problems(folder, HEAD + text)
    assert (one.line, one.code) == (line, code)
    assert one.cure


def test_the_error_speaks_both_languages(folder: Path) -> None:
    write(folder, HEAD + "markets: {US: {causes: {found: 3%}}}")
    with pytest.raises(ScenarioError) as refused:
        find_scenario("mine", folder)
    told = refused.value.args[0]
    place = "scenarios/mine.yaml:3:25: markets.US.causes.found:"
    assert fill(told, ENGLISH) == str(refused.value)
    assert str(refused.value) == (
        f"{place} no cause is called 'found' [CR302]; did you mean 'funds'?"
    )
    chinese = fill(told, words("zh-CN"))
    assert chinese.startswith(f"{place} 没有名为“found”的原因 [CR302]; ")
    assert "funds" in chinese and "mean" not in chinese


def test_nothing_and_no_text_are_told(folder: Path) -> None:
    assert [one.code for one in problems(folder, "")] == ["CR316"]
    file = folder / "scenarios" / "mine.yaml"
    file.write_bytes((HEAD + "title: {en: Mine, zh: 我的市场}\n").encode("gb18030"))
    with pytest.raises(ScenarioError, match="GB18030"):
        find_scenario("mine", folder)
    file.write_text("nothing but words", "utf-8")
    with pytest.raises(ScenarioError, match="CR024"):
        find_scenario("mine", folder)


def test_circles_and_missing_ground_are_told(folder: Path) -> None:
    write(folder, "scenario: other\nlike: mine\n", "other")
    (one,) = problems(folder, "scenario: mine\nlike: other\n")
    assert (one.code, one.line) == ("CR309", 2)
    (one,) = problems(folder, "scenario: mine\nlike: jpan\n")
    assert (one.code, one.line, one.column) == ("CR308", 2, 7)
    assert one.cure == "did you mean 'japan'?"


def test_a_broken_ground_is_named_itself(folder: Path) -> None:
    write(folder, "scenario: ground\nlike: base\noffers: {wins: 3%\n", "ground")
    (one, *_) = problems(folder, "scenario: mine\nlike: ground\n")
    assert one.file == "scenarios/ground.yaml"


def test_a_file_may_stand_anywhere(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + "offers: {wins: 7%}\n", "utf-8")
    assert find_scenario(str(file)).offers.wins == 0.07
    assert read_scenario(file).markets.keys() == find_scenario("base").markets.keys()
