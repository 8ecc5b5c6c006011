"""`recovery scenarios`: the list, the numbers of one, and nothing of hidden ones."""

import json
from pathlib import Path

import pytest

from recovery.simulate.scenarios import look_up, shipped
from tests.support.cli import answered, recovery


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def test_all_are_listed_hidden_ones_without_their_incidents(shop: Path) -> None:
    listed = {one["scenario"]: one for one in answered("scenarios", "--project", shop)["scenarios"]}
    assert list(listed) == shipped()
    assert listed["south-east-asia"]["markets"] == ["SG", "MY", "TH", "ID", "PH", "VN"]
    assert (listed["hard-rules"]["level"], listed["hard-rules"]["incidents"]) == ("hard", 3)
    assert (listed["exam-spring"]["hidden"], listed["exam-spring"]["incidents"]) == (True, None)
    page = recovery("scenarios", "--project", shop).stdout
    assert "Exam: spring (hidden)" in page
    assert "recovery scenarios show base" in page


def test_one_is_shown_with_every_number_and_its_source(shop: Path) -> None:
    told = answered("scenarios", "show", "brazil", "--project", shop)
    numbers = {one["road"]: one for one in told["numbers"]}
    assert set(numbers) == set(look_up("brazil").written)
    assert numbers["causes.boleto.pays"]["value"] == "52%"
    assert numbers["causes.boleto.pays"]["source"] == "anyway-boleto"
    assert told["evidence"]["anyway-boleto"]["grade"] == "B"
    assert told["incidents_at"][0]["incident"] == "webhooks_late"
    page = recovery("scenarios", "show", "brazil", "--project", shop).stdout
    assert "boleto.pays" in page
    assert "anyway-boleto [B]: About half of all boletos" in page
    assert "webhooks_late: 8d + 2d" in page


def test_in_chinese(shop: Path) -> None:
    chinese = {"LANG": "zh_CN.UTF-8"}
    assert "考试：春季卷（隐藏）" in recovery("scenarios", "--project", shop, **chinese).stdout
    page = recovery("scenarios", "show", "japan", "--project", shop, **chinese).stdout
    assert page.startswith("日本 · japan · 市场\n")
    assert "执行一次 recovery run" in page
    assert "开出的 boleto 约有一半会付" in page


def test_nothing_is_told_of_a_hidden_one_nor_of_what_stands_on_it(shop: Path) -> None:
    (shop / "scenarios" / "peek.yaml").write_text(
        "scenario: peek\nlike: exam-autumn\nhidden: false\n", "utf-8"
    )
    for name in ("exam-autumn", "peek"):
        for form in ((), ("--json",)):
            result = recovery("scenarios", "show", name, "--project", shop, *form)
            assert result.exit_code == 2
            assert "hidden" in result.stderr
            assert "wins" not in result.output
            assert "%" not in result.output


def test_your_own_are_listed_and_a_broken_one_is_told(shop: Path) -> None:
    own = shop / "scenarios"
    (own / "calm.yaml").write_text("scenario: calm\nlike: base\noffers: {wins: 5%}\n", "utf-8")
    (own / "_draft.yaml").write_text("nonsense", "utf-8")
    listed = answered("scenarios", "--project", shop)["scenarios"]
    assert [one["scenario"] for one in listed if one["own"]] == ["calm"]
    told = answered("scenarios", "show", "calm", "--project", shop)["numbers"]
    assert {"road": "offers.wins", "value": "5%", "source": "assumed"} in told
    (own / "wrong.yaml").write_text("scenario: wrong\nlike: base\noffers: {wims: 5%}\n", "utf-8")
    result = recovery("scenarios", "--json", "--project", shop)
    assert result.exit_code == 65
    (mistake,) = json.loads(result.stdout)["mistakes"]
    assert mistake.startswith("scenarios/wrong.yaml:3:10: offers.wims:")
    assert mistake in result.stderr


def test_an_unknown_name_is_told_with_the_nearest(shop: Path) -> None:
    result = recovery("scenarios", "show", "brasil", "--project", shop)
    assert result.exit_code == 2
    assert "did you mean 'brazil'?" in result.stderr
