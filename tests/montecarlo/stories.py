"""Whole lives of a shop, through the commands: what the report says against what happened."""

from datetime import datetime
from math import inf, sqrt
from statistics import fmean
from typing import Any

from recovery.measure.analysis import Drawn, Finding, analyze
from recovery.measure.lift import Lift
from recovery.measure.payload import lift_of
from tests.montecarlo.chance import Chance, most
from tests.montecarlo.check import Check, Seen, between, chances
from tests.montecarlo.looks import SETTLED
from tests.montecarlo.shop import BEFORE, HELD, LAST, OVER, Rows, Shop, Tell, a_house, people

ORGANIC, EXTRA = 0.15, 0.03 / 0.85  # three points more with messages


def alone(shop: Shop) -> Finding:
    """The verdict on what the shop itself saw, without the engine's database."""
    return analyze([Drawn({"plain": 1 - HELD, None: HELD}, shop.seen())])["plain"]


def gap(shop: Shop, row: dict[str, Any]) -> float:
    """How far the report is from that; infinite where it says something else."""
    mine, told = alone(shop), shop.report().rows[0].lift
    same = row["lift"] == lift_of(mine.lift, "holdout") and row["verdict"] == mine.verdict.value
    if not same or told is None:
        return inf
    pairs = zip(_numbers(told), _numbers(mine.lift), strict=True)
    return max(abs(one - other) for one, other in pairs)


def _numbers(lift: Lift) -> list[float]:
    assert lift.absolute is not None and lift.interval is not None and lift.one_look is not None
    ends = (lift.interval.low, lift.interval.high, lift.one_look.low, lift.one_look.high)
    return [lift.absolute, *ends]


def errors_off(shop: Shop, row: dict[str, Any]) -> float:
    """Incremental conversions less those that messages really caused, in standard errors."""
    treated, control = (shop.seen()[arm] for arm in ("plain", None))
    spread = sum(one.rate * (1 - one.rate) / one.total for one in (treated, control))
    told = row["lift"]["incremental_conversions"]
    return float((told - shop.caused()) / (treated.total * sqrt(spread)))


def credited(row: dict[str, Any]) -> int:
    """Orders that popular attribution gives to the messages."""
    steps = row["credited_not_caused"]["last_touch"]
    return sum(orders for step, orders in steps.items() if step != "organic")


def mixed_up(chance: Chance) -> Tell:
    """Rows come in another order, twice and in two files; what was true before comes again after
    what is true now; news of payments after the last message come in the very end."""
    late: Rows = []

    def tell(shop: Shop, rows: Rows) -> None:
        late.extend(row for row in rows if _after_messages(row))
        now = [row for row in rows if not _after_messages(row)]
        before = [row | {"status": "pending", "updated_at": row["placed_at"]} for row in now]
        again = list(now)
        for some in (now, again, before):
            chance.shuffle(some)
        half = len(now) // 2
        for part in (now[:half], now[half:], again, before):
            shop.bring(part)
        if shop.now == OVER:
            chance.shuffle(late)
            shop.bring(late)

    return tell


def _after_messages(row: dict[str, Any]) -> bool:
    """Whether it was paid when no message was to come any more."""
    placed, paid = (datetime.fromisoformat(row[name]) for name in ("placed_at", "updated_at"))
    return paid > placed + BEFORE + LAST


def _false_alarms(times: int) -> Seen:
    """Messages change nothing."""
    cries = []
    for chance in chances("whole A/A", times):
        with a_house() as house:
            row = Shop(house, people(chance, 500, 0.2, 0.0)).live().sequence()
        cries.append(row["verdict"] in [one.value for one in SETTLED])
    return Seen(fmean(cries))


def _against_truth(times: int) -> Seen:
    """The largest distance of what is told from what was caused, and of what is credited."""
    errors, popular = [], []
    for chance in chances("MC11", times):
        with a_house() as house:
            shop = Shop(house, people(chance, 3000, ORGANIC, EXTRA)).live()
            row = shop.sequence()
            assert gap(shop, row) < 1e-9
            errors.append(abs(errors_off(shop, row)))
            popular.append(credited(row) / shop.caused())
    return Seen(max(errors), fmean(popular))


CHECKS = (
    Check(
        "MC11",
        "15% pay anyway, three messages win 3 points more, 3000 customers through import, run and "
        "report: incremental conversions less what was caused, in standard errors, the largest",
        _against_truth,
        between(0, 3),
        short=0,
        long=5,
        popular="credited orders ÷ what was caused",
    ),
    Check(
        "end to end",
        "messages change nothing, 500 customers through import, run and report: a verdict",
        _false_alarms,
        most,
        short=0,
        long=20,
    ),
)
