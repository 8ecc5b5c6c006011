"""A cell of the matrix as the very message a customer would get: the dispatcher's own renderer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recovery.campaign.schema import Campaign
from recovery.dispatch.render import Message, Renderer
from recovery.links import Links
from recovery.markets import Markets
from recovery.message import Channel, EmailMessage, MessageClass, SmsMessage
from recovery.preview.checks import Finding, Markup, findings
from recovery.preview.matrix import Cell, Wish, cells
from recovery.preview.orders import SECRET, grant, order, situation
from recovery.preview.proofs import public_url
from recovery.preview.samples import Samples
from recovery.settings import Settings
from recovery.sms import Length, measure
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError


@dataclass(frozen=True)
class Shown:
    """One message of the preview, or why it can't be written (`error`)."""

    cell: Cell
    message_class: MessageClass | None
    message: Message | None = None
    task: str = ""  # what a colleague reads
    markup: Markup | None = None  # of an e-mail's HTML
    length: Length | None = None  # of an SMS
    error: TemplateError | None = None
    warnings: Sequence[Finding] = field(default=())

    @property
    def channel(self) -> Channel:
        """How it would go out."""
        return self.cell.step.channel

    @property
    def subject(self) -> str | None:
        """Of an e-mail."""
        return self.message.subject if isinstance(self.message, EmailMessage) else None

    @property
    def text(self) -> str:
        """Its words without markup."""
        if isinstance(self.message, EmailMessage):
            return self.message.text
        return self.message.body if isinstance(self.message, SmsMessage) else self.task

    @property
    def key(self) -> str:
        """Its name in a link: `campaign.step.email.DE.de-DE.usual`, and its variant behind that."""
        place = self.cell.place
        parts = (self.cell.campaign.campaign, self.cell.stage.name, self.channel)
        where = (place.market.country, place.locale, self.cell.name)
        return ".".join((*parts, *where, *filter(None, [self.cell.variant])))


@dataclass(frozen=True)
class Studio:
    """Writes messages of samples. Its links are signed with a secret that opens nothing, and are as
    long as real ones: `localhost` would make an SMS look cheaper than it will be."""

    settings: Settings
    samples: Samples
    markets: Markets
    renderer: Renderer
    staff: str = "en"  # the language of colleagues

    @classmethod
    def of(
        cls, settings: Settings, samples: Samples, markets: Markets, staff: str = "en"
    ) -> "Studio":
        """The studio of a project."""
        settings = settings.model_copy(update={"public_url": public_url(settings)})
        links = Links(SECRET, settings.public_url)
        renderer = Renderer(Catalog(settings.templates_dir), links, settings.shop)
        return cls(settings, samples, markets, renderer, staff)

    def shows(self, campaigns: Sequence[Campaign], wish: Wish, now: datetime) -> Iterator[Shown]:
        """Every message of the campaigns that `wish` names."""
        for cell in cells(campaigns, self.samples, self.markets, wish):
            yield self.show(cell, now)

    def show(self, cell: Cell, now: datetime) -> Shown:
        """Write one message and look at it; a template's mistake is shown, not raised."""
        message_class = self.renderer.class_of(cell.step.template)
        facts = order(cell.campaign, cell.step, cell.place, cell.sample, self.samples, now)
        about = (cell.campaign, cell.step, cell.place)
        s = situation(*about, message_class, facts, now, cell.variant)
        try:
            if cell.step.channel is Channel.TASK:
                words = self.renderer.task(s, self.staff, now)
                return Shown(cell, None, task=words, warnings=tuple(_never(cell)))
            coupon = grant(cell.campaign, cell.step, facts, cell.sample, now)
            message = self.renderer.render(s, coupon, now)
        except TemplateError as error:
            return Shown(cell, message_class, error=error)
        return self._looked_at(cell, message, now)

    def _looked_at(self, cell: Cell, message: Message, now: datetime) -> Shown:
        told = (
            *_never(cell),
            *findings(message, self.settings, self.renderer.links, cell.place.rules, now),
        )
        if isinstance(message, EmailMessage):
            markup = Markup.of(message.html)
            return Shown(cell, message.message_class, message, markup=markup, warnings=told)
        length = measure(message.body)
        return Shown(cell, message.message_class, message, length=length, warnings=told)


def _never(cell: Cell) -> Iterator[Finding]:
    """Shown because somebody asked for the market, though its step leaves it out."""
    if not cell.goes_out:
        country = cell.place.market.country
        yield Finding("CR164", {"given": cell.step.step, "market": country})
