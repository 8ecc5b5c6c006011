"""A house whose messages go to the fake providers, and what must hold between both afterwards."""

from datetime import timedelta

from recovery.dispatch.claim import LEASE
from recovery.dispatch.reconcile import SETTLE
from recovery.engine import Engine
from recovery.message import Channel
from recovery.settings import load_settings
from tests.support.desks import ACCOUNT_SID, API_KEY, AUTH_TOKEN, SERVICE_SID
from tests.support.house import House
from tests.support.providers import Providers

BEYOND_LEASE = LEASE + timedelta(minutes=1)
SETTLED = SETTLE[Channel.EMAIL] + timedelta(minutes=1)


def sending_to(url: str) -> dict[str, str]:
    """Settings that send through the providers at `url`."""
    return {
        "RECOVERY_EMAIL_SENDER": "sendgrid",
        "RECOVERY_SENDGRID_API_KEY": API_KEY,
        "RECOVERY_SENDGRID_BASE_URL": url,
        "RECOVERY_SMS_SENDER": "twilio",
        "RECOVERY_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "RECOVERY_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "RECOVERY_TWILIO_MESSAGING_SERVICE_SID": SERVICE_SID,
        "RECOVERY_TWILIO_BASE_URL": url,
    }


class Shop:
    """A house and its providers, whose clocks go together."""

    def __init__(self, house: House, providers: Providers, **settings: str) -> None:
        self.house, self.providers = house, providers
        house.environ |= sending_to(providers.url) | settings
        house.engine.close()
        house.engine = Engine(load_settings(house.project, house.environ), house.clock)
        self.wait(timedelta(0))

    def wait(self, span: timedelta) -> None:
        """Let time pass, here and there."""
        self.house.clock.advance(span)
        self.providers.at = self.house.now

    def recovers(self) -> None:
        """Runs until nothing can be learned any more; new orders show that the channel lives."""
        for span in (BEYOND_LEASE, SETTLED, SETTLED, SETTLED):
            self.wait(span)
            self.house.an_unpaid_order()
            self.house.run()

    def states(self) -> dict[str, str]:
        """Touch → state."""
        return {str(touch["id"]): touch["state"] for touch in self.house.touches()}

    def is_square(self) -> None:
        """Every touch is sent, each as one message, and there is no other message."""
        states = self.states()
        assert set(states.values()) == {"sent"}
        assert dict(self.providers.per_touch) == dict.fromkeys(states, 1)
        assert self.providers.complaints == []
