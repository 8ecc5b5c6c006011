"""`recovery answers`: from a customer's words to "seen to"."""

import json

from recovery.connectors.twilio.read import inbound_key
from recovery.db import writing
from recovery.intake import inbox
from tests.support.cli import answered, recovery
from tests.support.house import House

FORM = {"MessageSid": "SM1", "From": "+4930901820", "To": "+15005550001", "Body": "Is [it] red?"}


def test_an_answer_is_read_and_closed(small_house: House) -> None:
    house = small_house
    number = house.an_unpaid_order(phone="+4930901820")
    with writing(house.engine.database) as connection:
        items = [(inbound_key(FORM), json.dumps({"form": FORM}))]
        inbox.store(connection, inbox.TWILIO_INBOUND, items, house.now)
    where = ("--project", house.project)
    found = answered("answers", "list", *where, **house.environ)
    (one,) = found["answers"]
    assert (found["waiting"], one["order"], one["words"]) == (1, number, "Is [it] red?")
    shown = recovery("answers", "list", *where, **house.environ).stdout
    assert f"order {number}" in shown
    assert "Is [it] red?" in shown
    close = ("answers", "close", one["id"], "--by", "Anna", *where)
    assert answered(*close, **house.environ) == {"closed": 1}
    assert "Nobody waits" in recovery("answers", "list", *where, **house.environ).stdout
    story = recovery("explain", number, *where, **house.environ)
    assert story.exit_code == 0
    assert recovery("answers", "close", 77, "--by", "A", *where, **house.environ).exit_code == 2
