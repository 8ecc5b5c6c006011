"""Jinja survives the MJML compiler: every tag comes back, in order, on its own line."""

import jinja2
import pytest

from recovery.template.mjml import MjmlError, compile_mjml


def page(body: str, head: str = "") -> str:
    return (
        f"<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>{body}"
        "</mj-column></mj-section></mj-body></mjml>"
    )


INLINE = '<mj-style inline="inline">.price { font-weight: 700; }</mj-style>'


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (page("{% if a %}<mj-text>AAA</mj-text>{% else %}<mj-text>B</mj-text>{% endif %}"), "AAA"),
        (page("<mj-text>{% if a %}AAA{% else %}B{% endif %}</mj-text>", INLINE), "AAA"),
        (
            page(
                '<mj-table>{% for x in xs %}<tr><td class="price">{{ x }}</td></tr>{% endfor %}'
                "</mj-table>",
                INLINE,
            ),
            "<tr><td",
        ),
        (page("<mj-button href=\"{{ url('pay') }}\">x</mj-button>"), 'href="/pay"'),
        (page('<mj-text>{{ _("x y") }}</mj-text>'), "X Y"),
        (page("<mj-text>q</mj-text>", '<mj-title>{{ _("x y") }}</mj-title>'), "<title>X Y</title>"),
        (page("<mj-text>{{ 1 if a < b else 2 }}</mj-text>"), "1"),
        (page("<mj-text>q</mj-text>", "<mj-preview>{% if a %}AAA{% endif %}</mj-preview>"), "AAA"),
        (
            page('<mj-text css-class="{% if a %}AAA{% endif %}">q</mj-text>'),
            'class="AAA"',
        ),
        (page("<mj-text>{# never {{ seen }} #}AAA</mj-text>"), "AAA"),
    ],
)
def test_tags_keep_their_places(source: str, shown: str) -> None:
    template = jinja2.Environment(autoescape=True).from_string(compile_mjml(source))
    html = template.render(a=1, b=2, xs=[1, 2], url=lambda x: "/" + x, _=str.upper)
    assert shown in html
    assert "JINJA" not in html and "{" + "%" not in html


def test_a_loop_repeats_its_rows() -> None:
    source = page(
        "<mj-table>{% for x in xs %}<tr><td>{{ x }}</td></tr>{% endfor %}</mj-table>", INLINE
    )
    html = jinja2.Environment(autoescape=True).from_string(compile_mjml(source)).render(xs=range(3))
    assert html.count("<td>") == 3 and "<td>2</td>" in html


def test_every_tag_stands_on_its_source_line() -> None:
    source = page(
        "\n<mj-text>\n{{ alpha }}</mj-text>\n\n"
        "<mj-text>{{ beta }}\n\n{% if gamma %}x{% endif %}</mj-text>"
    )
    html = compile_mjml(source)
    for name in ("alpha }", "beta }", "gamma %"):
        wanted = source[: source.index(name)].count("\n")
        assert html[: html.index(name)].count("\n") == wanted, name


@pytest.mark.parametrize(
    ("source", "line", "part"),
    [
        ("<mjml>\n<mj-head>\n<mj-txt>x</mj-txt></mj-head></mjml>", 3, "compiler says"),
        (page("\n\n<mj-txt>x</mj-txt>"), 3, "no element <mj-txt>"),
        ("hello", None, "compiler says"),
        (
            page("<mj-text>q</mj-text>\n", "<mj-title>{% if a %}x{% endif %}</mj-title>"),
            1,
            "repeated",
        ),
    ],
)
def test_what_mjml_cannot_hold_is_named(source: str, line: int | None, part: str) -> None:
    with pytest.raises(MjmlError, match=part) as error:
        compile_mjml(source)
    assert error.value.line == line


def test_a_dropped_tag_is_named() -> None:
    source = "<mjml>\n<mj-head><mj-attributes>\n<mj-text color='{{ colour }}' /></mj-attributes>"
    source += "</mj-head><mj-body></mj-body></mjml>"
    with pytest.raises(MjmlError, match=r"\{\{ colour \}\} .* dropped") as error:
        compile_mjml(source)
    assert error.value.line == 3
