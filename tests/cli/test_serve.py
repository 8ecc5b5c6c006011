"""`recovery serve` as a process: says where it is, logs no token, ends gracefully."""

import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.cli import recovery
from tests.support.serve_process import get, serving


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_until_it_is_told_to_stop(project: Path, workers: str) -> None:
    with serving(project, "--workers", workers, RECOVERY_ORDERS_SECRET="s3cret-0rders") as (
        p,
        said,
    ):
        assert urlsplit(said["serving"]).hostname == "127.0.0.1"
        assert said["public_url"] == "http://localhost:8000"
        assert [line.partition(" ")[0] for line in said["not_set_up"]] == [
            "/hooks/sendgrid",
            "/hooks/twilio",
        ]
        (astray,) = said["warnings"]
        assert f"RECOVERY_PUBLIC_URL={said['serving'].replace('127.0.0.1', 'localhost')}" in astray
        for _ in range(5):
            assert get(said["serving"], "/healthz")[0] == 200
        token = "Ack4hAAAAAADAAAAAAEAxeIeIUhyHaf6VdnjhkBp"
        assert get(said["serving"], f"/pay/{token}")[0] == 404
        p.send_signal(signal.SIGTERM)
        _, logged = p.communicate(timeout=120)
    assert p.returncode == 0
    assert "route=/pay/{token} status=404" in logged
    assert token not in logged
    assert "s3cret" not in logged
    assert "Traceback" not in logged


def test_no_process_goes_on_without_the_one_that_started_it(project: Path) -> None:
    with serving(project, "--workers", "2") as (process, said):
        assert get(said["serving"], "/healthz")[0] == 200
        process.kill()
        # Standard error ends when the last process has let go of it.
        process.communicate(timeout=120)
    with pytest.raises(OSError):
        get(said["serving"], "/healthz")


def test_what_is_being_answered_when_it_stops_is_answered(project: Path) -> None:
    with serving(project) as (process, said):
        address = urlsplit(said["serving"])
        assert get(said["serving"], "/healthz")[0] == 200
        with socket.create_connection((address.hostname, address.port), timeout=20) as line:
            body = b"List-Unsubscribe=One-Click"
            head = f"POST /unsubscribe/x HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n"
            line.sendall(head.encode() + body[:5])
            get(said["serving"], "/healthz")  # by then the first request has begun
            process.send_signal(signal.SIGTERM)
            line.sendall(body[5:])
            assert line.recv(20).startswith(b"HTTP/1.1 404")
        assert process.wait(30) == 0


def test_ctrl_c_is_130(project: Path) -> None:
    with serving(project) as (process, said):
        assert get(said["serving"], "/healthz")[0] == 200
        process.send_signal(signal.SIGINT)
        _, logged = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in logged


def test_it_serves_at_the_time_it_is_told(project: Path) -> None:
    with serving(project, "--at", "2026-11-02T10:00:00Z") as (_, said):
        assert get(said["serving"], "/healthz")[0] == 200


def test_a_port_that_is_taken_is_said(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = recovery("serve", "--project", project, "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "choose another one" in result.stderr


def test_a_key_that_is_none_is_said_at_once(project: Path) -> None:
    environ = {"RECOVERY_SENDGRID_WEBHOOK_PUBLIC_KEY": "nonsense"}
    result = recovery("serve", "--project", project, "--port", "0", **environ)
    assert result.exit_code == 2
    assert "P-256" in result.stderr


def test_a_folder_that_is_no_project_is_not_served(tmp_path: Path) -> None:
    result = recovery("serve", "--project", tmp_path, "--port", "0")
    assert result.exit_code == 2
    assert "is no project" in result.stderr
    assert not list(tmp_path.iterdir())
