"""A merchant's own rules: what they change, how that shows, and every mistake with its line."""

from pathlib import Path

import pytest

from recovery.facts import Consent
from recovery.markets import Markets, load_markets
from recovery.message import Channel, MessageClass

SMS, MARKETING, SERVICE = Channel.SMS, MessageClass.MARKETING, MessageClass.SERVICE
HEAD = "market: DE\nby: Kim\nreason: our counsel looked into it\n"


@pytest.fixture
def written(tmp_path: Path):
    (tmp_path / "markets").mkdir()

    def write(text: str, name: str = "DE") -> Markets:
        (tmp_path / "markets" / f"{name}.yaml").write_text(text, "utf-8")
        return load_markets(tmp_path)

    return write


def test_a_project_without_the_folder_has_the_shipped_rules(tmp_path: Path) -> None:
    assert load_markets(tmp_path).rules("DE").version == load_markets().rules("DE").version


def test_only_the_facts_that_differ_are_given(written):
    rules = written(
        HEAD
        + "hours: {sms_marketing: {open: [mon-sun 08:00-21:00], holidays: send}}\n"
        + "limits: {service_messages: 2}\nsms: {links: no}\npayment: [paypal, pay_upon_invoice]\n"
        + "consent: {sms_service: marketing}\nlabels: {sms_marketing: Werbung}\nfooter: [sender]\n"
    ).rules("DE")
    shipped = load_markets().rules("DE")
    assert str(rules.window(SMS, MARKETING)) == "mon-sun 08:00-21:00"
    assert rules.window(SMS, SERVICE) == shipped.window(SMS, SERVICE)
    assert (rules.service_messages, rules.sms_per_order, rules.sms_links) == (2, 1, False)
    assert rules.consent(SMS, SERVICE) is Consent.MARKETING
    assert rules.labels(SMS, MARKETING) == "Werbung"
    assert [(one.value, one.max) for one in rules.facts.payment] == [
        ("paypal", None),
        ("pay_upon_invoice", 2500),
    ]
    assert {change.road: change.loosens for change in rules.changes} == {
        "hours.sms_marketing": True,
        "limits.service_messages": True,
        "sms.links": False,
        "payment": False,
        "consent.sms_service": False,
        "labels.sms_marketing": False,
        "footer": True,
    }
    assert rules.version != shipped.version


@pytest.mark.parametrize(
    ("own", "loosens"),
    [
        ("hours: {sms_marketing: {open: [mon-fri 10:00-18:00], holidays: skip}}", False),
        ("hours: {sms_marketing: {open: [mon-fri 10:00-18:00], holidays: send}}", True),
        ("hours: {sms_marketing: {open: [mon-fri 08:00-18:00], holidays: skip}}", True),
        ("hours: {sms_marketing: {open: [sun 10:00-18:00], holidays: skip}}", True),
        ("hours: {email_marketing: {open: [mon-fri 10:00-18:00], holidays: skip}}", False),
        ("limits: {sms: 0}", False),
        ("limits: {sms: 2}", True),
        ("sms: {alphanumeric_sender: no}", False),
    ],
)
def test_whether_a_change_loosens(written, own: str, loosens: bool):
    (change,) = written(f"{HEAD}{own}\n").rules("DE").changes
    assert change.loosens is loosens


def test_what_is_repeated_changes_nothing(written):
    rules = written(f"{HEAD}limits: {{service_messages: 1}}\n").rules("DE")
    assert rules.changes == ()


def test_one_file_for_all_countries_that_have_none(written, tmp_path: Path):
    markets = written("market: ZZ\nby: Kim\nreason: tested\nlimits: {service_messages: 3}\n", "ZZ")
    assert markets.rules("NO").service_messages == 3
    assert markets.rules("DE").service_messages == 1
    assert written("market: NO\nby: Kim\nreason: Norway\nsms: {links: no}\n", "NO").mistakes == []
    own = load_markets(tmp_path).rules("NO")
    assert (own.service_messages, own.sms_links) == (1, False)
    assert own.version.startswith("NO-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("market: DE\nby: Kim\n", "markets/DE.yaml:1:1: reason is missing"),
        (
            HEAD + "limits: {service_mesages: 2}\n",
            ":4:10: limits: service_mesages: 'service_mesages' means nothing",
        ),
        (HEAD + "limits: {service_mesages: 2}\n", "did you mean 'service_messages'?"),
        (
            HEAD + "hour:\n  call: x\n",
            ":4:1: hour: 'hour' means nothing here; did you mean 'hours'?",
        ),
        (HEAD + "limits: {sms: many}\n", ":4:10: limits: sms: Input should be a valid integer"),
        (HEAD + "sms: {links: maybe}\n", "should be 'yes' or 'no'"),
        (HEAD + "consent: {sms_marketing: transactional}\n", "should be 'marketing'"),
        (HEAD + "sms: {opt_out_words: [x]}\n", "'opt_out_words' means nothing here"),
        (HEAD + "payment: [carrd]\n", "'carrd' is no way to pay"),
        (
            HEAD + "hours:\n  call:\n    open: [mon 9-5]\n    holidays: skip\n",
            ":5:3: hours: call: 'mon 9-5' are no hours; write e.g. mon-sat 09:00-20:00",
        ),
        (HEAD + "by: Ada\n", ":4:1: by: this stands here twice"),
        (HEAD + "limits: {\n", "markets/DE.yaml:5:1"),
        ("market: FR\nby: Kim\nreason: x\n", "the file is named DE.yaml"),
        ("- market\n", "markets/DE.yaml:1:1"),
    ],
)
def test_every_mistake_has_its_line_and_holds_its_market(written, text: str, told: str):
    markets = written(text)
    assert any(told in str(mistake) for mistake in markets.mistakes), markets.mistakes
    assert markets.rules("DE").unreadable
    assert not markets.rules("FR").unreadable


def test_all_mistakes_are_told_at_once(written):
    markets = written("market: DE\nlimits: {sms: x}\nsms: {links: 1}\n")
    assert [mistake.line for mistake in markets.mistakes] == [1, 1, 2, 3]


def test_a_file_that_is_not_utf_8_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "markets").mkdir()
    (tmp_path / "markets" / "DE.yaml").write_bytes("reason: für".encode("latin-1"))
    (mistake,) = load_markets(tmp_path).mistakes
    assert "not UTF-8" in mistake.message
