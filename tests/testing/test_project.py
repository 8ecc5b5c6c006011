"""Which folder a world is made of, and what is said when it can't be."""

from pathlib import Path

import pytest

from recovery.testing import KitError, open_world
from recovery.testing.project import blank, nearest
from tests.support.campaigns import a_campaign
from tests.support.kit import DECLINED, Opener, a_folder


def test_the_nearest_folder_with_campaigns_is_the_project(tmp_path: Path) -> None:
    shop = a_folder(tmp_path / "shop", a_campaign())
    deep = shop / "tests" / "unit"
    deep.mkdir(parents=True)
    assert nearest(deep) == shop
    with pytest.raises(KitError, match="no campaigns/ folder at or above"):
        nearest(tmp_path)


def test_only_the_named_campaigns_run(opened: Opener, tmp_path: Path) -> None:
    other = a_campaign("other", priority=50, trigger="{on: payment_failed}")
    opened(DECLINED, other)
    for chosen, takes in (("declined", "declined"), (["other"], "other"), (None, "other")):
        with open_world(tmp_path / "shop", campaign=chosen) as world:
            order = world.an_unpaid_order(reason="expired_card")
            world.advance("1h")
            assert order.campaign == takes


def test_an_unknown_campaign_is_named_with_its_neighbour(opened: Opener) -> None:
    with pytest.raises(KitError, match="'declind'; did you mean 'declined'"):
        opened(DECLINED, campaign="declind")


def test_mistakes_are_those_of_check(opened: Opener) -> None:
    with pytest.raises(KitError) as told:
        opened(DECLINED.replace("sms: last-call", "smss: last-call"))
    assert "campaigns/declined.yaml:" in str(told.value)
    assert "did you mean 'sms'" in str(told.value)


def test_a_missing_template_is_named(opened: Opener) -> None:
    with pytest.raises(KitError) as told:
        opened(DECLINED.replace("email: payment-failed", "email: payment-faild"))
    assert "payment-faild" in str(told.value)
    assert "payment-failed" in str(told.value)


def test_a_broken_campaign_that_is_not_asked_for_is_left_in_peace(opened: Opener) -> None:
    broken = a_campaign("broken", trigger="{on: full_moon}")
    world = opened(DECLINED, broken, campaign="declined")
    order = world.an_unpaid_order(reason="expired_card")
    world.advance("1h")
    assert order.campaign == "declined"


def test_a_folder_without_campaigns_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="it has no campaigns/ in it"), open_world(tmp_path):
        pytest.fail("never reached")


def test_a_draft_can_be_tested_before_it_is_let_loose(opened: Opener) -> None:
    for active, takes in ((False, None), (True, "declined")):
        world = opened(DECLINED.replace("status: active", "status: draft"), active=active)
        order = world.an_unpaid_order(reason="expired_card", sequence="plain" if active else None)
        world.advance("1h")
        assert order.campaign == takes
    assert order.steps == ["reminder"]


def test_a_hold_out_of_another_size_is_refused(tmp_path: Path) -> None:
    shop = a_folder(tmp_path / "shop", DECLINED)
    with pytest.raises(KitError, match="say 0 "), open_world(shop, holdout=50):  # type: ignore[arg-type]
        pytest.fail("never reached")


def test_settings_of_the_project_count_and_its_providers_do_not(tmp_path: Path) -> None:
    shop = a_folder(tmp_path / "shop", a_campaign())
    (shop / "recovery.toml").write_text(
        'email_sender = "sendgrid"\ndatabase_url = "postgresql://nobody@127.0.0.1:1/none"\n'
        '[sendgrid]\napi_key = "SG.x"\n[shop]\nname = "Tea & Co"\n'
    )
    with open_world(shop, start="2026-02-01T10:00:00Z") as world:
        order = world.an_unpaid_order(market="GB")
        world.advance("1h")
        assert "Tea & Co" in order.messages[0].text
    assert sorted(path.name for path in shop.iterdir()) == ["campaigns", "recovery.toml"]


def test_a_blank_database_is_whole(tmp_path: Path) -> None:
    shop = a_folder(tmp_path / "shop", a_campaign())
    file = blank(tmp_path / "blank.db")
    before = file.read_bytes()
    with open_world(shop, database=file) as world:
        order = world.an_unpaid_order()
        world.advance("1h")
        assert order.steps == ["reminder"]
    assert file.read_bytes() == before
