"""The heartbeat: told at start and end, on loopback; its own troubles change nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import click
import pytest

from recovery import telemetry
from recovery.cli import heartbeat as beating
from recovery.cli.heartbeat import exit_code, heartbeat
from recovery.errors import Exit, Locked, Unavailable
from recovery.lock import run_lock
from recovery.settings import load_settings
from tests.support.cli import recovery
from tests.support.house import House

CHECK = "/ping/5e8b0c9a-secret-of-the-check"


@dataclass
class Watchman:
    """Hears pings; answers with `status`, or not at all until `free` is set."""

    port: int
    status: int = 200
    mute: bool = False
    heard: list[str] = field(default_factory=list)
    free: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{CHECK}"

    @property
    def pings(self) -> list[str]:
        """What was asked for below the check."""
        return [path.removeprefix(CHECK) for path in self.heard]


@pytest.fixture
def watchman() -> Iterator[Watchman]:
    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.heard.append(self.path)
            if found.mute:
                found.free.wait(30)
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that gave up is no news."""

    with Server(("127.0.0.1", 0), Ear) as server:
        found = Watchman(server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield found
        finally:
            found.free.set()
            server.shutdown()
            thread.join()


@contextmanager
def ending_with(error: BaseException, url: str) -> Iterator[None]:
    with pytest.raises(type(error)), heartbeat(url):
        raise error
    yield


def test_a_run_tells_its_start_and_its_success(small_house: House, watchman: Watchman) -> None:
    house = small_house
    words = ("run", "--project", house.project, "--at", house.now.isoformat())
    found = recovery(*words, RECOVERY_HEARTBEAT_URL=watchman.url, **house.environ)
    assert found.exit_code == 0, found.output
    assert watchman.pings == ["/start", ""]


def test_a_run_tells_how_it_failed(small_house: House, watchman: Watchman) -> None:
    house = small_house
    (house.folder / "broken.yaml").write_text("campaign: broken\nnonsense: 1\n", "utf-8")
    words = ("run", "--project", house.project, "--at", house.now.isoformat())
    found = recovery(*words, RECOVERY_HEARTBEAT_URL=watchman.url, **house.environ)
    assert found.exit_code == Exit.DATA
    assert watchman.pings == ["/start", "/65"]


def test_a_run_that_another_run_keeps_out_is_no_failure(
    small_house: House, watchman: Watchman
) -> None:
    house = small_house
    words = ("run", "--project", house.project, "--at", house.now.isoformat())
    with run_lock(house.engine.database, house.engine.settings.var_dir / "run.lock"):
        found = recovery(*words, RECOVERY_HEARTBEAT_URL=watchman.url, **house.environ)
    assert found.exit_code == Exit.LOCKED
    assert watchman.pings == ["/log"]  # it never began: the other run's clock goes on


def test_a_dry_run_is_nobodys_business(small_house: House, watchman: Watchman) -> None:
    house = small_house
    words = ("run", "--dry-run", "--project", house.project, "--at", house.now.isoformat())
    found = recovery(*words, RECOVERY_HEARTBEAT_URL=watchman.url, **house.environ)
    assert found.exit_code == 0
    assert watchman.heard == []


def test_a_watchman_who_is_not_there_changes_nothing(
    small_house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house = small_house
    url = f"http://127.0.0.1:9{CHECK}"  # discard: nobody listens
    words = ("run", "--project", house.project, "--at", house.now.isoformat())
    found = recovery(*words, RECOVERY_HEARTBEAT_URL=url, **house.environ)
    assert found.exit_code == 0
    assert found.stderr.count("not_heard") == 2
    assert "secret-of-the-check" not in found.output + capsys.readouterr().err


def test_one_who_never_answers_is_not_waited_for(
    watchman: Watchman, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(beating, "SECONDS", 0.3)
    telemetry.configure()
    watchman.mute = True
    with heartbeat(watchman.url) as begun:
        begun("r1")
        assert watchman.pings == ["/start"]
    assert capsys.readouterr().err.count("not_heard") == 2


def test_one_who_refuses_is_logged_by_status(
    watchman: Watchman, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure()
    watchman.status = 404
    with heartbeat(watchman.url) as begun:
        begun("r1")
    said = capsys.readouterr().err
    assert 'ping=start why="status 404"' in said
    assert said.count("run=r1") == 2
    assert CHECK not in said


def test_a_query_stays_behind_the_path(watchman: Watchman) -> None:
    with heartbeat(f"{watchman.url}/?create=1") as begun:
        begun("r1")
    assert watchman.pings == ["/start?create=1", "/?create=1"]


def test_without_an_address_nothing_happens() -> None:
    with pytest.raises(Unavailable), heartbeat(None):
        raise Unavailable("as before")


@pytest.mark.parametrize(
    ("error", "code", "ping"),
    [
        (SystemExit(0), 0, ""),
        (SystemExit(1), 1, "/1"),
        (SystemExit(None), 0, ""),
        (Unavailable("gone"), 69, "/69"),
        (Locked("held"), 75, "/log"),
        (KeyboardInterrupt(), 130, "/130"),
        (ZeroDivisionError(), 70, "/70"),
        (click.UsageError("no"), 2, "/2"),
    ],
)
def test_every_end_has_its_code(
    error: BaseException, code: int, ping: str, watchman: Watchman
) -> None:
    assert exit_code(error) == code
    with ending_with(error, watchman.url):
        assert watchman.pings == [ping]


def test_its_address_is_a_secret(project: Path, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"https://hc.example{CHECK}\n", "utf-8")
    settings = load_settings(project, {"RECOVERY_HEARTBEAT_URL_FILE": str(tmp_path / "url")})
    assert settings.heartbeat_url is not None
    assert settings.heartbeat_url.get_secret_value() == f"https://hc.example{CHECK}"
    assert CHECK not in repr(settings)
    assert CHECK.strip("/") in settings.secrets()
