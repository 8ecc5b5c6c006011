"""Proofs: each message of a folder written out once a language, and what its words alone tell.

The preview writes every step for every market with every sample order. Most of what it finds is in
the template, whoever it goes to: that much `recovery check` finds here, without a campaign.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from recovery.dispatch.render import shop_view
from recovery.links import Links
from recovery.message import Channel, MessageClass
from recovery.preview.checks import Finding, Words, email_findings, sms_findings
from recovery.preview.orders import EMAIL, NOBODYS, SECRET
from recovery.problems import Place, Problem
from recovery.settings import Settings
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError
from recovery.template.messages import FILES, LETTER
from recovery.template.sample import NOW, sample
from recovery.template.view import MessageView

LONG = "https://pay.shop.example"  # as long as a shop's own address: localhost is shorter
USUAL_PARTS = 4  # of an SMS with two signed links, in Chinese
_LIFE = timedelta(days=30)


def proofs(settings: Settings, catalog: Catalog, names: Sequence[str]) -> list[Problem]:
    """What is doubtful about `names`, each in its own file and line; a broken one is left out."""
    press = _Press(settings, catalog)
    found = [one for name in names for one in press.problems(name)]
    return list({(one.code, one.file, one.line, one.message): one for one in found}.values())


def public_url(settings: Settings) -> str:
    """Where sent links lead: in place of localhost, an address as long as those of shops."""
    return LONG if "//localhost" in settings.public_url else settings.public_url


@dataclass(frozen=True)
class _Press:
    settings: Settings
    catalog: Catalog

    def problems(self, name: str) -> Iterator[Problem]:
        try:
            message = self.catalog.message(name)
        except TemplateError:
            return  # told by the check of templates
        for channel in (Channel.EMAIL, Channel.SMS):
            for locale in sorted(message.locales(channel)):
                file = next(file for file in FILES[channel] if file in message.files[locale])
                path = f"{self.catalog.root.name}/{name}/{locale}/{file}"
                whole = self._view(locale, message.message_class)
                for variant in ("", *self._variants(name, channel)):
                    yield from self._page(name, channel, replace(whole, variant=variant), path)

    def _variants(self, name: str, channel: Channel) -> Iterable[str]:
        """Those that its words ask for."""
        try:
            return self.catalog.heed(name, channel).names
        except TemplateError:
            return ()

    def _page(self, name: str, channel: Channel, view: MessageView, path: str) -> Iterator[Problem]:
        try:
            if channel is Channel.SMS:
                found = tuple(sms_findings(self.catalog.sms(name, view).body))
            else:
                email = self.catalog.email(name, view)
                words = Words(email.subject, email.text, email.html, EMAIL, view.customer_name)
                way_out = view.unsubscribe_url if path.endswith(LETTER) else None
                found = email_findings(words, self._linked, way_out)
        except TemplateError:
            return
        for one in found:
            if one.code != "CR162" and not _usual(one):  # CR127 names the sign
                yield self._placed(one, path)

    def _view(self, locale: str, kind: MessageClass) -> MessageView:
        """The order of a sample in this very shop, with links as long as real ones."""
        offer = "percent" if kind is MessageClass.MARKETING else None
        until = NOW + _LIFE
        links = Links(SECRET, public_url(self.settings))
        out = links.unsubscribe(NOBODYS, NOBODYS, "email", until) if offer else None
        return replace(
            sample(locale, offer=offer),
            shop=shop_view(self.settings.shop),
            pay_url=links.pay(NOBODYS, NOBODYS, until),
            unsubscribe_url=out,
        )

    @cached_property
    def _linked(self) -> Settings:
        return self.settings.model_copy(update={"public_url": public_url(self.settings)})

    def _placed(self, one: Finding, path: str) -> Problem:
        """At the word it is about: in the message's own file, or in the layout around it."""
        words = one.parameters.get("given")
        for file in (path, *self._layouts) if words else ():
            for number, line in enumerate(self._lines(file), 1):
                if (at := line.find(str(words))) >= 0:
                    return one.problem(file, Place(number, at + 1, at + 1 + len(str(words))))
        return one.problem(path, self._subject(path) if one.code == "CR158" else Place(1, 1, 2))

    def _subject(self, path: str) -> Place:
        for number, line in enumerate(self._lines(path), 1):
            if line.startswith("subject:"):
                at = len(line) - len(line.removeprefix("subject:").lstrip())
                return Place(number, at + 1, len(line) + 1)
        return Place(1, 1, 2)

    @cached_property
    def _layouts(self) -> tuple[str, ...]:
        root = self.catalog.root
        files = sorted((root / "layouts").glob("*.*"))
        return tuple(file.relative_to(root.parent).as_posix() for file in files if file.is_file())

    def _lines(self, file: str) -> list[str]:
        path: Path = self.catalog.root.parent / file
        return path.read_text("utf-8-sig", "replace").splitlines()


def _usual(one: Finding) -> bool:
    """A price that two signed links bring about; only the preview shows it order by order."""
    parts = one.parameters.get("parts")
    return one.code == "CR163" and isinstance(parts, int) and parts <= USUAL_PARTS
