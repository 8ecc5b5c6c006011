"""`recovery markets`: what holds where, and what of it is the merchant's own."""

import json
from pathlib import Path

import pytest

from tests.support.cli import recovery

OWN = (
    "market: DE\nby: Kim\nreason: counsel agreed\n"
    "limits: {service_messages: 2}\n"
    "hours: {sms_marketing: {open: [mon-fri 10:00-18:00], holidays: skip}}\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "markets").mkdir()
    return tmp_path


def told(shop: Path, *words: str) -> dict[str, object]:
    result = recovery("markets", *words, "--json", "--project", str(shop))
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_every_market_is_listed_and_the_rest_comes_last(shop: Path):
    listed = told(shop)["markets"]
    assert [one["market"] for one in listed][::22] == ["AE", "ZZ"]
    german = next(one for one in listed if one["market"] == "DE")
    assert german["sms_marketing"] == "mon-sat 09:00-20:00, holidays: skip"
    assert (german["service_messages"], german["sms"], german["yours"]) == (1, 1, [])


def test_one_market_with_every_fact_its_status_and_its_source(shop: Path):
    answer = told(shop, "us")
    facts = {fact["fact"]: fact for fact in answer["facts"]}
    assert facts["place.currency"]["value"] == "USD"
    assert facts["sms.alphanumeric_sender"]["value"] == "no"
    assert facts["sms.alphanumeric_sender"]["source"] == ["aws_sms", "vonage_sms"]
    assert answer["regions"]["TX"].startswith("mon-sat 09:00-21:00, sun 12:00-21:00")
    assert answer["advice"] == "Not legal advice."
    assert all(fact["status"] and fact["source"] for fact in answer["facts"])


def test_what_is_yours_shows_and_what_loosens_says_so(shop: Path):
    (shop / "markets" / "DE.yaml").write_text(OWN, "utf-8")
    yours = told(shop, "DE")["yours"]
    assert (yours["by"], yours["reason"]) == ("Kim", "counsel agreed")
    assert {one["road"]: one["loosens"] for one in yours["changes"]} == {
        "limits.service_messages": True,
        "hours.sms_marketing": False,
    }
    page = recovery("markets", "DE", "--project", str(shop)).stdout
    assert "limits.service_messages: 2  [yours; shipped: 1; this loosens the rule]" in page
    assert "hours.sms_marketing: mon-fri 10:00-18:00, not on public holidays  [yours" in page
    assert "Yours by Kim: counsel agreed" in page
    assert "your own responsibility" in page
    assert "limits.service_messages" in recovery("markets", "--project", str(shop)).stdout


def test_it_speaks_chinese(shop: Path):
    (shop / "markets" / "DE.yaml").write_text(OWN, "utf-8")
    page = recovery("markets", "DE", "--lang", "zh-CN", "--project", str(shop)).stdout
    for words in ("不构成法律意见", "来源不一", "放宽规则由您自行负责", "公共假日除外"):
        assert words in page
    everything = recovery("markets", "--lang", "zh-CN", "--project", str(shop)).stdout
    assert "DE 德国" in everything
    assert "其他所有国家" in everything


def test_a_mistake_in_your_own_file_ends_with_65(shop: Path):
    (shop / "markets" / "DE.yaml").write_text("market: DE\nby: Kim\n", "utf-8")
    result = recovery("markets", "--project", str(shop))
    assert result.exit_code == 65
    line = "markets/DE.yaml:1:1: reason: 'reason' is missing [CR021]; add 'reason: ...'"
    assert line in result.stderr
    assert told(shop)["mistakes"] == [line]


def test_what_is_no_country_is_told_so(shop: Path):
    result = recovery("markets", "UK", "--project", str(shop))
    assert result.exit_code == 2
    assert "'UK' is no country" in result.stderr


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "markets/DE.yaml:1:7: a full-width '：'"),
        ("zh-CN", "markets/DE.yaml:1:7: 全角“：”"),
    ],
)
def test_a_wide_colon_is_named(shop: Path, lang: str, said: str):
    (shop / "markets" / "DE.yaml").write_text("market：德国\n", encoding="utf-8")
    result = recovery("markets", "DE", "--lang", lang, "--project", str(shop))
    assert result.exit_code == 65
    assert said in result.stderr
    assert "dictionary" not in result.stderr


def test_an_unknown_key_is_named_in_chinese(shop: Path):
    (shop / "markets" / "DE.yaml").write_text(OWN.replace("limits", "limit"), "utf-8")
    result = recovery("markets", "DE", "--lang", "zh-CN", "--project", str(shop))
    assert "'limit'" in result.stderr
    assert "'limits'" in result.stderr
    assert "means nothing" not in result.stderr
