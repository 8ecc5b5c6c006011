"""Secrets of blanks: refused wherever they stand, by the name of the place."""

from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.settings import load_settings

SECRETS = ("RECOVERY_ORDERS_SECRET", "RECOVERY_TWILIO_AUTH_TOKEN", "RECOVERY_SECRET_KEY")


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", ["", "\n", " \t\n"])
def test_an_empty_file_is_no_secret(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "empty").write_text(content)
    public = {"RECOVERY_PUBLIC_URL": "https://pay.shop.example"}
    with pytest.raises(UsageError, match=f"{name}_FILE: empty holds nothing"):
        load_settings(tmp_path, {f"{name}_FILE": "empty"} | public)


@pytest.mark.parametrize("name", SECRETS)
def test_blanks_are_no_secret(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} holds nothing but blanks"):
        load_settings(tmp_path, {name: "  "})


def test_blanks_in_the_file_of_settings_are_no_secret(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text('[twilio]\nauth_token = " "\n')
    with pytest.raises(UsageError, match=r"recovery.toml: twilio.auth_token holds nothing"):
        load_settings(tmp_path, {})


def test_nothing_at_all_is_not_set(tmp_path: Path) -> None:
    (tmp_path / "recovery.toml").write_text('orders_secret = ""\n[twilio]\nauth_token = ""\n')
    settings = load_settings(tmp_path, dict.fromkeys(SECRETS, ""))
    assert (settings.orders_secret, settings.twilio.auth_token) == (None, None)
