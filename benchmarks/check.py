"""How fast files are checked, against YAML alone: `python -m benchmarks.check [SEGMENTS]`.

The yardstick is PyYAML's own composer in C, which only says whether a text is YAML.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import yaml

from benchmarks.support import say
from recovery.campaign.parsing import read_campaign
from tests.support.example import CAMPAIGN, SPOKEN

SEGMENT = """\
  - segment: s{number}
    market: [US, GB]
    amount: {{from: {number} USD, below: {more} USD}}
    sequence: personal
"""


def large(segments: int) -> str:
    """The example with so many segments more, each with a range of its own."""
    more = "".join(SEGMENT.format(number=one + 1, more=one + 2) for one in range(segments))
    return CAMPAIGN.replace("  - segment: dear\n", f"{more}  - segment: dear\n")


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median of some rounds, after one that warms up."""
    taken = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken[1:])


def measure(title: str, text: str) -> None:
    """Print what YAML alone takes, a right file, and one with two mistakes."""
    broken = text.replace("status: active", "status：activ")
    assert not read_campaign(text, "x.yaml", spoken=SPOKEN).problems
    assert len(read_campaign(broken, "x.yaml", spoken=SPOKEN).problems) == 2
    bare = seconds(lambda: yaml.compose(text, yaml.CBaseLoader))
    right = seconds(lambda: read_campaign(text, "x.yaml", spoken=SPOKEN))
    wrong = seconds(lambda: read_campaign(broken, "x.yaml", spoken=SPOKEN))
    figures = {"YAML alone, ms": bare * 1000, "checked, ms": right * 1000}
    figures |= {"with two mistakes, ms": wrong * 1000}
    ratios = {"checked against YAML alone": right / bare, "… with two mistakes": wrong / bare}
    say(f"{title}: {text.count(chr(10))} lines", figures | ratios)


def main() -> None:
    """Measure and print."""
    segments = int(sys.argv[1]) if sys.argv[1:] else 1_000
    measure("a campaign as people write it", CAMPAIGN)
    measure(f"{segments:,} segments more", large(segments))


if __name__ == "__main__":
    main()
