"""`recovery pause` and `recovery resume`: the brake works from the next batch on."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.campaigns import a_campaign
from tests.support.cli import answered, recovery
from tests.support.house import House

SMS = "{step: text, after: 0m, sms: payment-failed}"
MAIL = "{step: mail, after: 0m, email: unpaid-reminder}"


def paused(*words: object, **more: Any) -> list[tuple[str, str, str | None]]:
    told = answered(*words, **more)["paused"]
    return [(one["scope"], one["name"], one["note"]) for one in told]


def test_brakes_are_held_shown_and_let_go_one_by_one(project: Path) -> None:
    where = ("--project", project)
    assert paused("pause", "--note", "stock count", *where) == [("all", "", "stock count")]
    paused("pause", "--campaign", "unpaid", *where)
    assert len(paused("pause", "--channel", "sms", *where)) == 3
    assert "campaign unpaid" in recovery("pause", "--list", *where).stdout
    assert [scope for scope, *_ in paused("resume", *where)] == ["campaign", "channel"]
    paused("resume", "--campaign", "unpaid", *where)
    assert paused("resume", "--channel", "sms", *where) == []
    assert paused("resume", *where) == []
    assert recovery("pause", "--list", *where).stdout == "Nothing is paused.\n"


def test_a_brake_is_never_mistyped(project: Path) -> None:
    where = ("--project", project)
    wrong = recovery("pause", "--campaign", "unpayd", *where)
    assert wrong.exit_code == 2
    assert "did you mean 'unpaid'?" in wrong.stderr
    assert recovery("pause", "--campaign", "unpaid", "--channel", "sms", *where).exit_code == 2
    assert paused("pause", "--list", *where) == []


def test_a_broken_file_does_not_keep_its_campaign_from_being_paused(project: Path) -> None:
    (project / "campaigns" / "unpaid.yaml").write_text("campaign: [", "utf-8")
    words = ("pause", "--campaign", "unpaid", "--project", project)
    assert paused(*words) == [("campaign", "unpaid", None)]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ((), []),
        (("--channel", "sms"), ["mail", "mail"]),
        (("--campaign", "loud"), ["mail", "text"]),
    ],
)
def test_what_is_paused_waits_and_goes_out_afterwards(
    house: House, words: tuple[str, ...], sent: list[str]
) -> None:
    both = {"plain": [MAIL, SMS]}
    wide = "{on: unpaid, not_after: 3d}"
    for name, market in (("quiet", "GB"), ("loud", "DE")):
        segment = f"{{segment: all, market: [{market}], sequence: plain}}"
        house.has(a_campaign(name, segments=[segment], sequences=both, trigger=wide))
    for country in ("GB", "DE"):
        phone = {"GB": "+447400123456", "DE": "+4930901820"}[country]
        house.an_unpaid_order(country=country, phone=phone, sms_consent="transactional")
    shop = ("--project", house.project)
    answered("pause", *words, *shop, **house.environ)
    house.run()
    assert sorted(message.step for message in house.messages()) == sent
    answered("resume", *words, *shop, **house.environ)
    house.run()
    assert sorted(message.step for message in house.messages()) == ["mail", "mail", "text", "text"]
