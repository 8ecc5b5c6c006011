"""A class file to begin with, and the key that belongs to it."""

import json
from pathlib import Path
from secrets import randbelow

from recovery.i18n import here
from recovery.simulate.lab.course import course

_CLASS = """\
class: {name}
exercises: [{numbers}]
seed: {seed}                     # {same_for_all}
# orders: 1500                 # {less_is_faster}
# days: 14
# scenario: united-states      # {practice}
# deadline: 2026-12-10T18:00:00+08:00
# late: 20%                    # {late}
weights: {{checks: 60%, score: 40%}}
answers: false                 # {answers}
trainees:
  - {{id: s01, name: 王小明}}
  - {{id: s02, name: Ana Silva}}
"""
_KEY = """\
# {secret}
class: {name}
seed: {seed}
# scenarios: {{3: lab-exam-reasons, 10: lab-exam-two-markets}}  # {other_markets}
# orders: 3000
"""


def key_of(class_file: Path) -> Path:
    """The key beside a class file: `spring.yaml` has `spring.key.yaml`."""
    return class_file.with_suffix(".key.yaml")


def found(file: Path, name: str) -> None:
    """Write the class file and its key, with a seed that nobody can guess."""
    numbers = ", ".join(str(one.exercise) for one in course())
    shown = json.dumps(name, ensure_ascii=False)
    file.write_text(
        _CLASS.format(
            name=shown,
            numbers=numbers,
            seed=1 + randbelow(9_999),
            same_for_all=here("the same shoppers for all who practise"),
            less_is_faster=here("fewer are faster, and luck counts for more"),
            practice=here("another market to practise on; else each exercise has its own"),
            late=here("taken off a mark that comes late"),
            answers=here("whether trainees may see the reference answers"),
        ),
        "utf-8",
    )
    key_of(file).write_text(
        _KEY.format(
            name=shown,
            seed=1 + randbelow(10**12),
            secret=here("For the teacher alone: whoever has this file can try his work on it."),
            other_markets=here("markets nobody has seen; else the ones of the course"),
        ),
        "utf-8",
    )
