"""What templates say, as far as a campaign has to know it: class and languages."""

from dataclasses import dataclass
from functools import cached_property

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
        """Whether a customer of `locale` reads another language, though that was not meant.

        It was meant where message.yaml names its fallback and nothing else in this project speaks
        the language either.
        """
        try:
            message = self.catalog.message(template)
        except TemplateError:
            return False
        spoken = choose(locale, message.locales(channel), message.fallback)
        if spoken is None or tongue(spoken) == tongue(locale):
            return False
        return not message.deliberate or tongue(locale) in self._tongues

    def heed(self, template: str, channel: Channel) -> Heed | None:
        """How its words for `channel` heed the variant of a step."""
        try:
            return self.catalog.heed(template, channel)
        except TemplateError:
            return None

    @cached_property
    def _tongues(self) -> frozenset[str]:
        """The languages that anything is written in."""
        read = [name for name in self.catalog.names() if self.message_class(name) is not None]
        return frozenset(tongue(one) for name in read for one in self.catalog.locales(name))
