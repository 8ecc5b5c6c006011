"""Files a person can open, and that nothing replaces."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from recovery.connectors.outbox.send import Outbox
from recovery.message import Channel
from tests.support.messages import an_email, an_sms


def test_an_email_is_a_file_named_by_its_touch(tmp_path: Path) -> None:
    receipt = Outbox(tmp_path, Channel.EMAIL).send(an_email(42))
    assert (receipt.provider, receipt.provider_id) == ("outbox", "email/42.eml")
    assert b"X-Recovery-Touch: 42\r\n" in (tmp_path / "email" / "42.eml").read_bytes()


def test_an_sms_is_json_that_can_be_read(tmp_path: Path) -> None:
    Outbox(tmp_path, Channel.SMS, sms_from="Shop").send(an_sms(43))
    text = (tmp_path / "sms" / "43.json").read_text("utf-8")
    assert "你好 Ana" in text
    assert json.loads(text) == {
        "to": "+4915112345678",
        "from": "Shop",
        "body": "你好 Ana: https://shop.example/p/abc",
        "segments": 1,
        "at": "2026-11-22T09:00:00+00:00",
        "touch": 43,
        "campaign": "card-declined",
        "step": "reminder",
        "order": "SO-43",
    }


def test_a_second_message_for_a_touch_lies_beside_the_first(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Channel.EMAIL)
    ids = [outbox.send(an_email(1, subject=subject)).provider_id for subject in ("one", "two")]
    assert ids == ["email/1.eml", "email/1.2.eml"]
    assert b"Subject: one" in (tmp_path / ids[0]).read_bytes()


def test_no_message_is_lost_when_many_write_the_same_touch(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Channel.SMS)
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda _: outbox.send(an_sms(1)), range(40)))
    assert len({receipt.provider_id for receipt in receipts}) == 40
    assert len(list((tmp_path / "sms").iterdir())) == 40


def test_only_finished_files_are_left(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, Channel.EMAIL)
    for touch in range(1, 6):
        outbox.send(an_email(touch))
    assert {file.name for file in (tmp_path / "email").iterdir()} == {
        f"{touch}.eml" for touch in range(1, 6)
    }


def test_nobody_else_reads_the_messages(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    Outbox(folder, Channel.EMAIL).send(an_email())
    (file,) = (folder / "email").iterdir()
    modes = [one.stat().st_mode & 0o777 for one in (folder, file.parent, file)]
    assert modes == [0o700, 0o700, 0o600]
