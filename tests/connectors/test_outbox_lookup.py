"""Lost messages in a folder: by name and by the time inside."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recovery.connectors.base import Answer, Wanted
from recovery.connectors.outbox.lookup import OutboxLookup
from recovery.connectors.outbox.send import Outbox
from recovery.message import Channel, EmailMessage, SmsMessage
from tests.support.messages import an_email, an_sms


@pytest.fixture(params=[Channel.EMAIL, Channel.SMS])
def channel(request: pytest.FixtureRequest) -> Channel:
    return Channel(request.param)


def message(channel: Channel, touch: int) -> EmailMessage | SmsMessage:
    return an_email(touch) if channel is Channel.EMAIL else an_sms(touch)


def find(root: Path, channel: Channel, *touches: int, late: timedelta = timedelta()) -> Answer:
    at = message(channel, 1).at + late
    return OutboxLookup(root, channel).find(
        [Wanted(touch, "anyone", at) for touch in touches], lambda _: None
    )


def test_a_file_is_proof(tmp_path: Path, channel: Channel) -> None:
    receipt = Outbox(tmp_path, channel).send(message(channel, 42))
    Outbox(tmp_path, channel).send(message(channel, 421))
    answer = find(tmp_path, channel, 42, 4)
    assert answer.searched == {42, 4}
    assert {touch: found.provider_id for touch, found in answer.found.items()} == {
        42: receipt.provider_id
    }


def test_a_file_of_an_older_database_is_none(tmp_path: Path, channel: Channel) -> None:
    Outbox(tmp_path, channel).send(message(channel, 42))
    answer = find(tmp_path, channel, 42, late=timedelta(days=1))
    assert (dict(answer.found), answer.searched) == ({}, {42})


def test_a_second_copy_counts_when_the_first_is_old(tmp_path: Path) -> None:
    later = datetime(2026, 12, 24, tzinfo=UTC)
    outbox = Outbox(tmp_path, Channel.EMAIL)
    outbox.send(an_email(42))
    outbox.send(an_email(42, at=later))
    answer = OutboxLookup(tmp_path, Channel.EMAIL).find(
        [Wanted(42, "ana@example.com", later)], lambda _: None
    )
    assert answer.found[42].provider_id == "email/42.2.eml"


def test_an_outbox_that_is_not_there_holds_nothing(tmp_path: Path, channel: Channel) -> None:
    assert find(tmp_path / "none", channel, 42).searched == {42}


def test_a_file_of_another_kind_proves_nothing(tmp_path: Path, channel: Channel) -> None:
    folder = tmp_path / channel.value
    folder.mkdir()
    (folder / "42.json").write_text("{}")
    (folder / "42.eml").write_text("hello")
    assert dict(find(tmp_path, channel, 42).found) == {}


def test_what_cannot_be_read_is_not_searched(tmp_path: Path, channel: Channel) -> None:
    name = "42.eml" if channel is Channel.EMAIL else "42.json"
    (tmp_path / channel.value / name).mkdir(parents=True)
    assert find(tmp_path, channel, 42).searched == frozenset()
