"""Experiments on a step's words: drawn once, when the step is first decided, and kept for good."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.campaign.schema import Step
from recovery.dispatch.variants import drawn, salt
from recovery.draws import slot
from recovery.errors import SendFailure
from recovery.message import Channel
from recovery.models import Customer, Touch
from tests.support.campaigns import a_campaign
from tests.support.house import House
from tests.support.senders import Scripted, post, refusal

HALF = "variants: {calm: 50%, urgent: 50%}"
MAIL = f"{{step: mail, after: 0m, email: reminder, {HALF}}}"
LETTER = """\
subject: {% if variant == "urgent" %}Last day{% else %}Your order{% endif %}
preheader: It is waiting.
headline: Your order

Variant: {{ variant or "none" }}.
"""


@pytest.fixture
def house(house: House) -> House:
    """A house with a letter that tells its variant."""
    folder = house.project / "templates" / "reminder"
    (folder / "en").mkdir(parents=True)
    (folder / "message.yaml").write_text("class: service\n", "utf-8")
    (folder / "en" / "letter.txt").write_text(LETTER, "utf-8")
    (folder / "en" / "sms.txt").write_text("{{ variant }} {{ pay_url }}\n", "utf-8")
    return house


def campaign(*steps: str, **more: str) -> str:
    return a_campaign(sequences={"plain": list(steps or (MAIL,))}, **more)


def expected(house: House, step: str = "mail") -> dict[str, str]:
    """What each order's customer must get, by the hash alone."""
    salted = f"step:winback:plain:{step}:v1:"
    return {
        row["external_id"].removeprefix("C-"): "calm"
        if slot(salted, row["key"]) < 5000
        else "urgent"
        for row in house.rows(Customer)
    }


def stored(house: House, step: str = "mail") -> dict[str, str | None]:
    return {row["order"]: row["variant"] for row in house.touches() if row["step"] == step}


def test_each_customer_reads_the_variant_that_was_drawn(house: House) -> None:
    house.has(campaign())
    house.orders(40)
    house.run()
    assert stored(house) == expected(house)
    assert set(stored(house).values()) == {"calm", "urgent"}
    for message in house.messages():
        urgent = stored(house)[message.order] == "urgent"
        assert message.subject.startswith("Last day" if urgent else "Your order")
        assert f"Variant: {stored(house)[message.order]}." in message.body
    assert {row["drawn_at"] for row in house.touches()} == {house.now}


def test_nobody_is_drawn_before_the_step_is_due(house: House) -> None:
    later = f"{{step: later, after: 1d, email: reminder, {HALF}}}"
    house.has(campaign(MAIL, later))
    quick, slow = house.orders(2)
    house.run()
    assert set(stored(house, "later").values()) == {None}
    house.pays(quick)
    house.advance(days=1, hours=3)
    assert stored(house, "later") == {quick: None, slow: expected(house, "later")[slow]}


def test_what_waits_or_is_skipped_is_drawn_all_the_same(house: House) -> None:
    """Intention to treat: a variant that scares its readers off must not lose them."""
    house.has(campaign(limits='{quiet: "00:00-23:00"}'))
    waiting = house.an_unpaid_order()
    barred = house.an_unpaid_order(email_consent="none")
    house.run()
    assert house.states() == {"mail": "planned quiet_hours"} | house.states(barred)
    assert house.states(barred) == {"mail": "skipped no_consent"}
    assert stored(house) == {order: expected(house)[order] for order in (waiting, barred)}


def test_a_failure_keeps_its_variant(house: House) -> None:
    house.has(campaign())
    house.orders(2)
    house.engine.senders = post(Scripted(Channel.EMAIL, *[refusal(SendFailure.PERMANENT)] * 2))
    house.run()
    assert {row["state"] for row in house.rows(Touch)} == {"failed"}
    assert stored(house) == expected(house)


def test_the_first_draw_stays_whatever_comes(house: House) -> None:
    """Put off, then the file names other shares and other variants: what was drawn is sent."""
    house.has(campaign(limits='{quiet: "09:00-18:00"}'))
    house.orders(12)
    house.run()
    first, at = stored(house), house.now
    assert first == expected(house)
    house.has(campaign(MAIL.replace(HALF, "variants: {bold: 90%, calm: 10%}")))
    house.advance(hours=9)
    assert stored(house) == first
    assert {row["drawn_at"] for row in house.rows(Touch)} == {at}
    assert len(house.messages()) == 12
    assert all(f"Variant: {first[m.order]}." in m.body for m in house.messages())


def test_who_entered_before_a_change_is_drawn_by_the_old_shares(house: House) -> None:
    later = MAIL.replace("after: 0m", "after: 1d")
    house.has(campaign(later))
    old = house.orders(6)
    house.run()
    house.has(campaign(later.replace(HALF, "variants: {bold: 50%, plain: 50%}")))
    house.advance(hours=1)
    new = house.orders(6)
    house.advance(days=2)
    assert {order: stored(house)[order] for order in old} == {o: expected(house)[o] for o in old}
    assert {stored(house)[order] for order in new} <= {"bold", "plain"}


def test_a_dry_run_draws_nothing(house: House) -> None:
    house.has(campaign())
    house.orders(3)
    before = house.dump()
    assert house.run(dry_run=True).touches.sent == 3
    assert house.dump() == before


def test_the_holdout_is_never_drawn(house: House) -> None:
    house.has(campaign(holdout="50%"))
    house.orders(20)
    house.run()
    assert {row["variant"] for row in house.touches() if row["holdout"]} == {None}
    assert None not in {row["variant"] for row in house.touches() if not row["holdout"]}


def test_without_variants_the_word_is_empty(house: House) -> None:
    house.has(campaign("{step: mail, after: 0m, email: reminder}"))
    order = house.an_unpaid_order()
    house.run()
    assert "Variant: none." in house.messages(order)[0].body
    assert stored(house) == {order: None}


def test_an_sms_reads_its_variant_and_another_step_draws_anew(house: House) -> None:
    text = f"{{step: text, after: 0m, sms: reminder, {HALF}}}"
    house.has(campaign(MAIL, text))
    for n in range(12):
        house.an_unpaid_order(phone=f"+49151123456{n:02}", sms_consent="transactional")
    house.run()
    mails, texts = stored(house, "mail"), stored(house, "text")
    assert texts == expected(house, "text")
    assert any(mails[order] != texts[order] for order in mails), "its own salt"
    written = [one for one in house.messages() if one.channel == "sms"]
    assert len(written) == 12
    for message in written:
        assert message.body.startswith(texts[message.order] or "")


class Asked:
    """A row of a touch, as the draw reads it."""

    def __init__(self, number: int, variant: str | None) -> None:
        self.touch_id, self.variant, self.key = number, variant, f"shop:{number}"
        self.version_id, self.campaign, self.sequence, self.step = 1, "spring", "plain", "mail"


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=6),
    st.lists(st.sampled_from([None, None, "kept"]), max_size=40),
)
def test_a_draw_is_the_slot_among_the_cumulated_shares(
    parts: list[int], before: list[str | None]
) -> None:
    points = [10_000 * part // sum(parts) for part in parts]
    points[0] += 10_000 - sum(points)
    shares = {f"v{n}": share for n, share in enumerate(points)}
    step = Step(step="mail", after=timedelta(0), email="reminder", variants=shares)
    rows = [Asked(n, variant) for n, variant in enumerate(before)]
    found = drawn(rows, {1: {("plain", "mail"): step}})  # type: ignore[arg-type]
    assert found.keys() == set(range(len(rows)))
    for row in rows:
        at = slot(salt("spring", "plain", "mail"), row.key)
        bounds = [sum(points[: n + 1]) for n in range(len(points))]
        own = f"v{next(n for n, bound in enumerate(bounds) if at < bound)}"
        assert found[row.touch_id] == (row.variant or own)
