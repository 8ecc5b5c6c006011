"""A diary is read whole, or told what is wrong with it; its entries happen in their time."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from recovery.campaign.problems import CampaignError
from recovery.db import reading, table
from recovery.i18n import explained, speak
from recovery.intake.pauses import Scope, held
from recovery.models import Touch, TouchState
from recovery.simulate.diary import DiaryError, Verb, clock, read_diary, when
from recovery.simulate.play import Ask, simulate
from tests.support.campaigns import a_campaign
from tests.support.market import (
    REMINDING,
    a_diary,
    a_market,
    files_in,
    played,
    settings_of,
    staged,
)

touches = table(Touch)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("6d", 6 * DAY),
        ("6d 09:00", 6 * DAY + 9 * HOUR),
        ("6d 9:30", 6 * DAY + 9.5 * HOUR),
        ("1d12h", 1.5 * DAY),
        ("0d 00:00", timedelta(0)),
        ("6天 18:00", 6 * DAY + 18 * HOUR),
        ("6d 18：00", 6 * DAY + 18 * HOUR),
        ("1w", 7 * DAY),
    ],
)
def test_an_instant_is_days_and_perhaps_a_clock(text: str, meant: timedelta) -> None:
    assert clock(text) == meant
    assert clock(when(meant)) == meant


@pytest.mark.parametrize(
    "text", ["", "noon", "6d 24:00", "6d 9", "12h 09:00", "-1d", "6d 09:00:00"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        clock(text)


def test_entries_come_in_order_of_time_and_of_one_instant_as_written(tmp_path: Path) -> None:
    diary = a_diary(
        tmp_path,
        "{at: 2d, resume: unpaid}",
        "{at: 1d, pause: all}",
        "{at: 1d, pause: sms}",
        "{at: 1d, pause: {campaign: sms}}",
        "{at: 3d, withdraw_offer: ten}",
    )
    assert [(one.verb, one.what, one.brake) for one in diary.actions] == [
        (Verb.PAUSE, "all", (Scope.ALL, "")),
        (Verb.PAUSE, "sms", (Scope.CHANNEL, "sms")),
        (Verb.PAUSE, "sms", (Scope.CAMPAIGN, "sms")),
        (Verb.RESUME, "unpaid", (Scope.CAMPAIGN, "unpaid")),
        (Verb.WITHDRAW, "ten", None),
    ]


def test_a_diary_without_entries_does_nothing(tmp_path: Path) -> None:
    assert a_diary(tmp_path, *()).actions == ()
    (tmp_path / "diary.yaml").write_text("# later\n", "utf-8")
    assert read_diary(tmp_path / "diary.yaml").actions == ()


@pytest.mark.parametrize(
    ("entry", "column", "said"),
    [
        ("{at: noon, pause: all}", 8, "'noon' is no instant"),
        ("{pause: all}", 3, "'at' is missing"),
        ("{at: 1d}", 3, "an entry does one thing"),
        ("{at: 1d, pause: all, resume: all}", 3, "an entry does one thing"),
        ("{at: 1d, puase: all}", 12, "did you mean 'pause'?"),
        ("{at: 1d, at: 2d, pause: all}", 12, "stands here twice"),
        ("{at: 1d, pause: {channel: emial}}", 29, "did you mean 'email'?"),
        ("{at: 1d, pause: [all]}", 19, "one value belongs here"),
        ("{at: 1d, pause: {}}", 19, "all, a channel or a campaign"),
        ("{at: 1d, withdraw_offer: ''}", 28, "one value belongs here"),
        ("{at: 1d, publish: ../secret.yaml}", 21, "is not in the diary's folder"),
        ("{at: 1d, publish: /etc/passwd}", 21, "is not in the diary's folder"),
        ("{at: 1d, publish: link.yaml}", 21, "is not in the diary's folder"),
        ("{at: 1d, publish: nowhere.yaml}", 21, "there is no YAML file 'nowhere.yaml'"),
        ("{at: 1d, market: diary.yaml}", 20, "after its country"),
        ("pause：all", 3, "full-width colon"),
        ("just words", 3, "an entry looks like this"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_cure(
    tmp_path: Path, entry: str, column: int, said: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text(REMINDING, "utf-8")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(DiaryError) as caught:
        a_diary(folder, "{at: 1d, pause: all}", entry)
    assert f"diary.yaml:2:{column}: " in str(caught.value)
    assert said in str(caught.value)


def test_every_mistake_is_told_at_once_and_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(DiaryError) as caught:
        a_diary(tmp_path, "{at: noon, pause: all}", "{at: 1d}")
    assert len(caught.value.mistakes) == 2
    speak("zh-CN")
    try:
        first, second = explained(caught.value).splitlines()
    finally:
        speak("en")
    assert first.startswith("diary.yaml:1:8: “noon”不是时刻")
    assert second.startswith("diary.yaml:2:3: 一条记录只做一件事")


@pytest.mark.parametrize("text", ["at: 1d\n", "- {at: 1d\n", "just words\n"])
def test_what_is_no_list_of_entries_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "diary.yaml").write_text(text, "utf-8")
    with pytest.raises(DiaryError, match=r"diary\.yaml:\d+:\d+: "):
        read_diary(tmp_path / "diary.yaml")


@pytest.mark.parametrize(
    ("entry", "files", "said"),
    [
        ("{at: 1d, publish: v2.yaml}", {"v2": "campaign: x\nstatus: activ\n"}, "v2.yaml:2"),
        ("{at: 1d, market: BR.yaml}", {"BR": "market: BR\nby: me\nresaon: x\n"}, "BR.yaml:3"),
    ],
)
def test_the_files_that_it_names_are_read_as_carefully(
    tmp_path: Path, entry: str, files: dict[str, str], said: str
) -> None:
    with pytest.raises(CampaignError, match=said):
        a_diary(tmp_path, entry, **files)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{at: 0d, pause: unpiad}", "diary.yaml:1:19: no campaign is called unpiad; did you mean"),
        ("{at: 0d, withdraw_offer: tne}", "diary.yaml:1:28: no offer is called tne; did you mean"),
    ],
)
def test_a_name_that_nobody_knows_is_told_when_its_time_comes(
    tmp_path: Path, entry: str, said: str
) -> None:
    with pytest.raises(DiaryError, match=said):
        played(tmp_path, a_market(), diary=a_diary(tmp_path, entry), orders=20, days=1)


def test_a_brake_holds_from_its_instant_to_its_release(tmp_path: Path) -> None:
    diary = a_diary(tmp_path, "{at: 1d 06:00, pause: unpaid}", "{at: 2d, resume: unpaid}")
    with staged(tmp_path, a_market(), diary=diary, orders=120) as stage:
        stage.play(until=2 * DAY - HOUR)
        with reading(stage.engine.database) as connection:
            (brake,) = held(connection)
            sent = select(touches.c.sent_at).where(touches.c.state == TouchState.DELIVERED)
            times = list(connection.scalars(sent))
    assert (brake.scope, brake.name) == ("campaign", "unpaid")
    begins = stage.ask.scenario.start
    assert brake.since == begins + DAY + 6 * HOUR
    assert times
    assert max(times) <= begins + DAY + 6 * HOUR


def test_messages_go_on_after_the_release(tmp_path: Path) -> None:
    entries = ["{at: 12h, pause: all}", "{at: 1d, resume: all}"]
    free, short, for_ever = (
        played(tmp_path / name, a_market(), diary=a_diary(tmp_path / name, *some), orders=80)
        for name, some in (("free", []), ("short", entries), ("for-ever", entries[:1]))
    )
    sent = [sum(one.counts.messages.values()) for one in (for_ever, short, free)]
    assert 0 <= sent[0] < sent[1] <= sent[2] + 3


def test_a_published_file_takes_the_place_of_the_campaign_and_a_new_one_joins(
    tmp_path: Path,
) -> None:
    quiet = REMINDING.replace("status: active", "status: ended")
    texts = a_campaign(
        "texts", sequences={"plain": ["{step: text, after: 0m, sms: unpaid-reminder}"]}
    )
    diary = a_diary(
        tmp_path,
        "{at: 1d, publish: quiet.yaml}",
        "{at: 1d 12:00, publish: texts.yaml}",
        quiet=quiet,
        texts=texts,
    )
    found = played(tmp_path, a_market(), diary=diary, orders=150)
    assert found.campaigns == ("texts", "unpaid")
    enrolled = {row.arm.campaign: row.enrolled for row in found.report.rows if not row.arm.holdout}
    plain = played(tmp_path, a_market(), orders=150)
    before = next(row.enrolled for row in plain.report.rows if not row.arm.holdout)
    assert 0 < enrolled["unpaid"] < before / 2
    assert enrolled["texts"] > 0


def test_a_new_campaign_takes_no_other_ones_file(tmp_path: Path) -> None:
    files = files_in(tmp_path, REMINDING)
    renamed = files[0].rename(files[0].with_name("texts.yaml"))
    texts = a_campaign("texts")
    diary = a_diary(tmp_path, "{at: 6h, publish: new.yaml}", new=texts)
    ask = Ask(a_market(), 10, 1, 5)
    found = simulate(settings_of(tmp_path / "project"), [renamed], ask, diary=diary)
    assert found.campaigns == ("texts", "unpaid")


def test_a_story_that_stops_early_knows_what_was_known_then(tmp_path: Path) -> None:
    whole = played(tmp_path / "whole", a_market())
    part = played(tmp_path / "part", a_market(), until=1.5 * DAY)
    payload = part.verdict().payload()
    assert payload["to"] == "2026-10-06T12:00:00Z"
    assert 0 < payload["placed"] < whole.verdict().payload()["placed"] == 160
    assert [one["day"] for one in payload["curve"]] == [1, 2]
    assert all(row["mature"] == 0 for row in payload["sequences"])
    early = {n: f for n, f in whole.truth.fates.items() if n in part.truth.fates}
    assert all(part.truth.fates[n].silent_at == fate.silent_at for n, fate in early.items())
    assert not any(fate.cost for fate in part.truth.fates.values() if fate.letters == 0)
