"""The operator: does what a diary says, by the means that the engine gives to everybody: its
brakes, its campaign files, its market rules; and the shop's own till.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

from recovery.campaign.vocabulary import guess
from recovery.db import writing
from recovery.engine import Engine
from recovery.i18n import Text, say
from recovery.intake import pauses
from recovery.markets.own import FOLDER as MARKETS
from recovery.simulate.checkout import Checkout
from recovery.simulate.diary import Action, DiaryError, Verb


class Operator:
    """Carries out entries of a diary, each at its instant; calls `renew` when files changed."""

    def __init__(self, engine: Engine, checkout: Checkout, renew: Callable[[], None]) -> None:
        self._engine, self._checkout, self._renew = engine, checkout, renew
        self._offers: dict[str, None] = {}  # all that there ever were, in order
        self._read()

    def act(self, action: Action, now: datetime) -> None:
        """Do it. Raises DiaryError for a name that nobody knows then, and CampaignError when the
        engine can't run a published file."""
        match action.verb:
            case Verb.PAUSE | Verb.RESUME:
                self._brake(action, now)
            case Verb.PUBLISH:
                self._publish(action)
            case Verb.MARKET:
                self._rule(action)
            case Verb.WITHDRAW:
                _expect(action, list(self._offers), say("no offer is called {name}; {guess}"))
                self._checkout.withdraw(action.what)

    def _brake(self, action: Action, now: datetime) -> None:
        assert action.brake is not None, "the reader gives one to both"  # noqa: S101
        scope, name = action.brake
        if scope is pauses.Scope.CAMPAIGN:
            known = [one.campaign.campaign for one in self._engine.programme().loaded]
            _expect(action, known, say("no campaign is called {name}; {guess}"))
        with writing(self._engine.database) as connection:
            if action.verb is Verb.PAUSE:
                pauses.hold(connection, scope, name, now)
            else:
                pauses.release(connection, scope, name)

    def _publish(self, action: Action) -> None:
        """A file takes the place of the one with the same campaign, whatever that is called."""
        folder = self._engine.settings.campaigns_dir
        name = self._file_of(action.campaign) if action.campaign else "defaults.yaml"
        (folder / name).write_text(action.text, "utf-8")
        self._renew()
        for broken in self._engine.programme().broken:
            raise broken
        self._read()

    def _file_of(self, campaign: str) -> str:
        """The file that has a campaign, or a name that no other one's file has."""
        loaded = self._engine.programme().loaded
        there = {one.campaign.campaign: Path(one.file).name for one in loaded}
        free = (f"{campaign}{number or ''}.yaml" for number in count())
        return there.get(campaign) or next(name for name in free if name not in there.values())

    def _rule(self, action: Action) -> None:
        folder, market = self._engine.settings.project / MARKETS, Path(action.what).stem
        folder.mkdir(exist_ok=True)
        for older in folder.glob(f"{market}.y*ml"):
            older.unlink()
        (folder / f"{market}.yaml").write_text(action.text, "utf-8")
        self._renew()

    def _read(self) -> None:
        for one in self._engine.programme().loaded:
            self._offers |= dict.fromkeys(one.campaign.offers)


def _expect(action: Action, known: Sequence[str], otherwise: Text) -> None:
    """DiaryError, unless somebody knows the name."""
    if action.what not in known:
        told = say(otherwise.words, name=action.what, guess=guess(action.what, known))
        raise DiaryError([(action.place, told)])
