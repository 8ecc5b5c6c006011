"""The demo's story, checked from outside: by its files, not by our tables."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from sqlalchemy import select

from recovery.clock import VirtualClock
from recovery.db import reading, table
from recovery.engine import Engine, dispatched
from recovery.models import Coupon, Enrolment, Order
from recovery.settings import load_settings
from recovery.simulate.demo.mailbox import Mailbox
from recovery.simulate.demo.stage import set_stage
from recovery.simulate.demo.story import Story, asked, play, staged
from recovery.simulate.post import Letter
from tests.conftest import ROOT

T0 = datetime(2026, 10, 26, 6, tzinfo=UTC)
MARKETING = {"last-call", "cart-waiting"}  # templates that need this consent


@dataclass
class Played:
    """One story with what lies in its folder."""

    story: Story
    engine: Engine
    folder: Path
    letters: list[Letter]
    states: dict[str, list[dict[str, Any]]]  # every state of every order, as the shop told it

    def at(self, order: str, moment: datetime) -> dict[str, Any]:
        """The newest state that the shop knew at `moment`."""
        known = [
            row for row in self.states[order] if datetime.fromisoformat(row["updated_at"]) <= moment
        ]
        return known[-1]


def played(project: Path, seed: int, days: int = 3, orders: int = 700) -> Iterator[Played]:
    settings = set_stage(load_settings(project, {}))
    clock = VirtualClock(T0)
    with closing(Engine(settings, clock)) as engine:
        stage, doors = staged(engine, clock, asked(T0, days, orders, seed), dispatched)
        story = play(stage, doors, lambda hours: None)
        states = defaultdict(list)
        for file in sorted((settings.project / "orders").glob("*.jsonl")):
            for line in file.read_text("utf-8").splitlines():
                row = json.loads(line)
                row.setdefault("updated_at", row["placed_at"])
                states[row["order_id"]].append(row)
        letters = Mailbox(settings.outbox_dir).new()
        yield Played(story, engine, settings.project, letters, states)


def a_project(folder: Path) -> Path:
    for part in ("campaigns", "templates"):
        (folder / part).symlink_to(ROOT / part)
    return folder


@pytest.fixture(scope="module")
def play_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    yield from played(a_project(tmp_path_factory.mktemp("shop")), seed=1)


def test_orders_are_recovered(play_once: Played) -> None:
    report, diary = play_once.story.report, play_once.story.diary
    assert sum(row.mature.count for row in report.rows if not row.arm.holdout) > 20
    assert any(row.arm.holdout for row in report.rows)
    assert diary.rejected == diary.failed == 0
    assert not diary.problems
    assert diary.sent == len(play_once.letters) > 100


def test_nobody_hears_from_us_about_an_order_that_is_over(play_once: Played) -> None:
    for letter in play_once.letters:
        state = play_once.at(letter.order, letter.at)
        assert state["status"] in {"pending", "failed", "awaiting", "cart"}, letter.touch
        assert letter.at < datetime.fromisoformat(state["expires_at"])


def test_nobody_hears_from_us_without_consent(play_once: Played) -> None:
    steps = {
        (name, step["step"]): step.get("email") or step.get("sms")
        for name, campaign in campaigns(play_once.folder)
        for sequence in campaign["sequences"].values()
        for step in sequence
    }
    for letter in play_once.letters:
        row = play_once.at(letter.order, letter.at)
        consent = row[f"{letter.channel}_consent"]
        marketing = letter.code or steps[letter.campaign, letter.step] in MARKETING
        assert consent in ({"marketing"} if marketing else {"marketing", "transactional"})
        assert row["phone" if letter.channel == "sms" else "email"] in letter.to


def test_nobody_is_woken(play_once: Played) -> None:
    for letter in play_once.letters:
        zone = ZoneInfo(play_once.states[letter.order][-1]["timezone"])
        assert 8 <= letter.at.astimezone(zone).hour < 21, letter.touch


def test_nobody_gets_a_step_twice_and_the_hold_out_gets_nothing(play_once: Played) -> None:
    steps = Counter((letter.order, letter.campaign, letter.step) for letter in play_once.letters)
    assert set(steps.values()) == {1}
    enrolments, orders = table(Enrolment), table(Order)
    statement = (
        select(orders.c.external_id)
        .join(enrolments, enrolments.c.order_id == orders.c.id)
        .where(enrolments.c.holdout)
    )
    with reading(play_once.engine.database) as connection:
        held = set(connection.execute(statement).scalars())
    assert held
    assert not held & {letter.order for letter in play_once.letters}
    fates = play_once.story.truth.fates
    assert not any(fates[order].caused or fates[order].letters for order in held)


def test_only_messages_bring_back_who_would_not_have_come(play_once: Played) -> None:
    fates = play_once.story.truth.fates
    caused = {order: fate for order, fate in fates.items() if fate.caused}
    assert caused
    for order, fate in caused.items():
        assert fate.paid_at is not None
        assert any(one.order == order and one.at < fate.paid_at for one in play_once.letters)
    assert any(fate.paid_at and not fate.letters for fate in fates.values())


def test_the_shop_and_the_engine_agree_on_every_order_at_the_end(play_once: Played) -> None:
    orders = table(Order)
    with reading(play_once.engine.database) as connection:
        rows = connection.execute(select(orders.c.external_id, orders.c.status)).all()
    known = {row.external_id: row.status for row in rows}
    assert known == {order: states[-1]["status"] for order, states in play_once.states.items()}
    paid = {order for order, fate in play_once.story.truth.fates.items() if fate.paid_at}
    assert {order for order in paid if known[order] in {"paid", "refunded"}} == paid


def test_a_redeemed_code_is_the_one_in_the_message_and_lowers_the_amount(
    tmp_path: Path,
) -> None:
    """Offers to everybody at once, so that enough codes are used to look at."""
    project = tmp_path / "shop"
    (project / "campaigns").mkdir(parents=True)
    (project / "templates").symlink_to(ROOT / "templates")
    (project / "campaigns" / "unpaid.yaml").write_text(OFFERS, "utf-8")
    for scene in played(project, seed=4, days=1, orders=400):
        fates = scene.story.truth.fates
        used = [order for order, fate in fates.items() if fate.given]
        codes = {one.order: one.code for one in scene.letters}
        coupons = table(Coupon)
        with reading(scene.engine.database) as connection:
            redeemed = set(
                connection.execute(
                    select(coupons.c.code).where(coupons.c.state == "redeemed")
                ).scalars()
            )
        assert len(used) >= 3
        assert redeemed == {codes[order] for order in used}
        for order in used:
            before, after = (scene.states[order][n] for n in (0, -1))
            assert codes[order] == after["discount_code"]
            goods, shipping = (
                float(before["amount"]) - float(before["shipping_amount"]),
                float(before["shipping_amount"]),
            )
            assert float(after["amount"]) == pytest.approx(goods * 0.8 + shipping, abs=1.01)


def test_the_same_seed_tells_the_same_story(tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for scene in played(a_project(tmp_path / name), seed=7, days=1, orders=150):
            letters = [(one.touch, one.order, one.step, one.at, one.code) for one in scene.letters]
            told.append((scene.story.report.payload(), letters))
    assert told[0] == told[1]


def campaigns(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in (folder / "campaigns").glob("*.yaml"):
        if file.name != "defaults.yaml":
            campaign = yaml.safe_load(file.read_text("utf-8"))
            yield campaign["campaign"], campaign


OFFERS = """\
campaign: unpaid
description: Everybody gets an offer
status: active
priority: 1
trigger: {on: unpaid, after: 1h, not_after: 5d}
goal: {paid_within: 7d}
segments:
  - {segment: all, sequence: offer}
sequences:
  offer:
    - {step: offer, after: 0m, email: last-call, offer: fifth}
offers:
  fifth: {kind: percent, percent: 20%, valid: 72h}
"""
