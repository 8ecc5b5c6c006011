"""The simulated engine is the real one: what it decides, a second engine decides as well that is
told the same by everybody's doors. And a run that is left out would have changed nothing.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recovery.simulate.play import Stage
from tests.support.campaigns import a_campaign
from tests.support.market import a_market, staged
from tests.support.second import Second, journal, visits, witnessed

EVERYTHING = a_campaign(
    "unpaid",
    trigger="{on: unpaid, after: 1h, not_after: 3d}",
    goal="{paid_within: 3d}",
    holdout="10%",
    segments=["{segment: everyone, sequence: {plain: 50%, offer: 50%}}"],
    sequences={
        "plain": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: text, after: 20h, sms: unpaid-reminder, if: {not_clicked: reminder}}",
        ],
        "offer": [
            "{step: reminder, after: 0m, email: unpaid-reminder}",
            "{step: offer, after: 1d, email: last-call, offer: ten, if: {not_clicked: reminder}}",
        ],
    },
    offers="{ten: {kind: percent, percent: 10%, valid: 72h, budget: 60 USD per day}}",
    limits="{per_customer: 2 per week, quiet: 21:00-08:00, min_gap: 12h}",
)
TROUBLE = {"incident": "payments_down", "at": "20h", "lasts": "5h"}


def test_a_second_engine_that_is_told_the_same_decides_the_same(tmp_path: Path) -> None:
    market = a_market(TROUBLE, runs=timedelta(hours=3))
    with witnessed(tmp_path, market, EVERYTHING, orders=60, days=2) as (stage, engine):
        stage.play()
        decided, clicked, told = journal(engine), visits(engine), engine.told[:-1]
        secret = engine.settings.secret_key.get_secret_value()
    second = Second(tmp_path / "second", EVERYTHING, secret)
    before = datetime.min.replace(tzinfo=UTC)
    for one in told:
        assert one.at is not None
        second.live(one, [event for at, event in clicked if before < at <= one.at])
        before = one.at
    kinds = {(line[3], line[4]) for line in decided}
    assert {verdict for verdict, _ in kinds} >= {"sent", "skip", "snooze", "delivered", "recovered"}
    assert _by_order(second.journal()) == _by_order(decided)


class Restless(Stage):
    """A stage that leaves no run out."""

    def _is_awaited(self, at: datetime) -> bool:
        super()._is_awaited(at)
        return True


def test_a_run_that_is_left_out_would_have_changed_nothing(tmp_path: Path) -> None:
    runs, journals = [], []
    for name, kind in (("some", Stage), ("all", Restless)):
        with staged(
            tmp_path / name, a_market(TROUBLE), EVERYTHING, orders=60, days=2, kind=kind
        ) as stage:
            stage.play()
            runs.append(stage.runs)
            journals.append(journal(stage.engine))
    assert runs[0] < runs[1]
    assert _by_order(journals[0]) == _by_order(journals[1])


def _by_order(lines: list[Any]) -> list[Any]:
    """What was decided about each order, as it came. Which of two messages of one run is written
    down first depends on how soon a sender's thread is done: that is no decision."""
    return sorted(lines, key=lambda line: line[:2])
