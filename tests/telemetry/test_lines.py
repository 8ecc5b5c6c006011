"""Lines for people and lines for programs: one event each, whatever is in it."""

import json
import logging
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from recovery import telemetry

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture) -> list[dict[str, Any]]:
    """What was logged, read as a log collector would."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_json_line_names_time_level_logger_event_and_ids(capsys: Capture) -> None:
    telemetry.configure("debug", (), "json")
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    with telemetry.bound(run="0123456789ab"):
        fields = {"touches": [1, 2], "why": None, "at": at, "share": 0.5, "well": True}
        telemetry.event("dispatch", "batch_claimed", level=logging.DEBUG, **fields)
    (line,) = told(capsys)
    moment = datetime.fromisoformat(line.pop("time"))
    assert moment.utcoffset() is not None and moment.year >= 2024
    assert line == {
        "level": "debug",
        "logger": "recovery.dispatch",
        "event": "batch_claimed",
        "run": "0123456789ab",
        "touches": [1, 2],
        "why": None,
        "at": "2026-11-22T09:00:00Z",
        "share": 0.5,
        "well": True,
    }


def test_a_json_line_is_one_line_whatever_is_in_it(capsys: Capture) -> None:
    telemetry.configure("info", (), "json")
    strange = 'a\nb\r\x1b[2J\u2028\x85 "quoted" 中文 \ud800'
    telemetry.event("web", strange, value=strange, number=float("nan"), huge=10**30)
    (line,) = told(capsys)
    assert line["event"] == line["value"] == strange
    assert line["number"] == "nan"


def test_a_field_never_passes_for_the_logger_s_own(capsys: Capture) -> None:
    telemetry.configure("info", (), "json")
    telemetry.event("web", "request", event="login", time=1, logger="x")
    (line,) = told(capsys)
    assert (line["event"], line["event_"], line["time_"]) == ("request", "login", 1)


def test_an_exception_is_a_field_of_its_line(capsys: Capture) -> None:
    telemetry.configure("info", (), "json")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("recovery.web").exception("failed")
    (line,) = told(capsys)
    assert line["exception"].startswith("Traceback") and "two\nlines" in line["exception"]


def test_nobody_forges_a_line_or_plays_with_the_terminal(capsys: Capture) -> None:
    telemetry.configure("info")
    logging.getLogger("dramatiq.worker").warning("a\n2026-11-22T09:00:00Z error forged\x1b[2J")
    telemetry.event("web", "odd", value="x\x1b[2J\r\u2028y")
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "\x1b" not in said


def test_a_run_binds_what_its_thread_says_and_nothing_else(capsys: Capture) -> None:
    telemetry.configure("info", (), "json")
    with telemetry.bound(run="123456789012"):  # all digits, and still no phone number
        assert telemetry.run_id() == "123456789012"
        telemetry.event("run", "inside")
        logging.getLogger("dramatiq").warning("inside, too")
        other = Thread(target=telemetry.event, args=("run", "elsewhere"))
        other.start()
        other.join()
    telemetry.event("run", "outside")
    runs = [line.get("run") for line in told(capsys)]
    assert runs == ["123456789012", "123456789012", None, None]
    assert telemetry.run_id() == ""


def test_packages_nobody_spoke_of_are_heard_when_they_warn(capsys: Capture) -> None:
    telemetry.configure("debug", ["top-secret"], "json")
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    try:
        logging.getLogger("asyncio").warning("lost %s", "top-secret")
        logging.getLogger("asyncio").info("nothing new")
    finally:
        root.handlers = before
    (line,) = told(capsys)
    assert line["event"] == "lost ***"
