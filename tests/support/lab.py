"""A classroom for tests: small markets, works as text, hand-ins and folders of them."""

from datetime import UTC, datetime
from pathlib import Path

from recovery.simulate.lab.handin import written
from recovery.simulate.lab.sheet import Sheet
from recovery.simulate.lab.work import Work

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
CLASS = """\
class: 电商运营一班
exercises: [3]
seed: 7
orders: 60
days: 2
deadline: 2026-12-10T18:00:00+08:00
late: 20%
trainees:
  - {id: s01, name: 王小明}
  - {id: s02, name: 李华}
  - {id: s03, name: Ana Silva}
"""
KEY = """\
class: 电商运营一班
seed: 990017
scenarios: {3: lab-exam-reasons}
orders: 120
"""
GOOD = """\
campaign: declined
status: active
trigger: {on: payment_failed, after: 1h, not_after: 3d}
goal: {paid_within: 3d}
holdout: 10%
segments:
  - segment: slips
    market: US
    failure: [invalid_details, authentication_required, technical_error]
    sequence: soon
  - segment: no-money
    market: US
    failure: insufficient_funds
    sequence: later
sequences:
  soon:
    - {step: again, after: 0m, email: payment-failed}
  later:
    - {step: after-a-while, after: 40h, email: payment-failed}
"""
SHEET = Sheet(exercise=3, class_="电商运营一班", scenario="lab-reasons", orders=60, days=2, seed=7)


def work(text: str = GOOD, **more: str) -> Work:
    """A work of one campaign, and other files."""
    return Work({"campaigns/declined.yaml": text, **more})


def hand_in(name: str, given: Work | None = None, sheet: Sheet = SHEET, at: datetime = NOW) -> str:
    """The document of a hand-in."""
    return written(given or work(), sheet, name, at)


def classroom(folder: Path, text: str = CLASS, key: str | None = KEY) -> Path:
    """A class file, with its key beside it."""
    file = folder / "class.yaml"
    file.write_text(text, "utf-8")
    if key is not None:
        (folder / "class.key.yaml").write_text(key, "utf-8")
    return file
