"""Every mistake of a template at once, each with its line, its column and what was meant."""

import pytest

from recovery.i18n import words
from recovery.problems import Problem

LETTER = "subject: s\npreheader: p\nheadline: h\n\n"
MARKETING = "class: marketing\n"


def found(message, line: str, about: str = "class: service\n", file: str = "letter.txt"):
    text = (LETTER if file == "letter.txt" else "") + line
    return [error.problem() for error in message({file: text + "\n"}, about).problems()]


def told(problems: list[Problem]) -> list[tuple[str, int, str | None]]:
    return [(one.code, one.column, one.fix.shown if one.fix else None) for one in problems]


def at(line: str, word: str) -> int:
    return line.index(word) + 1


@pytest.mark.parametrize(
    ("line", "word", "wanted"),
    [
        ("Order {{ order.numbr }}", "numbr", "number"),
        ("{{ order['numbr'] }}", "numbr", "number"),
        ("{{ order.amont|money }}", "amont", "amount"),
        ("{{ custmer_name }}", "custmer_name", "customer_name"),
        ("{% if custmer_name %}x{% endif %}", "custmer_name", "customer_name"),
        ("{% for i in order.itms %}{{ i.name }}{% endfor %}", "itms", "items"),
        ("{% for i in order.items %}{{ i.nmae }}{% endfor %}", "nmae", "name"),
        ("{% set o = order %}{{ o.numbr }}", "numbr", "number"),
        ("{{ Order.number }}", "Order", "order"),
        ("{{ total|money }}", "total", "order.amount"),
        ("{% if shop.nmae %}{% elif shop.urll %}{% endif %}", "nmae", "name"),
    ],
)
def test_a_placeholder_that_does_not_exist(message, line: str, word: str, wanted: str) -> None:
    first = found(message, line)[0]
    assert (first.code, first.line, first.column) == ("CR101", 5, at(line, word))
    assert first.end == first.column + len(word)
    assert first.fix and first.fix.shown == wanted and first.fix.edits[0].text == wanted
    assert "did you mean" in first.cure


def test_all_of_them_at_once(message) -> None:
    line = "{{ order.numbr }} {{ shop.nmae }} {{ custmer_name }} {{ order.numbr }}"
    columns = [10, 27, at(line, "custmer"), line.rindex("numbr") + 1]
    assert [(one.code, one.column) for one in found(message, line)] == [
        ("CR101", column) for column in columns
    ]


def test_a_mistake_hides_no_other_behind_it(message) -> None:
    text = "{% if kept_until %}Kept\n\n{{ pay_url }\n\n{{ order.numbr }} {{ order.amount|mony }}"
    assert [(one.code, one.line) for one in found(message, text)] == [
        ("CR102", 5),
        ("CR102", 7),
        ("CR101", 9),
        ("CR102", 9),
    ]


@pytest.mark.parametrize(
    ("line", "word", "wanted", "words_"),
    [
        ("{% if kept_until %}x", "{% if", None, "never ended"),
        ("{% if kept_until %}x{% fi %}", "fi %}", "endif", "'endif'"),
        ("{% iff kept_until %}x{% endif %}", "iff", "if", "'if'"),
        ("{% for i in order.items %}x{% endif %}", "endif", "endfor", "'for' of line 5"),
        ("x{% endif %}", "endif", None, "ends nothing"),
        ("x{% else %}", "else", None, "in no 'if'"),
        ("Pay {{ pay_url }", "{{", "{{ pay_url }}", "not closed"),
        ("Pay {{ pay_url", "{{", None, "not closed"),
        ("{% if pay_url }}x{% endif %}", "{%", None, "not closed"),
        ("Pay pay_url }}", "}}", None, "ends nothing"),
        ("{# a comment", "{#", None, "not closed"),
        ("Hello {{ }}", "{{ }}", None, "empty"),
        ("{{ order number }}", "{{ order", "{{ order.number }}", "too much"),
        ("{{ order.amount|mony }}", "mony", "money", "did you mean 'money'"),
        ("{% if pay_url is definde %}x{% endif %}", "definde", "defined", "'defined'"),
    ],
)
def test_broken_syntax(message, line: str, word: str, wanted: str | None, words_: str) -> None:
    (one,) = found(message, line)
    assert told([one]) == [("CR102", at(line, word), wanted)]
    assert words_ in one.message
    assert one.message_in(words("zh-CN")).startswith("不是模板")


@pytest.mark.parametrize(
    ("line", "code", "word", "wanted"),
    [
        ("{{ order.placed_at|money }}", "CR131", "money", "moment"),
        ("{{ order.amount }}", "CR132", "amount", "amount|money"),
        ("{{ methods }}", "CR132", "methods", "methods|listed"),
        ("{{ order }}", "CR133", "order", None),
        ("{{ order.items }}", "CR133", "items", None),
        ("{{ kept_until|date }}", "CR126", "kept_until", None),
        ("{{ shop.phone }}", "CR126", "phone", None),
        ("{% include 'layouts/emial.txt' %}", "CR121", "layouts", "layouts/email.txt"),
        ("[[pay_nwo]]", "CR116", "pay_nwo", "pay_now"),
        ("{{ coupon }}", "CR103", "coupon", None),
        ("Take {coupon}", "CR103", "{coupon}", None),
        ("Hello {name}", "CR129", "{name}", "{{ customer_name }}"),
        ("Hello ${first_name}", "CR129", "$", "{{ customer_name }}"),
        ("Hello *|FNAME|*", "CR129", "*", "{{ customer_name }}"),
        ("Pay { pay_url }}", "CR129", "{", "{{ pay_url }}"),
        ("你好 {姓名}", "CR129", "{姓名}", "{{ customer_name }}"),
        ("｛｛ pay_url ｝｝", "CR130", "｛", "{{ pay_url }}"),
        ("{{ order．number }}", "CR130", "{{", "{{ order.number }}"),
        ("{{ order.amount｜money }}", "CR130", "{{", "{{ order.amount|money }}"),
        ("{% if kept_until ％}x{% endif %}", "CR130", "{%", "{% if kept_until %}"),
    ],
)
def test_what_cannot_be_sent(message, line: str, code: str, word: str, wanted: str | None) -> None:
    (one,) = found(message, line)
    assert told([one]) == [(code, at(line, word), wanted)]


def test_a_full_width_colon_in_the_head_of_a_letter(message) -> None:
    text = LETTER.replace("subject: s", "subject：s") + "Text.\n"
    (one,) = (error.problem() for error in message({"letter.txt": text}).problems())
    assert (one.code, one.line, one.column) == ("CR130", 1, 8)
    assert one.fix and one.fix.edits[0].text == ": "


def test_the_head_of_a_letter_is_told_of_as_a_whole(message) -> None:
    errors = message({"letter.txt": "subjct: x\nheadlin: y\n\nText.\n"}).problems()
    assert sorted((one.code, one.line) for one in errors) == [
        ("CR118", 1),
        ("CR118", 2),
        ("CR119", 1),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{% if customer_name %}{{ customer_name }}{% endif %} {{ shop.name|upper }}",
        "{{ customer_name or 'you' }} {{ customer_name|default('you', true) }}",
        "{{ 'a' if methods else 'b' }}",
        "{% for item in order.items %}{{ item.name }} {{ loop.index }}{% endfor %}",
        "{{ order.amount.currency }} {{ order.items|length }}",
        "{% set n = 3 %}{{ n }} {{ order.number ~ '!' }} {# {{ foo }} #}",
        "{% raw %}{{ not_ours }}{% endraw %} 20 % {a: b} {1} 100%OFF {{ '，' }}",
        "{{ pay_url }}，谢谢（{{ order.number }}）：{{ order.amount|money }}！",
    ],
)
def test_what_is_right_is_left_in_peace(message, line: str) -> None:
    assert found(message, line) == []


def test_an_offer_of_advertising(message) -> None:
    line = "{{ unsubscribe_url }} {% if offer %}{{ offer.percnt }} {{ offer.percent }}{% endif %}"
    assert [(one.code, one.column) for one in found(message, line, MARKETING)] == [
        ("CR101", at(line, "percnt")),
        ("CR132", at(line, "percent }")),
    ]


def test_what_only_staff_may_read(message) -> None:
    line = "{{ staff.reason_word }} {{ staff.phone }} {{ staff.reason_words }}"
    assert [(one.code, one.column) for one in found(message, line, file="task.txt")] == [
        ("CR101", at(line, "reason_word")),
        ("CR126", at(line, "phone")),
    ]


def test_a_layout_is_read_like_a_message(templates) -> None:
    body = "{% block message %}{% endblock %}\n{{ shop.nmae }} {{ pay_url }}\n"
    files = {"layouts/email.txt": body, "m/message.yaml": "class: service\n"}
    (error,) = templates({**files, "m/en/letter.txt": LETTER + "Text.\n"}).problems()
    assert (error.file, error.line, error.column) == ("templates/layouts/email.txt", 2, 9)


def test_a_full_width_colon_in_message_yaml(message) -> None:
    catalog = message({"letter.txt": LETTER + "Text."}, "class：service\n")
    (one,) = (error.problem() for error in catalog.problems())
    assert (one.code, one.line, one.column) == ("CR130", 1, 6)
    assert one.fix and one.fix.edits[0].text == ": "
