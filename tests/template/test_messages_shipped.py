"""Every shipped message, in every language and channel, with and without an offer."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from recovery.message import Channel, MessageClass
from recovery.sms import has_link
from recovery.template.catalog import Catalog
from recovery.template.sample import OFFER_KINDS, bare, sample
from recovery.template.view import MessageView

LOCALES = {
    "en-US": ("$127.00", "Hello Grace Miller", re.compile(r"\byour\b")),
    "de-DE": ("127,00 €", "Guten Tag Anna Schneider", re.compile(r"\b(Ihre|Sie)\b")),
    "fr-FR": ("127,00 €", "Bonjour Camille Laurent", re.compile(r"\b(votre|vous)\b")),
    "es-ES": ("127,00 €", "Hola, Lucía Fernández", re.compile(r"\b(su|usted)\b")),
    "pt-BR": ("R$ 508,00", "Olá, Beatriz Souza", re.compile(r"\b(seu|você)\b", re.IGNORECASE)),
    "ja-JP": ("￥12,700", "佐藤 美咲 様", re.compile("(です|ます|ません|ました)")),
    "zh-CN": ("¥635.00", "王小明，您好", re.compile("您")),
}
SERVICE = ("payment-failed", "unpaid-reminder", "voucher-waiting")
MARKETING = ("cart-waiting", "last-call")
ALL = SERVICE + MARKETING
PLAIN = "plain-reminder"  # a service message that carries no link
OFFERS = {
    "en-US": ("10% off", "$5.00 off", "free shipping", "Tote bag as a free gift"),
    "de-DE": ("10 % Rabatt", "5,00 € Rabatt", "kostenloser Versand", "Tote bag als Geschenk"),
    "fr-FR": (
        "10 % de réduction",
        "5,00 € de réduction",
        "livraison offerte",
        "Tote bag en cadeau",
    ),
    "es-ES": ("10 % de descuento", "5,00 € de descuento", "envío gratis", "Tote bag de regalo"),
    "pt-BR": ("10% de desconto", "R$ 20,00 de desconto", "frete grátis", "Tote bag de brinde"),
    "ja-JP": ("10%割引", "￥500割引", "送料無料", "Tote bagプレゼント"),
    "zh-CN": ("立减10%", "立减¥25.00", "免运费", "赠送Tote bag"),
}


class Words(HTMLParser):
    """The visible words of a page, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.images = "", [], []
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if tag == "a" and name == "href"]
        self.images += [dict(attrs) for _ in (1,) if tag == "img"]


def spaces(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(Path(__file__).parents[2] / "templates")


def test_the_shipped_templates_have_no_problems(catalog: Catalog) -> None:
    assert catalog.problems() == []


def test_what_ships(catalog: Catalog) -> None:
    assert {*catalog.names()} == {*ALL, PLAIN, "call-customer"}
    for name in (*ALL, PLAIN):
        expected = MessageClass.SERVICE if name in (*SERVICE, PLAIN) else MessageClass.MARKETING
        assert catalog.message_class(name) is expected
        assert catalog.channels(name) == {Channel.EMAIL, Channel.SMS}
        assert catalog.locales(name) == ("de", "en", "es", "fr", "ja", "pt-BR", "zh-CN")
        assert catalog.description(name)
    assert catalog.channels("call-customer") == {Channel.TASK}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ALL)
def test_an_email_says_what_a_customer_needs(catalog: Catalog, name: str, locale: str) -> None:
    amount, greeting, language = LOCALES[locale]
    view = sample(locale)
    mail = catalog.email(name, view)
    page = Words(mail.html)
    for words in (spaces(mail.text), page.text):
        assert amount in words
        assert greeting in words
        assert language.search(words)
        assert all(item.name in words for item in view.order.items)
        assert all(method in words for method in view.methods)
        assert "help@shop.example" in words
        assert view.shop.address in words
    assert page.links.count(view.pay_url) == 2
    assert view.pay_url in mail.text
    assert f'lang="{mail.locale}"' in mail.html
    assert mail.subject == mail.subject.strip() and "\n" not in mail.subject
    assert len(mail.subject) <= 78


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ALL)
def test_only_marketing_can_be_unsubscribed_from(catalog: Catalog, name: str, locale: str) -> None:
    view = sample(locale)
    mail = catalog.email(name, view)
    said = (view.unsubscribe_url in mail.text, view.unsubscribe_url in Words(mail.html).links)
    assert said == ((False, False) if name in SERVICE else (True, True))
    assert (view.unsubscribe_url in catalog.sms(name, view).body) is (name in MARKETING)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", OFFER_KINDS)
@pytest.mark.parametrize("name", MARKETING)
def test_an_offer_is_shown_with_code_and_expiry(
    catalog: Catalog, name: str, kind: str, locale: str
) -> None:
    view, words = sample(locale, offer=kind), OFFERS[locale][OFFER_KINDS.index(kind)]
    mail, plain = catalog.email(name, view), catalog.email(name, sample(locale))
    assert view.offer is not None
    for text in (spaces(mail.text), Words(mail.html).text):
        assert words.casefold() in text.casefold()
        assert view.offer.code in text
        assert "25" in text  # the day it ends
    assert words.casefold() not in spaces(plain.text + plain.html).casefold()
    assert view.offer.code not in plain.text + plain.html
    assert view.offer.code in catalog.sms(name, view).body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("make", [sample, bare])
def test_the_plain_reminder_carries_no_link_and_no_button(
    catalog: Catalog, make: Callable[[str], MessageView], locale: str
) -> None:
    view = make(locale)
    mail, sms = catalog.email(PLAIN, view), catalog.sms(PLAIN, view)
    page = Words(mail.html)
    assert (page.links, page.images) == ([], [])
    assert not any(has_link(words) for words in (mail.subject, mail.text, mail.html, sms.body))
    for words in (page.text, spaces(mail.text)):
        assert view.order.number in words
        assert LOCALES[locale][2].search(words)
    assert view.order.number in sms.body
    assert sms.segments == 1


@pytest.mark.parametrize("name", SERVICE)
def test_a_service_message_never_shows_an_offer(catalog: Catalog, name: str) -> None:
    with_offer, without = sample("de-DE", offer="percent"), sample("de-DE")
    assert catalog.email(name, with_offer) == catalog.email(name, without)
    assert catalog.sms(name, with_offer) == catalog.sms(name, without)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ALL)
def test_the_least_that_is_known_is_enough(catalog: Catalog, name: str, locale: str) -> None:
    view = bare(locale)
    mail, text = catalog.email(name, view), catalog.sms(name, view).body
    for words in (mail.subject, mail.text, mail.html, text):
        assert "None" not in words
    assert view.pay_url in mail.text and view.pay_url in text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ALL)
def test_what_an_sms_costs(catalog: Catalog, name: str, locale: str) -> None:
    """One in Latin script; two where UCS-2 halves the room or a code comes along."""
    latin = locale not in ("ja-JP", "zh-CN")
    offers = (None, *OFFER_KINDS) if name in MARKETING else (None,)
    for kind in offers:
        # A number that can be answered needs no second link.
        view = replace(sample(locale, offer=kind), unsubscribe_url=None)
        sms = catalog.sms(name, view)
        assert sms.encoding == ("GSM-7" if latin else "UCS-2"), sms
        most = 1 if latin and kind is None else 3 if kind == "gift" and not latin else 2
        assert sms.segments <= most, sms
        assert view.pay_url in sms.body
        assert view.shop.name in sms.body


@pytest.mark.parametrize("locale", LOCALES)
def test_the_deadline_names_its_time_zone(catalog: Catalog, locale: str) -> None:
    zone = {
        "en-US": "Eastern Time",
        "de-DE": "Mitteleuropäische Zeit",
        "fr-FR": "heure d’Europe centrale",
        "es-ES": "hora de Europa central",
        "pt-BR": "Horário de Brasília",
        "ja-JP": "日本時間",
        "zh-CN": "中国时间",
    }[locale]
    mail = catalog.email("unpaid-reminder", sample(locale))
    assert zone in mail.text and zone in mail.html


@pytest.mark.parametrize("name", ALL)
def test_it_reads_with_images_off(catalog: Catalog, name: str) -> None:
    view = sample("en-US")
    branded = replace(view, shop=replace(view.shop, logo_url="https://shop.example/logo.png"))
    (logo,) = Words(catalog.email(name, branded).html).images
    assert logo["alt"] == view.shop.name and logo["src"] == "https://shop.example/logo.png"
    assert Words(catalog.email(name, view).html).images == []


@pytest.mark.parametrize(("staff", "words"), [("en", "Do not say"), ("zh-CN", "请不要说")])
def test_a_task_is_in_the_colleagues_language(catalog: Catalog, staff: str, words: str) -> None:
    view: MessageView = sample("ja-JP")
    told = sample(staff, staff=True).staff
    task = catalog.task("call-customer", replace(view, staff=told))
    assert told is not None
    for part in (words, told.reason_words, told.phone, told.note, view.pay_url, "ja-JP", "10482"):
        assert str(part) in task
    assert "陶器のマグカップ" in task


@pytest.mark.parametrize("locale", LOCALES)
def test_each_failure_has_its_own_way_out(catalog: Catalog, locale: str) -> None:
    """What helps is said in the customer's language; why the bank said no is not."""
    letters = {
        suggestion: catalog.email("payment-failed", replace(sample(locale), suggest=suggestion))
        for suggestion in ("", "other_method", "fix_details", "confirm", "same_method")
    }
    assert len({letter.text for letter in letters.values()}) == len(letters)
    assert len({letter.html for letter in letters.values()}) == len(letters)
    assert catalog.email("payment-failed", replace(sample(locale), suggest="resume")) == letters[""]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_loaded_from_strangers(catalog: Catalog, name: str) -> None:
    """A web font or a picture of somebody else tells them who reads which mail."""
    html = catalog.email(name, sample("en-US")).html
    hosts = set(re.findall(r"https?://([^/\s\"')<]+)", html))
    assert hosts <= {"www.w3.org", "shop.example", "pay.shop.example"}, hosts
