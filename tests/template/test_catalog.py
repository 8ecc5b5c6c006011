"""Fall-back, hostile values, the sandbox, errors that name the marketer's line, threads."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from recovery.errors import Exit
from recovery.message import Channel
from recovery.money import Money
from recovery.template.errors import TemplateError
from recovery.template.sample import sample
from recovery.template.view import ItemView, MessageView

LETTER = "subject: {0}\npreheader: p\nheadline: h\n\n{0}\n"
ANNA = sample("en-US")


def a_customer_called(name: str | None) -> MessageView:
    return replace(ANNA, customer_name=name)


def test_a_letter_is_subject_text_and_html(message) -> None:
    catalog = message({"letter.txt": LETTER.format("Hello **{{ customer_name }}** & all")})
    mail = catalog.email("m", ANNA)
    assert mail.subject == "Hello **Grace Miller** & all"
    assert mail.text.startswith("Hello Grace Miller & all\n")
    assert "Hello <strong>Grace Miller</strong> &amp; all</p>" in mail.html
    assert "Pay &amp; go" in mail.html and "Pay & go" in mail.text
    assert mail.locale == "en"


def test_three_files_do_as_well_as_a_letter(message) -> None:
    catalog = message(
        {
            "subject.txt": "Order {{ order.number }}",
            "email.txt": "Pay {{ order.amount|money }}\n",
            "email.mjml": "<mjml><mj-body><mj-section><mj-column><mj-text>"
            "{% for item in order.items %}<b>{{ item.name }}</b>{% endfor %}"
            "</mj-text></mj-column></mj-section></mj-body></mjml>",
        }
    )
    mail = catalog.email("m", ANNA)
    assert (mail.subject, mail.text) == ("Order 10482", "Pay $127.00\n")
    assert "<b>Pour-over coffee set</b><b>Stoneware mug</b>" in mail.html
    assert catalog.problems() == []


@pytest.mark.parametrize(
    ("customer", "written", "read"),
    [
        ("pt-BR", ("en", "pt", "pt-BR"), "pt-BR"),
        ("pt-BR", ("en", "pt"), "pt"),
        ("pt-BR", ("en", "de"), "en"),
        ("en-GB", ("en", "de"), "en"),
        ("en-GB", ("en", "en-GB"), "en-GB"),
        ("pt_br", ("en", "pt-BR"), "pt-BR"),
        ("pt-PT", ("en", "pt-BR"), "pt-BR"),  # their language after all
        ("zh-SG", ("en", "zh-CN"), "zh-CN"),
        ("zh-TW", ("en", "zh-CN"), "en"),  # not their script
        ("zh-Hans-CN", ("en", "zh-CN"), "zh-CN"),
        ("xx", ("en", "de"), "en"),
        ("", ("en", "de"), "en"),
    ],
)
def test_fall_back(templates, customer: str, written: tuple[str, ...], read: str) -> None:
    catalog = templates(
        {"m/message.yaml": "class: service", **{f"m/{tag}/sms.txt": tag for tag in written}}
    )
    sms = catalog.sms("m", replace(ANNA, locale=customer))
    assert (sms.locale, sms.body) == (read, read)


def test_each_channel_falls_back_by_itself(templates) -> None:
    catalog = templates(
        {
            "m/message.yaml": "class: service",
            "m/de/sms.txt": "deutsch",
            "m/en/sms.txt": "english",
            "m/en/letter.txt": LETTER.format("english"),
        }
    )
    german = replace(ANNA, locale="de-AT")
    assert catalog.sms("m", german).locale == "de"
    assert catalog.email("m", german).locale == "en"


def test_everybody_elses_language_can_be_another(templates) -> None:
    catalog = templates({"m/message.yaml": "class: service\nfallback: ja", "m/ja/sms.txt": "日"})
    assert catalog.sms("m", ANNA).locale == "ja"
    assert catalog.problems() == []


def test_amounts_follow_the_territory_in_the_language_of_the_text(templates) -> None:
    catalog = templates(
        {
            "m/message.yaml": "class: service",
            "m/en/sms.txt": "{{ order.amount|money }}",
            "m/de/sms.txt": "{{ order.amount|money }}",
        }
    )
    order = replace(ANNA.order, amount=Money(123450, "EUR"))
    said = {
        tag: catalog.sms("m", replace(ANNA, order=order, locale=tag)).body
        for tag in ("de-DE", "de-AT", "en-GB", "en-NL", "th-TH")
    }
    assert said == {
        "de-DE": "1.234,50 €",
        "de-AT": "€ 1.234,50",
        "en-GB": "€1,234.50",
        "en-NL": "€ 1.234,50",
        "th-TH": "€1,234.50",
    }


HOSTILE = "<script>alert('x')</script>\"><img src=x>"


def test_html_is_escaped_and_text_is_not(message) -> None:
    words = "{{ customer_name }} {% for item in order.items %}{{ item.name }}{% endfor %}"
    catalog = message({"letter.txt": LETTER.format(words), "sms.txt": words})
    order = replace(ANNA.order, items=(ItemView(HOSTILE, 1, ANNA.order.amount),))
    view = replace(ANNA, order=order, customer_name="<b>Eve</b>")
    mail = catalog.email("m", view)
    assert "<script>" not in mail.html and "<img src=x" not in mail.html
    assert "&lt;b&gt;Eve&lt;/b&gt;" in mail.html
    assert HOSTILE in mail.text and "&lt;" not in mail.text
    assert HOSTILE in catalog.sms("m", view).body


def test_a_hostile_link_stays_inside_its_attribute(message) -> None:
    catalog = message({"letter.txt": LETTER.format("x")})
    mail = catalog.email("m", replace(ANNA, pay_url='https://x.example/"onclick="x'))
    assert 'onclick="x' not in mail.html


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x00"])
def test_nothing_gets_a_second_line_into_the_subject(message, newline: str) -> None:
    catalog = message({"letter.txt": LETTER.format("{{ order.number }} {{ customer_name }}")})
    order = replace(ANNA.order, number=f"1{newline}Bcc: all@example.com")
    mail = catalog.email("m", replace(ANNA, order=order, customer_name=f"Eve{newline}X: y"))
    assert mail.subject == "1 Bcc: all@example.com Eve X: y"


@pytest.mark.parametrize(
    "name", ["Win at https://evil.example", "www.evil.example", "evil.ru/x", "x" * 61, " ", None]
)
def test_a_name_that_advertises_is_not_greeted(message, name: str | None) -> None:
    words = "{% if customer_name %}{{ customer_name }}{% else %}nobody{% endif %}"
    catalog = message({"sms.txt": words})
    assert catalog.sms("m", a_customer_called(name)).body == "nobody"


def test_dots_in_real_names_are_fine(message) -> None:
    catalog = message({"sms.txt": "{{ customer_name }}"})
    assert catalog.sms("m", a_customer_called("Dr. J.R. O’Neil Jr.")).body == "Dr. J.R. O'Neil Jr."


@pytest.mark.parametrize(
    "attack",
    [
        "{{ shop.__class__.__mro__ }}",
        "{{ order.items.__class__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ '{0.__class__}'.format(shop) }}",
        "{{ shop.__init__.__globals__ }}",
        "{{ methods.__add__ }}",
        "{% include '../secret.txt' %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_the_sandbox_holds(message, tmp_path, attack: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    catalog = message({"sms.txt": f"fine\n{attack}"})
    with pytest.raises(TemplateError) as error:
        catalog.sms("m", ANNA)
    assert error.value.file == "templates/m/en/sms.txt"


@pytest.mark.parametrize(
    ("mistake", "line", "part"),
    [
        ("{{ custmer_name }}", 7, "custmer_name"),
        ("{{ order.numbr }}", 7, "numbr"),
        ("{{ offer.code }}", 7, "may be empty"),  # a service message has none
        ("{{ kept_until }}", 7, "may be empty"),
        ("{{ kept_until|moment }}", 7, ""),
        ("{{ order.amount|mony }}", 7, "mony"),
        ("{% if order %}", 7, "endif"),
        ("{{ order.amount| }}", 7, "expected"),
        ("[[pay_nwo]]", 7, "pay_nwo"),
        ("{{ 1 / 0 }}", 7, "division"),
    ],
)
def test_an_error_names_the_line_in_the_marketers_file(message, mistake, line, part) -> None:
    letter = f"subject: s\npreheader: p\nheadline: h\n\nFirst.\n\nThen {mistake} so.\n"
    catalog = message({"letter.txt": letter})
    with pytest.raises(TemplateError) as error:
        catalog.email("m", replace(ANNA, kept_until=None))
    assert (error.value.file, error.value.line) == ("templates/m/en/letter.txt", line)
    assert part in error.value.message
    assert error.value.exit_code is Exit.DATA


def test_an_error_in_a_subject_names_its_line(message) -> None:
    catalog = message({"letter.txt": "preheader: p\nheadline: h\nsubject: {{ nope }}\n\nText.\n"})
    with pytest.raises(TemplateError, match=r"templates/m/en/letter\.txt:3: .*nope"):
        catalog.email("m", ANNA)


def test_an_error_in_mjml_names_its_line(message) -> None:
    mjml = (
        "<mjml><mj-body>\n<mj-section><mj-column>\n<mj-text>{{ shop.name }}</mj-text>\n\n"
        "<mj-text>one {{ order.number }}\n two {{ order.nope }}</mj-text>\n"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    catalog = message({"subject.txt": "s", "email.txt": "t", "email.mjml": mjml})
    with pytest.raises(TemplateError, match=r"templates/m/en/email\.mjml:6: .*nope"):
        catalog.email("m", ANNA)


def test_unknown_messages_and_missing_channels(message) -> None:
    catalog = message({"sms.txt": "x"})
    with pytest.raises(TemplateError, match="did you mean 'm'"):
        catalog.message_class("mm")
    with pytest.raises(TemplateError, match="m has no email for en-US"):
        catalog.email("m", ANNA)
    assert catalog.channels("m") == {Channel.SMS}


def test_an_sms_is_one_line_of_plain_characters(message) -> None:
    catalog = message(
        {"sms.txt": "{{ shop.name }}:\n “Pay”\u00a0{{ order.amount|money }} –\n now\n"}
    )
    euros = replace(ANNA.order, amount=Money(123450, "EUR"))
    sms = catalog.sms("m", replace(ANNA, order=euros))
    assert sms.body == 'Morning & Co: "Pay" €1,234.50 - now'
    assert (sms.encoding, sms.segments) == ("GSM-7", 1)


def test_a_deadline_that_is_over_is_not_promised(message) -> None:
    catalog = message({"sms.txt": "{% if kept_until %}kept{% else %}over{% endif %}"})
    assert catalog.sms("m", replace(ANNA, kept_until=ANNA.now)).body == "over"
    assert catalog.sms("m", ANNA).body == "kept"


def test_what_staff_may_read_never_reaches_a_customer(message) -> None:
    catalog = message(
        {"sms.txt": "{{ order.amount|money }}{% if staff %}{{ staff.note }}{% endif %}"}
    )
    told = replace(sample("de-DE"), staff=sample("zh-CN", staff=True).staff)
    assert catalog.sms("m", told).body == "127,00 €"


def test_threads_share_one_catalog(message) -> None:
    catalog = message({"letter.txt": LETTER.format("{{ order.number }}"), "sms.txt": "x"})

    def subject(number: int) -> str:
        order = replace(ANNA.order, number=str(number))
        return catalog.email("m", replace(ANNA, order=order)).subject

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(subject, range(400))) == [str(number) for number in range(400)]
