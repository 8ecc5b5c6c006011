"""A step with variants is shown in each of them."""

import json
from pathlib import Path

import pytest

from recovery.errors import UsageError
from recovery.examination import examine
from recovery.preview.matrix import Wish, expect
from recovery.settings import load_settings
from tests.support.cli import recovery
from tests.support.previews import LITTLE, a_project, campaigns, shows, studio

TRIED = LITTLE.replace(
    "email: payment-failed}", "email: payment-failed, variants: {calm: 30%, urgent: 70%}}"
)
SUBJECT = '{% if variant == "urgent" %}Today{% else %}Whenever you like{% endif %}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = a_project(tmp_path, TRIED)
    for locale in ("de", "ja"):
        letter = folder / "templates" / "payment-failed" / locale / "letter.txt"
        head, *rest = letter.read_text("utf-8").splitlines()
        assert head.startswith("subject: ")
        letter.write_text("\n".join([f"subject: {SUBJECT}", *rest]), "utf-8")
    return folder


def seen(project: Path, wish: Wish) -> list[tuple[str, str, str, str | None]]:
    shown = shows(wish, TRIED, project)
    return [
        (one.cell.step.step, one.cell.place.market.country, one.cell.variant, one.subject)
        for one in shown
    ]


def test_each_variant_in_each_market(project: Path) -> None:
    assert seen(project, Wish(steps=("mail",), samples=("usual",))) == [
        ("mail", "DE", "calm", "Whenever you like"),
        ("mail", "DE", "urgent", "Today"),
        ("mail", "JP", "calm", "Whenever you like"),
        ("mail", "JP", "urgent", "Today"),
    ]


def test_one_variant_is_asked_for_by_name(project: Path) -> None:
    wish = Wish(markets=("DE",), steps=("mail",), samples=("usual",), variants=("urgent",))
    assert seen(project, wish) == [("mail", "DE", "urgent", "Today")]
    with pytest.raises(UsageError, match="did you mean 'urgent'"):
        expect(campaigns(project), studio(project).samples, Wish(variants=("urgnet",)))
    with pytest.raises(UsageError, match="there is no variant 'urgent'"):
        expect(
            campaigns(project), studio(project).samples, Wish(steps=("gift",), variants=("urgent",))
        )


def test_the_others_are_shown_once(project: Path) -> None:
    shown = shows(Wish(samples=("usual",)), TRIED, project)
    assert [one.cell.variant for one in shown if one.cell.step.step != "mail"] == ["", "", ""]
    keys = [one.key for one in shown]
    assert len(keys) == len(set(keys))
    assert "little.mail.email.DE.de-DE.usual.urgent" in keys
    assert "little.text.sms.DE.de-DE.usual" in keys


def test_the_page_and_the_json_name_them(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    options = ("--project", project, "--sample", "usual", "--html", page, "--json")
    found = json.loads(recovery("preview", *options).stdout)
    assert [one["variant"] for one in found if one["step"] == "mail"] == ["calm", "urgent"] * 2
    assert {one["variant"] for one in found if one["step"] != "mail"} == {None}
    assert ">DE de-DE urgent</a>" in page.read_text("utf-8")


@pytest.mark.parametrize(("asked", "subject"), [("urgent", "Today"), (None, "Whenever you like")])
def test_a_test_is_sent_in_the_variant_asked_for(
    project: Path, asked: str | None, subject: str
) -> None:
    words = ["little", "mail", "--to", "me@example.com", "--market", "DE", "--json"]
    more = ["--variant", asked] if asked else []
    result = recovery("send-test", *words, *more, "--project", project)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["variant"] == (asked or "calm")
    (file,) = (project / "var" / "outbox" / "email").glob("*.eml")
    assert f"Subject: [TEST] {subject}" in file.read_text("utf-8")


def test_a_variant_that_no_step_has_is_refused(project: Path) -> None:
    words = ["little", "gift", "--to", "me@example.com", "--variant", "urgent"]
    result = recovery("send-test", *words, "--project", project)
    assert result.exit_code == 2
    assert "there is no variant 'urgent'" in result.output


def test_a_check_reads_each_variant(project: Path) -> None:
    """What only one of them says is looked at, too: here a subject that no inbox shows whole."""
    letter = project / "templates" / "payment-failed" / "de" / "letter.txt"
    text = letter.read_text("utf-8")
    letter.write_text(text.replace("Today", "Today " * 15), "utf-8")
    (found,) = examine(load_settings(project, {})).problems
    assert (found.code, found.file) == ("CR158", "templates/payment-failed/de/letter.txt")
    broken = "{% if variant == 'urgent' %}{{ kept_until + 1 }}{% endif %}"
    letter.write_text(f"{text}\n{broken}\n", "utf-8")
    assert {one.code for one in examine(load_settings(project, {})).errors} & {"CR100", "CR126"}
