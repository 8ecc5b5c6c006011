"""What verbs share, tried with verbs made for it: the desk, --at, exit codes, errors in JSON."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from recovery.cli.common import Desk, verb
from recovery.cli.main import LazyGroup
from recovery.clock import SystemClock
from recovery.errors import Exit, Locked, Unavailable

FAR = "2020-01-01T00:00:00Z"
REAL_SENDER = {"RECOVERY_EMAIL_SENDER": "sendgrid", "RECOVERY_SENDGRID_API_KEY": "SG.top-secret"}


class Group(LazyGroup):
    """Ours, with verbs that are made up by the tests."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return click.Group.get_command(self, ctx, cmd_name)


def call(project: Path, act: Any, *words: str, at: bool = True, **environ: str) -> Result:
    """Run a verb that does `act(desk)`."""
    group = Group("recovery", {"try": click.command("try")(verb(at=at)(act))})
    return CliRunner().invoke(group, ["try", "--project", str(project), *words], env=environ)


def tell_time(desk: Desk) -> None:
    desk.show({"at": desk.clock.now()}, lambda console: console.print(f"[{desk.clock.now()}]"))


def test_at_is_now_for_everything(tmp_path: Path) -> None:
    result = call(tmp_path, tell_time, "--json", "--at", "2026-11-22T10:00:00+01:00")
    assert json.loads(result.stdout) == {"at": "2026-11-22T09:00:00Z"}


def test_without_at_it_is_the_wall_clock(tmp_path: Path) -> None:
    at = json.loads(call(tmp_path, tell_time, "--json").stdout)["at"]
    assert abs(SystemClock().now() - datetime.fromisoformat(at)) < timedelta(minutes=1)


def test_brackets_are_printed_as_they_are(tmp_path: Path) -> None:
    assert call(tmp_path, tell_time, "--at", FAR).stdout == "[2020-01-01 00:00:00+00:00]\n"


@pytest.mark.parametrize(
    ("at", "cure"),
    [
        ("2026-11-22T09:00:00", "2026-11-22T09:00:00Z"),
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("tomorrow", "2026-11-22T09:00:00Z"),
        ("2026-13-01T00:00:00Z", "2026-11-22T09:00:00Z"),
    ],
)
def test_a_time_without_offset_is_refused_with_the_cure(tmp_path: Path, at: str, cure: str) -> None:
    result = call(tmp_path, tell_time, "--at", at)
    assert result.exit_code == 2
    assert cure in result.stderr


def test_a_far_time_and_a_real_sender_do_not_meet(tmp_path: Path) -> None:
    result = call(tmp_path, tell_time, "--at", FAR, **REAL_SENDER)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert result.stdout == ""


def test_force_lets_them_meet(tmp_path: Path) -> None:
    assert call(tmp_path, tell_time, "--at", FAR, "--force", **REAL_SENDER).exit_code == 0


def test_a_near_time_and_a_real_sender_may_meet(tmp_path: Path) -> None:
    near = (SystemClock().now().astimezone(UTC) - timedelta(minutes=9)).isoformat()
    assert call(tmp_path, tell_time, "--at", near, **REAL_SENDER).exit_code == 0


def test_a_sender_on_this_machine_does_not_mind(tmp_path: Path) -> None:
    local = REAL_SENDER | {"RECOVERY_SENDGRID_BASE_URL": "http://127.0.0.1:9"}
    assert call(tmp_path, tell_time, "--at", FAR, **local).exit_code == 0


def test_a_verb_without_time_has_no_at(tmp_path: Path) -> None:
    assert call(tmp_path, tell_time, "--at", FAR, at=False).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [(Unavailable("no answer"), 69), (Locked("another run"), 75), (KeyboardInterrupt(), 130)],
)
def test_errors_become_exit_codes_and_words(
    tmp_path: Path, error: BaseException, code: int
) -> None:
    def fails(desk: Desk) -> None:
        raise error

    plain = call(tmp_path, fails)
    assert (plain.exit_code, plain.stdout) == (code, "")
    assert plain.stderr.startswith("Error: ")
    document = json.loads(call(tmp_path, fails, "--json").stdout)["error"]
    assert document["exit_code"] == code
    assert document["message"] in plain.stderr


def test_a_bug_is_70_and_says_where_the_log_is(tmp_path: Path) -> None:
    def breaks(desk: Desk) -> None:
        raise ZeroDivisionError("SG.top-secret")

    result = call(tmp_path, breaks, **REAL_SENDER)
    log = tmp_path / "var" / "recovery.log"
    assert result.exit_code == 70
    assert str(log) in result.stderr
    assert "ZeroDivisionError" in log.read_text("utf-8")
    assert "SG.top-secret" not in log.read_text("utf-8") + result.output


def test_a_bug_with_broken_settings_still_is_70(tmp_path: Path) -> None:
    def breaks(desk: Desk) -> None:
        raise ZeroDivisionError

    result = call(tmp_path, breaks, RECOVERY_NOSUCH="x")
    assert result.exit_code == 70
    assert "ZeroDivisionError" in result.stderr


def test_wrong_settings_are_2(tmp_path: Path) -> None:
    result = call(tmp_path, lambda desk: desk.settings and None, RECOVERY_BACTH="5")
    assert result.exit_code == 2
    assert "RECOVERY_BATCH" in result.stderr


def test_a_verb_says_its_exit_code(tmp_path: Path) -> None:
    assert call(tmp_path, lambda desk: Exit.PARTIAL).exit_code == 1


def test_progress_is_for_terminals(tmp_path: Path) -> None:
    def works(desk: Desk) -> None:
        with desk.progress("working", 3) as advance:
            advance(3)

    assert call(tmp_path, works).output == ""
