"""`make montecarlo`: worlds whose truth is known, by the thousand; some minutes.

Prints the table of docs/measurement.md and writes it there. Ends with 1 when the engine was further
off than honest chance may be.
"""

import sys
from argparse import ArgumentParser
from time import perf_counter

from tests.montecarlo.table import CHECKS, passes, table, written


def main() -> int:
    """Make every check in its long form."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="one check; nothing is written")
    only = parser.parse_args().only
    results, failed = [], []
    for check in CHECKS:
        if only not in (None, check.name) or not check.long:
            continue
        begun = perf_counter()
        seen = check.measure(check.long)
        results.append((check, seen))
        good = passes(check, seen, check.long)
        failed += [] if good else [check.name]
        spent = f"{perf_counter() - begun:.0f} s"
        print("ok" if good else "FAILED", check.name, seen, spent, file=sys.stderr, flush=True)
    lines = list(table(results))
    print("\n".join(lines))
    if only is None and not failed:
        written(lines)
    print(f"{len(results) - len(failed)} of {len(results)} checks passed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
