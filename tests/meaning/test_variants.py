"""Variants that nobody could tell apart, and names that no step has."""

from pathlib import Path

import pytest

from recovery.campaign.parsing import read_campaign
from recovery.examination import examine
from recovery.markets import load_markets
from recovery.meaning import Voices, sensible
from recovery.problems import Problem
from recovery.settings import load_settings
from recovery.template.catalog import Catalog
from tests.support.campaigns import a_campaign

STEP = "{step: mail, after: 0m, email: hello, variants: {calm: 40%, urgent: 40%, warm: 20%}}"
LETTER = "subject: {subject}\npreheader: p\nheadline: h\n\n{text}\n"
URGENT = '{% if variant == "urgent" %}Now{% else %}Soon{% endif %}'


def hello(project: Path, text: str = "Words.", subject: str = "Hello", locale: str = "en") -> Path:
    """A message of the project, in one language more."""
    folder = project / "templates" / "hello"
    (folder / locale).mkdir(parents=True, exist_ok=True)
    (folder / "message.yaml").write_text("class: service\n", "utf-8")
    file = folder / locale / "letter.txt"
    words = LETTER.replace("{subject}", subject).replace("{text}", text)
    file.write_text(words, "utf-8")
    return file


def alike(project: Path, step: str = STEP) -> list[str]:
    """The variants that CR075 names, with the place it marks."""
    text = a_campaign(sequences={"plain": [step]}, trigger="{on: unpaid}")
    voices = Voices(Catalog(project / "templates"))
    found = sensible(read_campaign(text, "winback.yaml"), voices, load_markets()).problems
    return [str(one.parameters["given"]) for one in found if one.code == "CR075"]


def strange(project: Path, *campaigns: str) -> list[Problem]:
    for number, text in enumerate(campaigns):
        (project / "campaigns" / f"own-{number}.yaml").write_text(text, "utf-8")
    return [one for one in examine(load_settings(project, {})).problems if one.code == "CR134"]


def drawing(name: str, variants: str, template: str = "hello") -> str:
    step = f"{{step: mail, after: 0m, email: {template}, variants: {variants}}}"
    return a_campaign(name, sequences={"plain": [step]}, status="draft")


@pytest.mark.parametrize(
    ("text", "subject", "told"),
    [
        ("Words.", "Hello", "calm, urgent, warm"),
        ("Words.", "{% if variant %}Hello{% endif %}", "calm, urgent, warm"),
        ("Words.", URGENT, "calm, warm"),
        (URGENT, '{{ "A" if "warm" != variant else "B" }}', None),
        ('{% if variant in ["urgent", "warm"] %}Now{% endif %}', "Hello", None),
        ("{{ variant }}", "Hello", None),
        ("{% set kind = variant %}{{ kind }}", "Hello", None),
        ('{% if not variant == "calm" or variant == "warm" %}Now{% endif %}', "Hello", None),
    ],
)
def test_two_that_read_alike_are_told(
    project: Path, text: str, subject: str, told: str | None
) -> None:
    hello(project, text, subject)
    assert alike(project) == ([told] if told else [])


def test_one_language_that_tells_them_apart_is_enough(project: Path) -> None:
    hello(project)
    hello(project, URGENT.replace("urgent", "warm"), URGENT, locale="de")
    assert alike(project) == []


def test_a_layout_or_a_phrase_may_look_at_it(project: Path) -> None:
    hello(project, "[[mood]]")
    phrases = project / "templates/layouts/phrases/en.yaml"
    phrases.write_text(phrases.read_text("utf-8") + "mood: '{{ variant }}'\n", "utf-8")
    assert alike(project) == []


def test_a_step_without_variants_asks_nothing(project: Path) -> None:
    hello(project)
    assert alike(project, "{step: mail, after: 0m, email: hello}") == []


def test_another_channel_has_words_of_its_own(project: Path) -> None:
    file = hello(project, URGENT, '{{ "A" if variant == "warm" else "B" }}')
    file.with_name("sms.txt").write_text("{{ pay_url }}", "utf-8")
    assert alike(project) == []
    assert alike(project, STEP.replace("email: hello", "sms: hello")) == ["calm, urgent, warm"]


def test_a_template_that_cannot_be_read_is_told_elsewhere(project: Path) -> None:
    hello(project, "{% if variant == %}")
    assert alike(project) == []


def test_a_name_that_no_step_has_is_told_where_it_stands(project: Path) -> None:
    hello(project, URGENT.replace("urgent", "urgnet"))
    (found,) = strange(project, drawing("one", "{calm: 50%, urgent: 50%}"))
    assert (found.file, found.line, found.column) == ("templates/hello/en/letter.txt", 5, 19)
    assert "'urgnet'" in found.message
    assert found.cure == "did you mean 'urgent'?"
    assert found.fix is not None
    assert found.fix.edits[0].text == "urgent"


def test_every_step_that_sends_it_counts(project: Path) -> None:
    hello(project, URGENT, '{{ "A" if variant == "bold" else "B" }}')
    one, two = drawing("one", "{calm: 50%, urgent: 50%}"), drawing("two", "{calm: 50%, bold: 50%}")
    assert strange(project, one, two) == []
    (found,) = strange(project, one, drawing("two", "{plain: 50%, urgent: 50%}"))
    assert found.parameters["given"] == "bold"


def test_a_template_may_wait_for_its_experiment(project: Path) -> None:
    hello(project, URGENT)
    assert (
        strange(
            project,
            a_campaign("one", sequences={"plain": ["{step: mail, after: 0m, email: hello}"]}),
        )
        == []
    )


def test_nothing_is_claimed_while_a_campaign_cannot_be_read(project: Path) -> None:
    hello(project, URGENT.replace("urgent", "bold"))
    assert strange(project, drawing("one", "{calm: 50%, urgent: 50%}"), "campaign: [") == []


def test_a_single_file_is_judged_with_all_that_lie_beside_it(project: Path) -> None:
    hello(project, URGENT, '{{ "A" if variant == "bold" else "B" }}')
    strange(
        project, drawing("one", "{calm: 50%, urgent: 50%}"), drawing("two", "{bold: 50%, x: 50%}")
    )
    file = project / "campaigns" / "own-0.yaml"
    found = examine(load_settings(project, {}), [file]).problems
    assert "CR134" not in {one.code for one in found}
