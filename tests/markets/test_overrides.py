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
    ("text", "code", "place", "told"),
    [
        ("market: DE\nby: Kim\n", "CR021", (1, 1), "'reason' is missing"),
        (HEAD + "limits: {service_mesages: 2}\n", "CR020", (4, 10), "'service_messages'?"),
        (HEAD + "hour:\n  call: x\n", "CR020", (4, 1), "did you mean 'hours'?"),
        (HEAD + "limits: {sms: many}\n", "CR208", (4, 15), "digits only"),
        (HEAD + "limits: {sms: 100}\n", "CR208", (4, 15), "from 0 to 99"),
        (HEAD + "sms: {links: maybe}\n", "CR022", (4, 14), "one of: no, yes"),
        (HEAD + "consent: {sms_marketing: transactional}\n", "CR022", (4, 26), "one of: marketing"),
        (HEAD + "sms: {opt_out_words: [x]}\n", "CR020", (4, 7), "'opt_out_words'"),
        (HEAD + "payment: [paypal, carrd]\n", "CR209", (4, 19), "did you mean 'card'?"),
        (HEAD + "payment: []\n", "CR026", (4, 1), "has nothing in it"),
        (HEAD + "payment: paypal\n", "CR024", (4, 10), "must be a list"),
        (HEAD + "footer: [sendr]\n", "CR022", (4, 10), "did you mean 'sender'?"),
        (HEAD + "hours: {call: {open: [mon 9-5], holidays: skip}}\n", "CR211", (4, 23), "mon-sat"),
        (HEAD + "hours: {call: {open: [], holidays: skip}}\n", "CR026", (4, 16), "'open'"),
        (
            HEAD + "hours: {call: {open: [mon-fri 09:00-18:00, fri 10:00-12:00], holidays: skip}}",
            "CR211",
            (4, 22),
            "fri has hours twice",
        ),
        (HEAD + "by: Ada\n", "CR010", (4, 1), "written twice (first in line 2)"),
        (HEAD + "limits: {sms: 1\n", "CR012", (4, 9), "never closed"),
        (HEAD + "limits：{sms: 1}\n", "CR002", (4, 7), "half-width"),
        (HEAD + "limits:\n\tsms: 1\n", "CR001", (5, 1), "a tab"),
        (HEAD + "labels:\n", "CR023", (4, 1), "'labels' is empty"),
        ("market: FR\nby: Kim\nreason: x\n", "CR206", (1, 9), "called after DE"),
        ("market: Germany\nby: Kim\nreason: x\n", "CR038", (1, 9), "'DE' (Germany)"),
        ("- market\n", "CR024", (1, 1), "must be a block of keys"),
        ("", "CR210", (1, 1), "says nothing"),
    ],
)
def test_every_mistake_has_its_place_and_holds_its_market(
    written, text: str, code: str, place: tuple[int, int], told: str
):
    markets = written(text)
    found = [one for one in markets.mistakes if one.code == code]
    assert [(one.line, one.column) for one in found] == [place], list(map(str, markets.mistakes))
    assert told in str(found[0])
    assert markets.rules("DE").unreadable
    assert not markets.rules("FR").unreadable


def test_all_mistakes_are_told_at_once(written):
    markets = written(
        "market: DE\nlimits: {sms: x}\nsms: {links: 1}\n"
        "hours: {call: {open: [Mon–Fri 9-18, sat 9:00-12:00], holidays: ship}}\n"
    )
    assert [(one.line, one.column, one.code) for one in markets.mistakes] == [
        (1, 1, "CR021"),
        (1, 1, "CR021"),
        (2, 15, "CR208"),
        (3, 14, "CR022"),
        (4, 23, "CR211"),
        (4, 37, "CR211"),
        (4, 64, "CR022"),
    ]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Mon–Fri 09:00-18:00", "mon-fri 09:00-18:00"),
        ("monday to friday 9-18", "mon-fri 09:00-18:00"),
        ("周一至周五 9:00-18:00", "mon-fri 09:00-18:00"),
        ("mon　09：00～18：00", "mon 09:00-18:00"),
        ("09:00-20:00", "mon-sun 09:00-20:00"),
    ],
)
def test_hours_in_other_words_are_understood(written, given: str, meant: str):
    text = f"{HEAD}hours:\n  call:\n    open: ['{given}']\n    holidays: skip\n"
    (mistake,) = [one for one in written(text).mistakes if one.code == "CR211"]
    assert mistake.fix is not None
    assert mistake.fix.shown == meant


@pytest.mark.parametrize(
    ("name", "market", "cure"),
    [
        ("Germany.yaml", "DE", "call it DE.yaml"),
        ("de.yml", "DE", "call it DE.yaml"),
        ("DE.YAML", "DE", "call it DE.yaml"),
        ("DE.yaml.txt", "DE", "call it DE.yaml"),
        ("DE.json", "DE", "call it DE.yaml"),
        ("UK.yaml", "GB", "call it GB.yaml"),
        ("rules.yaml", "DE", "call it DE.yaml"),
        ("rules.yaml", "?", "after the two letters"),
    ],
)
def test_a_file_under_another_name_is_told_and_holds_its_market(
    tmp_path: Path, name: str, market: str, cure: str
) -> None:
    (tmp_path / "markets").mkdir()
    text = HEAD.replace("DE", market)
    (tmp_path / "markets" / name).write_text(text, "utf-8")
    markets = load_markets(tmp_path)
    told = next(one for one in markets.mistakes if one.code == "CR205")
    assert told.file == f"markets/{name}"
    assert cure in told.cure
    assert market == "?" or markets.rules(market).unreadable
    assert not markets.rules("FR").unreadable


def test_drafts_and_notes_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "markets").mkdir()
    for name in ("_DE.yaml", ".DE.yaml", "DE.yaml~", "README.md", "notes.txt"):
        (tmp_path / "markets" / name).write_text("x", "utf-8")
    assert load_markets(tmp_path).problems == []


def test_two_files_of_one_market_hold_it(tmp_path: Path) -> None:
    (tmp_path / "markets").mkdir()
    for name in ("DE.yaml", "DE.yml"):
        (tmp_path / "markets" / name).write_text(HEAD, "utf-8")
    markets = load_markets(tmp_path)
    assert [(one.code, one.file) for one in markets.mistakes] == [
        ("CR207", "markets/DE.yaml"),
        ("CR207", "markets/DE.yml"),
    ]
    assert markets.rules("DE").unreadable


def test_a_file_that_is_not_utf_8_is_told_so_and_read(tmp_path: Path) -> None:
    (tmp_path / "markets").mkdir()
    (tmp_path / "markets" / "DE.yaml").write_bytes(f"{HEAD}limits: {{sms: für}}".encode("gb18030"))
    markets = load_markets(tmp_path)
    assert [one.code for one in markets.mistakes] == ["CR007", "CR208"]


def test_a_looser_fact_has_its_place(written):
    sheet = written(f"{HEAD}limits:\n  service_messages: 9\n").sheets[0]
    place = sheet.place("limits.service_messages")
    assert (place.line, place.column) == (5, 21)
