"""Notes of the markets, about the messages that would go there and no others."""

from recovery.forecast.legal import legal_notes
from recovery.forecast.samples import Kind
from recovery.i18n import LANGUAGES
from recovery.markets import load_markets
from recovery.message import Channel, MessageClass


def about(channel: Channel, given: MessageClass, *, offer: bool = False) -> set[str]:
    kind = Kind("spring", channel, "a-template", "de-DE", "DE", offer)
    found = legal_notes([kind], load_markets(), lambda name: given)
    assert {note.market for note in found["spring"]} == {"DE"}
    assert all(set(note.text) == set(LANGUAGES) for note in found["spring"])
    return {note.about for note in found["spring"]}


def test_a_service_mail_needs_to_know_of_service_mails() -> None:
    found = about(Channel.EMAIL, MessageClass.SERVICE)
    assert "consent.email_service" in found
    assert not {"consent.email_marketing", "consent.sms_service", "prices"} & found


def test_an_offer_is_marketing_and_announces_a_price() -> None:
    found = about(Channel.SMS, MessageClass.SERVICE, offer=True)
    assert {"consent.sms_marketing", "prices"} <= found
    assert "consent.sms_service" not in found
