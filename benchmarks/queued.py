"""Queue: the same run through a real Redis-protocol server and two workers, against in process.

Prints seconds and CPU seconds of both, worker processes included, and the ratio of CPU; messages
go to the outbox. The workers are warm: what they import is not counted, nor is the database server.

    python -m benchmarks.queued [TOUCHES] [--postgres]
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.dispatch import CAMPAIGN, NOW, fill
from benchmarks.support import ROOT, database, say
from recovery.clock import VirtualClock
from recovery.engine import Engine
from recovery.settings import load_settings
from tests.support.servers import valkey
from workers.courier import courier_for

WARM = 1_000
PATIENCE = 600  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def worker_processes(environ: Mapping[str, str]) -> Iterator[int]:
    """Two worker processes; yields the process id of their parent."""
    command = [sys.executable, "-m", "recovery", "worker", "--processes", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | environ, cwd=ROOT, **quiet) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def cpu_of(parent: int) -> float:
    """CPU seconds so far of a process and all below it, as Linux counts them."""
    fields = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_and_rest = file.read_text().rsplit(")", 1)
        except OSError:
            continue  # gone since
        fields[int(file.parent.name)] = name_and_rest[1].split()
    family = {parent}
    while more := {pid for pid, f in fields.items() if int(f[1]) in family} - family:
        family |= more
    return sum(int(fields[pid][11]) + int(fields[pid][12]) for pid in family) / TICKS


def project(folder: Path, environ: Mapping[str, str]) -> Engine:
    """A project with one campaign, on a clock that stands still."""
    campaigns = folder / "campaigns"
    campaigns.mkdir(exist_ok=True)
    (campaigns / "failed.yaml").write_text(CAMPAIGN, "utf-8")
    if not (folder / "templates").exists():
        (folder / "templates").symlink_to(ROOT / "templates")
    return Engine(load_settings(folder, environ), VirtualClock(NOW))


def run(engine: Engine, orders: int, start: int, workers: int | None) -> tuple[float, float]:
    """Seconds and CPU seconds of one run over `orders` new orders, the `workers`' included."""
    fill(engine.database, orders, start=start)
    others = cpu_of(workers) if workers else 0.0
    wall, cpu = perf_counter(), process_time()
    engine.run(courier_for(engine.settings.broker_url, PATIENCE))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    assert not engine.busy(NOW)
    return wall, cpu + (cpu_of(workers) - others if workers else 0.0)


def main() -> None:
    """Run and print."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, postgres = numbers[0] if numbers else 6_000, "--postgres" in sys.argv
    with (
        TemporaryDirectory() as folder,
        database(postgres=postgres) as fresh,
        valkey() as broker,
    ):
        url = fresh.url.render_as_string(hide_password=False)
        environ = {"RECOVERY_PROJECT": folder, "RECOVERY_DATABASE_URL": url}
        here = project(Path(folder), environ)
        run(here, WARM, 1, None)
        wall, cpu = run(here, count, 1 + WARM, None)
        queued = environ | {"RECOVERY_BROKER_URL": broker}
        there = project(Path(folder), queued)
        with worker_processes(queued) as workers:
            run(there, WARM, 1 + WARM + count, workers)
            wall_there, cpu_there = run(there, count, 1 + 2 * WARM + count, workers)
        for engine in (here, there):
            engine.close()
    say(
        f"queue ({'PostgreSQL' if postgres else 'SQLite'})",
        {
            "touches": count,
            "in process, s": wall,
            "in process, CPU s": cpu,
            "two workers, s": wall_there,
            "two workers, CPU s": cpu_there,
            "CPU ratio (goal: at most 1.1)": cpu_there / cpu,
            "time ratio": wall_there / wall,
        },
    )


if __name__ == "__main__":
    main()
