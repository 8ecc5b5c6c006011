"""What `recovery check` says about templates: file, line, what is wrong, the cure."""

import pytest

from recovery.i18n import words

LETTER = "subject: s\npreheader: p\nheadline: h\n\nText.\n"


def said(catalog, **what: object) -> list[tuple[str, int | None, str, str]]:
    found = [(each.file, each.line, each.message, each.cure) for each in catalog.problems()]
    return [each for each in found if all(str(value) in str(each) for value in what.values())]


def test_a_good_message_has_no_problems(message) -> None:
    catalog = message({"letter.txt": LETTER, "sms.txt": "{{ pay_url }}"})
    assert catalog.problems() == []


@pytest.mark.parametrize(
    ("about", "line", "part", "cure"),
    [
        ("description: x\n", 1, "service or marketing", "class: service"),
        ("class: servce\n", 1, "servce", "'service'"),
        ("class: service\nclas: x\n", 2, "clas", "'class'"),
        ("class: [a]\n", 1, "class has no words", "quotes"),
        ("class: 'x\n", None, "not YAML", ""),
        ("", 1, "name: words", ""),
    ],
)
def test_message_yaml(message, about: str, line: int | None, part: str, cure: str) -> None:
    catalog = message({"letter.txt": LETTER}, about)
    (error,) = catalog.problems()
    assert error.file == "templates/m/message.yaml"
    assert line is None or error.line == line
    assert part in error.message and cure in error.cure


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("class: servce\nfallbak: en\nowner: kim\n", [("CR109", 1), ("CR110", 2), ("CR110", 3)]),
        ("fallbak: en\n", [("CR108", 1), ("CR110", 1)]),
        ("clas: service\nfallbak: en\n", [("CR110", 1), ("CR110", 2)]),
    ],
)
def test_all_mistakes_of_a_message_yaml(message, about: str, told: list[tuple[str, int]]) -> None:
    found = message({"letter.txt": LETTER}, about).problems()
    assert [(error.code, error.line) for error in found] == told


def test_a_folder_without_message_yaml(templates) -> None:
    catalog = templates({"m/en/sms.txt": "x"})
    assert said(catalog, file="templates/m/message.yaml", part="has no message.yaml")


@pytest.mark.parametrize(
    ("letter", "line", "part", "cure"),
    [
        ("preheader: p\nheadline: h\n\nText.\n", 1, "no subject", "add a line 'subject: …'"),
        ("subject:\npreheader: p\nheadline: h\n\nText.\n", 1, "no subject", ""),
        ("subject: s\nsubjekt: p\nheadline: h\n\nText.\n", 2, "opens with", "'subject'"),
        ("Dear all,\nhello\n", 1, "opens with", "subject"),
        ("subject: s\npreheader: p\nheadline: h\n", 3, "says nothing", "paragraph"),
        (LETTER + "{{ custmer_name }}\n", 6, "custmer_name", "'customer_name'"),
        (LETTER + "{% if kept_until %}\n", 6, "endif", ""),
        (LETTER + "{{ order.amont }}\n", 6, "amont", ""),
        (LETTER + "{{ order.amount|mony }}\n", 6, "mony", ""),
        (LETTER + "Until {{ kept_until }}\n", 6, "may be empty", ""),
        (LETTER + "[[pay_nwo]]\n", 6, "pay_nwo", "'pay_now'"),
        (LETTER + "Code {{ offer.code }}\n", 6, "advertising", "class: marketing"),
        (LETTER + "{% if offer %}Code{% endif %}\n", 6, "advertising", "class: marketing"),
        ("subject: {{ offer.code }}\n" + LETTER[11:], 1, "advertising", "class: marketing"),
    ],
)
def test_letters(message, letter: str, line: int, part: str, cure: str) -> None:
    catalog = message({"letter.txt": letter})
    place = ("templates/m/en/letter.txt", line)
    errors = [each for each in catalog.problems() if (each.file, each.line) == place]
    assert any(part in each.message and cure in each.cure for each in errors), catalog.problems()
    assert all(each.file == "templates/m/en/letter.txt" for each in catalog.problems())


def test_an_offer_must_be_optional_in_marketing(message) -> None:
    catalog = message({"letter.txt": LETTER + "{{ offer.code }}\n"}, "class: marketing\n")
    (error,) = catalog.problems()
    assert (error.file, error.line) == ("templates/m/en/letter.txt", 6)


@pytest.mark.parametrize("missing", ["subject.txt", "email.txt", "email.html"])
def test_a_whole_email_has_three_parts(message, missing: str) -> None:
    parts = {"subject.txt": "s", "email.txt": "t", "email.html": "<p>h</p>"}
    parts.pop(missing)
    catalog = message(parts)
    named = "HTML" if missing == "email.html" else missing
    assert said(catalog, file="templates/m/en", part=f"the e-mail has no {named}")


def test_files_and_folders_that_nothing_reads(templates) -> None:
    catalog = templates(
        {
            "m/message.yaml": "class: service",
            "m/en/letter.txt": LETTER,
            "m/en/smss.txt": "x",
            "m/english/letter.txt": LETTER,
            "m/mesage.yaml": "x",
        }
    )
    assert [(each.file, each.cure) for each in catalog.problems()] == [
        ("templates/m/en/smss.txt", "did you mean 'sms.txt'?"),
        ("templates/m/english", "name the folder by language and country: de, pt-BR"),
        ("templates/m/mesage.yaml", "did you mean 'message.yaml'?"),
    ]


def test_everybody_else_needs_words(templates) -> None:
    catalog = templates({"m/message.yaml": "class: service", "m/de/sms.txt": "x"})
    assert said(catalog, part="no words for other languages", cure="en/sms.txt")


def test_phrases(templates) -> None:
    catalog = templates(
        {
            "m/message.yaml": "class: service",
            "m/en/letter.txt": LETTER,
            "layouts/phrases/en.yaml": 'pay_now: "Pay"\ngreeting: "Hello {{ nobody }}"\n',
            "layouts/phrases/de.yaml": 'pay_now: "{% if %}"\n',
        }
    )
    assert [(each.file, each.line, each.code) for each in catalog.problems()] == [
        ("templates/layouts/phrases/de.yaml", None, "CR115"),
        ("templates/layouts/phrases/de.yaml", 1, "CR102"),  # no condition
        ("templates/layouts/phrases/de.yaml", 1, "CR102"),  # no end
        ("templates/layouts/phrases/en.yaml", 2, "CR101"),
    ]


def test_a_file_that_is_not_utf8_is_named(message) -> None:
    catalog = message({"letter.txt": LETTER.encode() + "Grüße\n".encode("latin-1")})
    assert said(catalog, file="templates/m/en/letter.txt", line=6, part="not UTF-8")


def test_a_layout_that_is_not_mjml_is_named(templates) -> None:
    catalog = templates(
        {
            "m/message.yaml": "class: service",
            "m/en/letter.txt": LETTER,
            "layouts/email.mjml": "<mjml>\n<mj-body>\n<mj-section>\n<mj-colum>x</mj-colum>"
            "</mj-section></mj-body></mjml>",
        }
    )
    (error,) = catalog.problems()
    assert (error.file, error.line) == ("templates/layouts/email.mjml", 4)


def test_only_the_asked_for_message_is_checked(templates) -> None:
    catalog = templates({"a/message.yaml": "class: x", "b/message.yaml": "class: y"})
    assert {each.file for each in catalog.problems(["b"])} == {"templates/b/message.yaml"}


def test_an_unknown_filter_is_guessed_and_pointed_at(message) -> None:
    line = "{{ order.amount|mony }}"
    (error,) = message({"letter.txt": LETTER + line + "\n"}).problems()
    assert (error.code, error.problem(line).column) == ("CR102", line.index("mony") + 1)
    assert "did you mean 'money'?" in error.message
    assert "没有过滤器 'mony'" in error.problem(line).message_in(words("zh-CN"))


def test_a_part_of_what_may_be_empty_is_pointed_at_in_plain_words(message) -> None:
    line = "{{ offer.percent }}"
    found = message({"letter.txt": LETTER + line + "\n"}, "class: marketing\n").problems()
    (error,) = [each for each in found if each.code == "CR126"]
    assert error.problem(line).column == line.index("percent") + 1
    assert "may be empty" in error.message and "if" in error.cure
    assert not any("None" in each.message for each in found)
