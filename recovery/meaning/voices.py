"""What templates say, as far as a campaign has to know it: class and languages."""

from dataclasses import dataclass

from recovery.message import Channel, MessageClass
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError
from recovery.template.heed import Heed
from recovery.template.locales import choose


def tongue(locale: str) -> str:
    """The language of a locale: `pt` of `pt-BR`."""
    return locale.replace("_", "-").partition("-")[0]


@dataclass(frozen=True)
class Voices:
    """Answers about the templates of one catalog; None where a template can't be read."""

    catalog: Catalog

    def message_class(self, template: str) -> MessageClass | None:
        """Whether it calls itself service or marketing."""
        try:
            return self.catalog.message_class(template)
        except TemplateError:
            return None

    def lacks(self, template: str, channel: Channel, locale: str) -> bool:
        """Whether a customer of `locale` reads the fallback, in another language than theirs."""
        try:
            message = self.catalog.message(template)
        except TemplateError:
            return False
        spoken = choose(locale, message.locales(channel), message.fallback)
        return spoken is not None and tongue(spoken) != tongue(locale)

    def heed(self, template: str, channel: Channel) -> Heed | None:
        """How its words for `channel` heed the variant of a step."""
        try:
            return self.catalog.heed(template, channel)
        except TemplateError:
            return None
