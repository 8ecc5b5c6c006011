"""Settings: one name each, four places they come from, errors with a cure, no secrets out."""

import os
import stat
from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.settings import is_loopback, known_settings, load_settings
from tests.support.webhooks import PUBLIC_KEY

KEY = "SG.top-secret"


def refused(project: Path, **environ: str) -> str:
    with pytest.raises(UsageError) as caught:
        load_settings(project, environ)
    return str(caught.value)


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'recovery.db'}"
    assert settings.broker_url == "memory://"
    assert (settings.email_sender, settings.sms_sender) == ("outbox", "outbox")
    assert settings.outbox_dir == tmp_path / "var" / "outbox"
    assert settings.public_url == "http://localhost:8000"
    assert settings.base_currency == "USD"
    assert settings.twilio.from_ is None
    assert not settings.reaches_out


def test_environment_wins_over_dotenv_over_toml(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text(
        'batch = 1\nconcurrency = 1\nbase_currency = "EUR"\n[shop]\nname = "Säge & Co"\n', "utf-8"
    )
    (tmp_path / ".env").write_text("RECOVERY_BATCH=2\nRECOVERY_CONCURRENCY=2\nOTHER=x\n")
    settings = load_settings(tmp_path, {"RECOVERY_BATCH": "3", "PATH": "/bin"})
    assert (settings.batch, settings.concurrency) == (3, 2)
    assert (settings.base_currency, settings.shop.name) == ("EUR", "Säge & Co")


def test_every_toml_key_has_a_name_in_the_environment(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path, {"RECOVERY_TWILIO_FROM": "+15005550006", "RECOVERY_VIP_PAID_ORDERS": "5"}
    )
    assert settings.twilio.from_ == "+15005550006"
    assert settings.vip.paid_orders == 5


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text("batch = 7\n", "utf-8-sig")
    (tmp_path / ".env").write_text("RECOVERY_CONCURRENCY=7\n", "utf-8-sig")
    settings = load_settings(tmp_path, {})
    assert (settings.batch, settings.concurrency) == (7, 7)


def test_a_dollar_in_a_password_stays_a_dollar(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RECOVERY_SECRET_KEY=a${HOME}b\n")
    assert load_settings(tmp_path, {}).secret_key.get_secret_value() == "a${HOME}b"


def test_an_empty_value_means_not_set(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text('[vip]\npaid_orders = ""\n')
    settings = load_settings(tmp_path, {"RECOVERY_SMTP_URL": "", "RECOVERY_SECRET_KEY_FILE": ""})
    assert settings.smtp_url is None
    assert settings.vip.paid_orders is None


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("RECOVERY_DATABSE_URL", "RECOVERY_DATABASE_URL"),
        ("RECOVERY_SENDGRID_KEY", "RECOVERY_SENDGRID_API_KEY"),
        ("RECOVERY_EMAILSENDER", "RECOVERY_EMAIL_SENDER"),
        ("RECOVERY_BATCH_FILE", "RECOVERY_BATCH"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_one(
    tmp_path: Path, wrong: str, nearest: str
) -> None:
    for value in ("x", ""):
        said = refused(tmp_path, **{wrong: value})
        assert wrong in said
        assert said.endswith(f"did you mean {nearest}?")


def test_an_unknown_toml_key_is_named_as_it_is_written_there(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text('[shop]\nnmae = "x"\n')
    said = refused(tmp_path)
    assert "recovery.toml: shop.nmae" in said
    assert said.endswith("did you mean shop.name?")


def test_a_dotenv_mistake_names_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RECOVERY_BACTH=2\n")
    assert ".env: RECOVERY_BACTH" in refused(tmp_path)


def test_every_wrong_value_is_told_at_once_with_what_it_should_be(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        RECOVERY_BATCH="many",
        RECOVERY_EMAIL_SENDER="pigeon",
        RECOVERY_SHOP_EMAIL="nobody",
        RECOVERY_VIP_VALUE="500",
        RECOVERY_PUBLIC_URL="shop.example",
        RECOVERY_BASE_CURRENCY="EURO",
        RECOVERY_BROKER_URL="amqp://x",
    ).splitlines()
    assert len(said) == 7
    assert any("RECOVERY_BATCH should be a valid integer" in line for line in said)
    assert any("'outbox', 'sendgrid' or 'smtp'" in line for line in said)
    assert any("500 USD" in line for line in said)


@pytest.mark.parametrize(
    "name",
    ["RECOVERY_EMAIL_SENDER", "RECOVERY_BATCH", "RECOVERY_BASE_CURRENCY", "RECOVERY_PUBLIC_URL"],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, name: str) -> None:
    assert KEY not in refused(tmp_path, **{name: KEY})


def test_secrets_are_in_no_text_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path,
        {
            "RECOVERY_DATABASE_URL": "postgresql://u:pw-one@h/d",
            "RECOVERY_BROKER_URL": "redis://:pw-two@h",
            "RECOVERY_SMTP_URL": "smtp://u:pw-three@h",
            "RECOVERY_SECRET_KEY": "key-four",
            "RECOVERY_ORDERS_SECRET": "key-five",
            "RECOVERY_SENDGRID_API_KEY": "key-six",
            "RECOVERY_TWILIO_AUTH_TOKEN": "key-seven",
        },
    )
    known = ["pw-one", "pw-two", "pw-three", "key-four", "key-five", "key-six", "key-seven"]
    assert sorted(settings.secrets()) == sorted(known)
    for text in (repr(settings), str(settings)):
        assert not [secret for secret in known if secret in text]


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    settings = load_settings(tmp_path, {"RECOVERY_SENDGRID_API_KEY_FILE": str(tmp_path / "key")})
    assert settings.sendgrid.api_key is not None
    assert settings.sendgrid.api_key.get_secret_value() == KEY


def test_a_missing_file_of_a_secret_is_named(tmp_path: Path) -> None:
    said = refused(tmp_path, RECOVERY_SENDGRID_API_KEY_FILE="nowhere")
    assert "RECOVERY_SENDGRID_API_KEY_FILE" in said
    assert "nowhere" in said


def test_a_secret_given_twice_is_an_error(tmp_path: Path) -> None:
    said = refused(tmp_path, RECOVERY_SECRET_KEY=KEY, RECOVERY_SECRET_KEY_FILE="x")
    assert "keep one of the two" in said
    assert KEY not in said


def test_the_environment_overrules_a_secret_of_a_lower_place(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RECOVERY_SECRET_KEY_FILE=key\n")
    (tmp_path / "key").write_text("from the file")
    assert load_settings(tmp_path, {}).secret_key.get_secret_value() == "from the file"
    given = load_settings(tmp_path, {"RECOVERY_SECRET_KEY": KEY})
    assert given.secret_key.get_secret_value() == KEY


def test_the_secret_key_is_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    first = load_settings(tmp_path, {}).secret_key.get_secret_value()
    file = tmp_path / "var" / "secret_key"
    assert len(first) >= 32
    assert load_settings(tmp_path, {}).secret_key.get_secret_value() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == ["secret_key"]


def test_reading_settings_writes_nothing(tmp_path: Path) -> None:
    load_settings(tmp_path, {})
    assert list(tmp_path.iterdir()) == []


def test_links_that_customers_hold_need_a_key_that_stays(tmp_path: Path) -> None:
    said = refused(tmp_path, RECOVERY_PUBLIC_URL="https://pay.shop.example")
    assert "RECOVERY_SECRET_KEY must be set" in said
    environ = {"RECOVERY_PUBLIC_URL": "https://pay.shop.example/", "RECOVERY_SECRET_KEY": KEY}
    assert load_settings(tmp_path, environ).public_url == "https://pay.shop.example"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.9", True),
        ("http://[::1]:5", True),
        ("https://api.sendgrid.com", False),
        ("http://localhost.example", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_what_stays_on_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("environ", "out"),
    [
        ({"RECOVERY_EMAIL_SENDER": "sendgrid"}, True),
        (
            {
                "RECOVERY_EMAIL_SENDER": "sendgrid",
                "RECOVERY_SENDGRID_BASE_URL": "http://127.0.0.1:1",
            },
            False,
        ),
        ({"RECOVERY_SMS_SENDER": "twilio"}, True),
        (
            {"RECOVERY_SMS_SENDER": "twilio", "RECOVERY_TWILIO_BASE_URL": "http://localhost:1"},
            False,
        ),
        ({"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": "smtp://mail.example"}, True),
        ({"RECOVERY_EMAIL_SENDER": "smtp", "RECOVERY_SMTP_URL": "smtp://localhost:25"}, False),
    ],
)
def test_which_senders_reach_out(tmp_path: Path, environ: dict[str, str], out: bool) -> None:
    assert load_settings(tmp_path, environ).reaches_out is out


def test_relative_paths_start_at_the_project(tmp_path: Path) -> None:
    settings = load_settings(
        tmp_path,
        {
            "RECOVERY_DATABASE_URL": "sqlite:///data/x.db",
            "RECOVERY_OUTBOX_DIR": "out",
            "RECOVERY_RATES": "rates.csv",
        },
    )
    assert settings.database_url == f"sqlite:///{tmp_path}/data/x.db"
    assert settings.outbox_dir == tmp_path / "out"
    assert settings.rates_file == tmp_path / "rates.csv"


@pytest.mark.parametrize(
    "url", ["sqlite:////abs/x.db", "sqlite://", "sqlite:///:memory:", "postgresql://u@h/d"]
)
def test_other_database_urls_stay_as_they_are(tmp_path: Path, url: str) -> None:
    assert load_settings(tmp_path, {"RECOVERY_DATABASE_URL": url}).database_url == url


def test_the_project_is_the_one_named_then_the_one_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    environ = {"RECOVERY_PROJECT": str(tmp_path / "two")}
    assert load_settings(Path("one"), environ).project == tmp_path / "one"
    assert load_settings(None, environ).project == tmp_path / "two"
    assert load_settings(None, {}).project == tmp_path


def test_a_missing_project_names_the_cure(tmp_path: Path) -> None:
    assert "recovery init" in refused(tmp_path / "nowhere")


@pytest.mark.parametrize(("name", "text"), [("recovery.toml", b"a ="), ("recovery.toml", b"\xff")])
def test_an_unreadable_file_is_named(tmp_path: Path, name: str, text: bytes) -> None:
    (tmp_path / name).write_bytes(text)
    assert name in refused(tmp_path)


def test_every_setting_has_a_word_for_people() -> None:
    assert [name for name, (_, info) in known_settings().items() if not info.description] == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RECOVERY_PACE_SMS", "10/s", "'10/s' is none"),
        ("RECOVERY_PACE_EMAIL", "0 per second", "10 per second"),
        ("RECOVERY_PACE_MARKETS", "US 1 per second", "US sms 1 per second"),
        ("RECOVERY_PACE_MARKETS", "US sms 1 per second; UK sms 1 per minute", "mean GB?"),
        ("RECOVERY_PACE_MARKETS", "EU sms 1 per second", "'EU' is none"),
        ("RECOVERY_PACE_MARKETS", "BR sms often", "'often' is none"),
        ("RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY", "MFkwEw", "P-256 public key"),
    ],
)
def test_what_would_trip_a_run_is_refused_by_its_name(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    told = refused(tmp_path, **{name: value})
    assert told.startswith(name)
    assert said in told


def test_paces_and_keys_that_are_well_are_taken(tmp_path: Path) -> None:
    paces = {"RECOVERY_PACE_SMS": "", "RECOVERY_PACE_MARKETS": "US sms 1 per second;"}
    key = {"RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY": PUBLIC_KEY}
    settings = load_settings(tmp_path, paces | key)
    assert settings.sendgrid.webhook_public_key == PUBLIC_KEY


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Europe/"])
def test_a_time_zone_that_is_none_is_refused(tmp_path: Path, zone: str) -> None:
    with pytest.raises(UsageError, match="RECOVERY_TIMEZONE"):
        load_settings(tmp_path, {"RECOVERY_TIMEZONE": zone})


def test_limits_of_alerts_are_percentages(tmp_path: Path) -> None:
    told = {"RECOVERY_ALERTS_COMPLAINTS": "0.5%", "RECOVERY_ALERTS_OPTOUTS": "1.5"}
    alerts = load_settings(tmp_path, told).alerts
    assert (alerts.complaints, alerts.optouts, alerts.complaints_warn) == (0.5, 1.5, 0.1)
    with pytest.raises(UsageError, match="RECOVERY_ALERTS_ERROR"):
        load_settings(tmp_path, {"RECOVERY_ALERTS_ERROR": "nan"})
