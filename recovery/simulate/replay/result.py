"""A replay that is over: everything its table, its JSON and its file of messages are made of."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from recovery.campaign.schema import Campaign
from recovery.db import reading, table
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.intake.reading import PLAINLY, File, Manner, Told, expect_files, read_orders
from recovery.measure.costs import Costs
from recovery.measure.evidence.letters import SENT
from recovery.models import Coupon, OfferBudget, Touch
from recovery.money import Money
from recovery.settings import Settings
from recovery.simulate.checkout import Checkout
from recovery.simulate.replay.estimate import Estimate, Estimator
from recovery.simulate.replay.left_out import LeftOut, left_out
from recovery.simulate.replay.letters import Letter, letters
from recovery.simulate.replay.past import Past
from recovery.simulate.replay.play import EVERY, Course, replayed
from recovery.simulate.replay.tally import Count, Group, tally
from recovery.simulate.scenarios.schema import Scenario

SOURCE = "shop"
coupons, budgets, touches = table(Coupon), table(OfferBudget), table(Touch)

Note = Callable[[Letter], None]


@dataclass(frozen=True, slots=True)
class Given:
    """An offer as it was made: how many codes, and what was set aside for them."""

    campaign: str
    offer: str
    codes: int
    set_aside: Money | None  # None: the offer has no budget


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the campaigns would have done over the orders of some files."""

    told: Told
    orders: int
    course: Course
    campaigns: Sequence[Campaign]
    groups: dict[Group, Count]
    out: LeftOut
    offers: Sequence[Given]
    costs: Costs
    estimate: Estimate | None = None  # only if asked for

    def total(self, name: str) -> int:
        """The sum of one count over all sequences."""
        return sum(getattr(count, name) for count in self.groups.values())

    def counter(self, name: str) -> Counter[str]:
        """The sum of one counter over all sequences."""
        return sum((getattr(count, name) for count in self.groups.values()), Counter())

    @property
    def parts(self) -> Counter[tuple[str, str]]:
        """What is billed, by channel and country."""
        return sum((count.parts for count in self.groups.values()), Counter())

    @property
    def held_out(self) -> int:
        """Orders that were drawn to get nothing."""
        return sum(count.enrolled for group, count in self.groups.items() if group.holdout)


def replay(
    settings: Settings,
    campaigns: Sequence[Path],
    files: Sequence[File],
    every: timedelta = EVERY,
    *,
    rejects: Path | None = None,
    manner: Manner = PLAINLY,
    scenario: Scenario | None = None,
    noting: AbstractContextManager[Note] | None = None,
    read: Callable[[int], None] = lambda rows: None,
    watch: Callable[[int], None] = lambda states: None,
) -> Replayed:
    """Replay the orders of `files` with the campaign files `campaigns`, a run each `every`.

    `manner` maps other columns to ours. `noting` gets every touch in the end; `read` hears of rows,
    `watch` of states that happened. With a `scenario`, an estimate of its shoppers' response is
    added.
    Raises UsageError where no row is good, CampaignError for a campaign that is wrong.
    """
    expect_files(files, SOURCE)
    costs, told = Costs.read(settings.costs), Told()
    with Past() as past:
        for batch in read_orders(files, SOURCE, told, rejects, manner):
            past.add(batch.orders)
            read(batch.rows)
        if past.span() is None:
            raise UsageError(_nothing(told))
        with (
            replayed(settings, campaigns, past, every, watch) as (rig, course),
            reading(rig.database) as connection,
            noting or nullcontext(_unheard) as note,
        ):
            loaded = [one.campaign for one in rig.programme().loaded]
            guessing = scenario and Estimator(connection, Checkout(rig), scenario, loaded)
            if guessing:
                note = _both(note, guessing.hear)
            return Replayed(
                told=told,
                orders=past.orders(),
                course=course,
                campaigns=loaded,
                groups=tally(letters(connection, costs), course.told_until, note),
                out=left_out(connection, loaded, rig.rates(course.told_until), every),
                offers=_offers(connection),
                costs=costs,
                estimate=guessing.estimate() if guessing else None,
            )


def _both(first: Note, second: Note) -> Note:
    def note(letter: Letter) -> None:
        first(letter)
        second(letter)

    return note


def _unheard(letter: Letter) -> None:
    """Nobody wants to see single messages."""


def _nothing(told: Told) -> object:
    if not told.rejects:
        return say("the files hold no order: there is nothing to replay")
    first = told.rejects[0]
    return say(
        "no row is good, so there is nothing to replay; the first mistake: {file}:{line} {error}",
        file=first["file"],
        line=first["line"],
        error=first["error"],
    )


def _offers(connection: Connection) -> list[Given]:
    out = touches.c.state.in_(SENT)
    kind = coupons.c.campaign, coupons.c.offer, budgets.c.currency
    found = (
        select(*kind, func.count(), func.sum(coupons.c.worth_minor))
        .join_from(coupons, touches, touches.c.id == coupons.c.touch_id)
        .outerjoin(budgets, budgets.c.id == coupons.c.budget_id)
        .where(out)
        .group_by(*kind)
        .order_by(*kind)
    )
    return [
        Given(campaign, offer, codes, Money(int(worth), currency) if currency else None)
        for campaign, offer, currency, codes, worth in connection.execute(found)
    ]
