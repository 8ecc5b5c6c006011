"""Every benchmark, each in a process of its own so that memory and caches are its own.

python -m benchmarks              all of them, on SQLite and PostgreSQL where both are measured
python -m benchmarks render …     only these
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_BENCHMARKS = {"__init__", "__main__", "support"}


def main(chosen: list[str]) -> int:
    """Run `chosen`, or all; the exit code is the number of benchmarks that failed."""
    failed = 0
    for file in sorted(HERE.glob("*.py")):
        if file.stem in NOT_BENCHMARKS or (chosen and file.stem not in chosen):
            continue
        both = "--postgres" in file.read_text("utf-8")
        for options in ([], ["--postgres"]) if both else ([],):
            print(f"\n== {file.stem} {' '.join(options)}", flush=True)
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{file.stem}", *options], cwd=HERE.parent
            )
            failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
