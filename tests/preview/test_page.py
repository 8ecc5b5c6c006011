"""The page: no script, nothing fetched, and a letter that can't leave its frame."""

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from recovery.preview.matrix import Wish
from recovery.preview.page import headers, page
from recovery.preview.rendered import Shown
from tests.support.previews import a_project, one, shows

EVIL = """</iframe><script>alert('1')</script>'"><img src=x onerror=alert(2)><style>*{}</style>"""


class Outline(HTMLParser):
    """Every element of the page itself, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def made(shown: Sequence[Shown], lang: str = "en") -> tuple[str, Outline]:
    html = page(shown, "Example Shop", lang)
    return html, Outline(html)


def harmless(outline: Outline) -> None:
    assert not {tag for tag, _ in outline.elements} & {"script", "img", "link", "object", "form"}
    assert not [name for _, given in outline.elements for name in given if name.startswith("on")]
    for frame in outline.all("iframe"):
        assert frame["sandbox"] is None  # present and empty: nothing is allowed
    fetched = [given.get("src") for _, given in outline.elements if "src" in given]
    assert fetched == []


def test_every_message_has_its_place_and_its_link() -> None:
    shown = shows()
    _, outline = made(shown)
    ids = [article["id"] for article in outline.all("article")]
    assert ids == [one.key for one in shown]
    links = {str(a["href"]) for a in outline.all("a")}
    assert {f"#{name}" for name in ids} <= links
    assert links <= {f"#{name}" for name in ids} | {"#index"}
    harmless(outline)


def test_an_email_lies_whole_in_its_frame() -> None:
    shown = one("mail", "JP")
    _, outline = made([shown])
    (frame,) = outline.all("iframe")
    assert frame["srcdoc"] == getattr(shown.message, "html", None)


def test_width_and_colours_are_switched_without_script() -> None:
    html, outline = made([one("mail", "DE")])
    switches = {str(label["for"]) for label in outline.all("label")}
    assert switches == {"wide", "phone", "light", "dark"}
    assert switches == {str(given["id"]) for given in outline.all("input")}
    assert "color-scheme: dark" in html
    assert "default-src 'none'" in html


def test_a_hostile_product_can_neither_run_nor_leave(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    words = EVIL.replace('"', '\\"')
    (project / "templates" / "samples.yaml").write_text(
        f'samples:\n  usual:\n    about: {{en: "{words}", zh-CN: x}}\n    customer: "{words}"\n'
        f'    items: [{{name: "{words}", price: 3}}]\n',
        "utf-8",
    )
    shown = shows(Wish(("DE",)), project=project)
    html, outline = made(shown)
    harmless(outline)
    assert len(outline.all("iframe")) == 2
    assert html.count("</iframe>") == 2
    assert "onerror=alert" in str(outline.all("iframe")[0]["srcdoc"])  # as words, and sandboxed


def test_a_hostile_template_stays_in_its_frame(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    folder = project / "templates" / "payment-failed" / "de"
    (folder / "letter.txt").unlink()
    (folder / "subject.txt").write_text("{{ order.number }}", "utf-8")
    (folder / "email.txt").write_text("{{ pay_url }}", "utf-8")
    (folder / "email.html").write_text(f"<body>{EVIL}</body>", "utf-8")
    html, outline = made(shows(Wish(("DE",), (), ("mail",), ("usual",)), project=project))
    harmless(outline)
    assert html.count("</iframe>") == 1
    (frame,) = outline.all("iframe")
    assert frame["srcdoc"] == f"<body>{EVIL}</body>"


def test_a_broken_template_is_told_on_the_page(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    letter = project / "templates" / "payment-failed" / "de" / "letter.txt"
    letter.write_text(letter.read_text("utf-8") + "\n{{ custmer_name }}\n", "utf-8")
    (shown,) = shows(Wish(("DE",), (), ("mail",), ("usual",)), project=project)
    assert shown.error is not None
    for lang, said in (("en", "see the placeholders"), ("zh-CN", "占位符")):
        html, _ = made([shown], lang)
        assert "templates/payment-failed/de/letter.txt:9" in html
        assert said in html


def test_an_sms_shows_what_it_costs(dear: Path) -> None:
    html, _ = made([one("text", "KR", project=dear)])
    assert "makes this SMS cost 3 segments instead of 1" in html
    assert "☎ U+260E" in html
    assert "left in the last segment" in html


@pytest.mark.parametrize(("lang", "said"), [("en", "All messages"), ("zh-CN", "全部消息")])
def test_the_page_is_in_both_languages(lang: str, said: str) -> None:
    html, outline = made([one("mail", "DE")], lang)
    assert outline.all("html") == [{"lang": lang}]
    assert said in html


def test_headers_are_readable() -> None:
    message = one("gift", "JP").message
    assert message is not None
    told = headers(message)  # type: ignore[arg-type]
    assert "Subject: ご注文 10482" in told
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in told
