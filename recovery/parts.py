"""What an engine has: settings, clock, database, templates, rules, senders; each opened when it is
needed, and read anew when its files have changed: a worker lives longer than a template.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Engine as Database

from recovery import telemetry
from recovery.clock import Clock
from recovery.connectors import email_sender, sms_sender
from recovery.connectors.base import Sender
from recovery.db import open_engine, reading
from recovery.dispatch.executor import Dispatcher
from recovery.dispatch.pace import Limits as PaceLimits
from recovery.dispatch.prepare import Workshop
from recovery.dispatch.render import Renderer
from recovery.links import Links
from recovery.markets import Markets, load_markets
from recovery.markets.rates import Rates, load_rates
from recovery.message import Channel
from recovery.migrations import prepare
from recovery.planner import publish
from recovery.programme import Programme, read_programme
from recovery.settings import Settings
from recovery.template.catalog import Catalog


class Parts:
    """The parts of one project. Cheap to make."""

    def __init__(
        self, settings: Settings, clock: Clock, senders: Mapping[Channel, Sender] | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._given = senders
        self._templates: tuple[int, Catalog] | None = None
        self._markets: tuple[int, Markets] | None = None

    @cached_property
    def database(self) -> Database:
        """The database, brought to the shape this version needs."""
        engine = open_engine(self.settings.database_url)
        prepare(engine)
        return engine

    @property
    def catalog(self) -> Catalog:
        """The templates of the project as they are now: a worker lives longer than a template."""
        files = self.settings.templates_dir.rglob("*")
        stamp = hash(tuple(sorted((str(file), file.stat().st_mtime_ns) for file in files)))
        if self._templates is None or self._templates[0] != stamp:
            self._templates = stamp, Catalog(self.settings.templates_dir)
        return self._templates[1]

    @property
    def markets(self) -> Markets:
        """The rules of the markets, with the project's own as they are now."""
        files = sorted((self.settings.project / "markets").glob("*.y*ml"))
        stamp = hash(tuple((str(file), file.stat().st_mtime_ns) for file in files))
        if self._markets is None or self._markets[0] != stamp:
            self._markets = stamp, load_markets(self.settings.project)
        return self._markets[1]

    @cached_property
    def senders(self) -> Mapping[Channel, Sender]:
        """One sender a channel, as the settings say, unless some were given."""
        return self._given or {
            Channel.EMAIL: email_sender(self.settings),
            Channel.SMS: sms_sender(self.settings),
        }

    def close(self) -> None:
        """Give connections back: senders' and the database's."""
        for sender in self.__dict__.get("senders", {}).values():
            sender.close()
        if "database" in self.__dict__:
            self.database.dispose()

    def programme(self) -> Programme:
        """Read the campaigns folder; a file that turned bad goes on with what was live of it."""
        found = read_programme(self.settings.campaigns_dir, self.catalog, self.markets)
        if not found.unread:
            return found
        with reading(self.database) as connection:
            return found.going_on_with(publish.last_good(connection, found.unread))

    def rates(self, now: datetime) -> Rates:
        """The reference rates of the day, the merchant's own first."""
        return load_rates(now.date(), self.settings.rates_file)

    @cached_property
    def links(self) -> Links:
        return Links(self.settings.secret_key.get_secret_value(), self.settings.public_url)

    def dispatcher(
        self, programme: Programme, now: datetime, *, patient: bool = False
    ) -> Dispatcher:
        """Whoever sends what is due at `now`; `patient`: time goes on meanwhile."""
        secret, pace = self.settings.secret_key.get_secret_value(), self.settings.pace
        renderer = Renderer(self.catalog, self.links, self.settings.shop)
        limits = PaceLimits.read(pace.email, pace.sms, pace.markets)
        return Dispatcher(
            database=self.database,
            workshop=Workshop(renderer, self.rates(now), secret, limits),
            scripts=programme.scripts(),
            senders=self.senders,
            concurrency=self.settings.concurrency,
            batch=self.settings.batch,
            patient=patient,
            markets=self.markets,
            run_id=telemetry.run_id() or None,
            span=timedelta(seconds=pace.seconds),
        )
