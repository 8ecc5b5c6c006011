"""Telemetry: one line an event, no secret at any level, bugs kept where they can be read."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from recovery import telemetry
from recovery.db import reading
from recovery.errors import Unavailable

SECRET = "SG.top-secret"


def test_an_event_is_one_line_of_names_and_values(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("info")
    telemetry.event("dispatch", "sent", touch=12, campaign="card-declined", note="two words")
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert line[10] == "T" and line[19] == "Z"
    assert line.endswith(
        'info recovery.dispatch sent touch=12 campaign=card-declined note="two words"\n'
    )


def test_quiet_by_default_and_never_twice(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure()
    telemetry.configure()
    telemetry.event("dispatch", "sent")
    telemetry.event("dispatch", "refused", level=logging.ERROR)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_line_break_in_a_value_starts_no_new_line(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("info")
    telemetry.event("intake", "odd", value="a\nfake line")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "name",
    ["sendgrid", "python_http_client.client", "twilio.http_client", "urllib3.connectionpool"],
)
def test_packages_that_see_keys_are_silent_at_every_level(
    name: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telemetry.configure("debug")
    for level in (logging.DEBUG, logging.INFO, logging.ERROR, logging.CRITICAL):
        logging.getLogger(name).log(level, "Authorization: Bearer %s", SECRET)
    assert SECRET not in caplog.text + capsys.readouterr().err


def test_the_queue_tells_its_troubles_and_not_its_traffic(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure("debug", [SECRET])
    logging.getLogger("dramatiq.worker").debug("Received message %s", "payload")
    logging.getLogger("dramatiq.worker").warning("lost redis://:%s@host", SECRET)
    said = capsys.readouterr().err
    assert "payload" not in said
    assert "lost redis://:***@host" in said


def test_a_bug_is_kept_with_its_traceback_and_without_secrets(tmp_path: Path) -> None:
    file = tmp_path / "var" / "recovery.log"
    for number in (1, 2):
        try:
            raise ValueError(f"bug {number} with {SECRET}")
        except ValueError as error:
            telemetry.keep_traceback(error, file, [SECRET])
    kept = file.read_text("utf-8")
    assert "bug 1" in kept and "bug 2" in kept
    assert "test_telemetry.py" in kept
    assert SECRET not in kept


def test_a_database_error_names_no_customer(database: Engine, tmp_path: Path) -> None:
    customer = "@".join(("ada", "shop.example"))
    with pytest.raises((DBAPIError, Unavailable)) as caught, reading(database) as connection:
        connection.execute(text("SELECT :email FROM nowhere"), {"email": customer})
    telemetry.keep_traceback(caught.value, tmp_path / "log")
    kept = (tmp_path / "log").read_text("utf-8")
    assert "nowhere" in kept
    assert customer not in kept
