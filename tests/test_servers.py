"""The servers that tests run on: nothing of them outlives the tests, however those end."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOLD = """
from tests.support import servers
with servers.{kind}() as url:
    print(url, flush=True)
    input()
"""


def held(kind: str) -> subprocess.Popen[str]:
    """A process that holds a server until it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD.format(kind=kind)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that an unprivileged server may enter, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="recovery-scratch-", dir="/tmp"))
    folder.chmod(0o755)
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to watch a process")
@pytest.mark.parametrize("kind", ["postgresql", "valkey"])
def test_a_server_dies_when_its_parent_is_killed(kind: str, scratch: Path) -> None:
    with held(kind) as parent:
        assert parent.stdout is not None
        assert "://" in parent.stdout.readline()
        server = os.pidfd_open(child_of(parent.pid))
        parent.kill()
    ended, _, _ = select.select([server], [], [], 30)  # readable once the process has ended
    os.close(server)
    assert ended


@pytest.mark.parametrize("kind", ["postgresql", "valkey"])
def test_a_server_that_is_no_longer_needed_leaves_nothing(kind: str, scratch: Path) -> None:
    with held(kind) as holder:
        assert holder.stdin is not None
        holder.communicate("done\n")
    assert holder.returncode == 0
    assert list(scratch.iterdir()) == []
