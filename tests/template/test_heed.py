"""How a text heeds `variant`: the names it compares it with, and what else it does with it."""

import pytest

from recovery.message import Channel
from tests.template.conftest import Write

LETTER = "subject: {}\npreheader: p\nheadline: h\n\n{}\n"
MESSAGE = {"m/message.yaml": "class: service\n"}

TEXTS = {
    "words": ("Hello.", (), False),
    "equal": ('{% if variant == "a" %}A{% endif %}', ("a",), False),
    "the other way round": ("{% if 'a' != variant %}A{% endif %}", ("a",), False),
    "several": ('{{ "A" if variant in ["a", "b"] else "C" }}', ("a", "b"), False),
    "none of": ('{% if variant not in ("a",) %}A{% endif %}', ("a",), False),
    "one after the other": (
        '{% if variant == "a" %}A{% elif variant == "b" %}B{% else %}C{% endif %}',
        ("a", "b"),
        False,
    ),
    "whether there is one": ("{% if variant and not variant %}A{% endif %}", (), False),
    "printed": ("{{ variant }}", (), True),
    "compared with another": ("{% if variant == locale %}A{% endif %}", (), True),
    "longer or shorter": ('{% if variant > "a" %}A{% endif %}', (), True),
    "among letters": ('{% if variant in "abc" %}A{% endif %}', (), True),
    "between two": ('{% if "a" < variant < "c" %}A{% endif %}', (), True),
    "kept": ("{% set mood = variant %}{{ mood }}", (), True),
    "a part of something else": ("{{ order.number }} variant", (), False),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_a_text_does_with_it(templates: Write, case: str) -> None:
    text, names, freely = TEXTS[case]
    found = templates({**MESSAGE, "m/en/sms.txt": text}).heed("m", Channel.SMS)
    assert (tuple(found.names), found.freely) == (names, freely)


def test_subject_and_every_language_count(templates: Write) -> None:
    found = templates(
        {
            **MESSAGE,
            "m/en/letter.txt": LETTER.format('{% if variant == "a" %}A{% endif %}', "Text."),
            "m/de/letter.txt": LETTER.format("S", '{% if variant == "b" %}B{% endif %}'),
            "m/de/sms.txt": '{% if variant == "c" %}C{% endif %}',
        }
    ).heed("m", Channel.EMAIL)
    assert sorted(found.names) == ["a", "b"]


@pytest.mark.parametrize("file", ["layouts/email.txt", "layouts/phrases/en.yaml"])
def test_what_a_message_is_built_on_counts(templates: Write, file: str) -> None:
    texts = {
        "layouts/email.txt": "{{ variant }}{% block message %}{% endblock %}",
        "layouts/phrases/en.yaml": "pay_now: Pay {{ variant }}\n",
    }
    letter = LETTER.format("S", "[[pay_now]]")
    catalog = templates({**MESSAGE, "m/en/letter.txt": letter, file: texts[file]})
    assert catalog.heed("m", Channel.EMAIL).freely


def test_each_place_of_a_strange_name_is_told(templates: Write) -> None:
    both = '{% if variant == "urgnet" %}A{% endif %}'
    catalog = templates({**MESSAGE, "m/en/letter.txt": LETTER.format(both, f"Urgnet: {both}")})
    found = list(catalog.heed("m", Channel.EMAIL).strangers(["calm", "urgent"]))
    assert [(one.file, one.line, one.column, one.swap) for one in found] == [
        ("templates/m/en/letter.txt", 1, 28, "urgent"),
        ("templates/m/en/letter.txt", 5, 27, "urgent"),
    ]
    assert list(catalog.heed("m", Channel.EMAIL).strangers(["urgnet"])) == []
