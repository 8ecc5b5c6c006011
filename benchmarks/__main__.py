"""Every benchmark, each in a process of its own so that memory and caches are its own.

python -m benchmarks              all of them, on SQLite and PostgreSQL where both are measured
python -m benchmarks render …     only these
python -m benchmarks --full …     at the sizes of the goals: half an hour and 20 GB of disk
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FULL = {
    "planning": 1_500_000,
    "forecast": 1_500_000,
    "dispatch": 100_000,
    "history": 10_000_000,
    "import_": 100_000,
    "measuring": 10_000_000,
    "simulating": 100_000,
}
NOT_BENCHMARKS = {"__init__", "__main__", "support"}


def main(chosen: list[str]) -> int:
    """Run `chosen`, or all; the exit code is the number of benchmarks that failed."""
    failed, full = 0, "--full" in chosen
    chosen = [name for name in chosen if name != "--full"]
    for file in sorted(HERE.glob("*.py")):
        if file.stem in NOT_BENCHMARKS or (chosen and file.stem not in chosen):
            continue
        both = "--postgres" in file.read_text("utf-8")
        size = [str(FULL[file.stem])] if full and file.stem in FULL else []
        for options in (size, [*size, "--postgres"]) if both else (size,):
            print(f"\n== {file.stem} {' '.join(options)}", flush=True)
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{file.stem}", *options], cwd=HERE.parent
            )
            failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
