"""Every code is explained, and every example is what it says: wrong as told, then right."""

import re
from pathlib import Path

import pytest

from recovery.campaign.parsing import read_campaign
from recovery.i18n import ENGLISH
from recovery.markets import load_markets
from recovery.markets.own import own_problems
from recovery.meaning import Voices, sensible
from recovery.problems import Problem
from recovery.problems.codes import CODES
from recovery.problems.samples import SAMPLES, sampled
from recovery.simulate.scenarios import ScenarioError, read_scenario
from recovery.template.catalog import Catalog
from tests.support.example import CAMPAIGN, MESSAGE, SPOKEN
from tests.template.conftest import Write

# What no piece of one file could show: bytes, rights, two files, a layout, a folder's name.
UNSHOWN = {
    *("CR007", "CR008", "CR011", "CR018", "CR019", "CR029", "CR053", "CR055", "CR099"),
    *("CR105", "CR107", "CR111", "CR112", "CR113", "CR114", "CR115", "CR117", "CR121", "CR124"),
    # Two places far apart; another file.
    *("CR062", "CR070", "CR072", "CR073", "CR125", "CR128", "CR134"),
    # Found in samples, or in messages that are written out.
    *(f"CR{number}" for number in range(150, 164)),
}
VOICES = Voices(Catalog(Path(__file__).parents[2] / "templates"))
IN_CAMPAIGNS = [code for code, row in CODES.items() if row.wrong and row.file == "campaign.yaml"]
IN_MARKETS = [code for code, row in CODES.items() if row.file.startswith("markets/")]
IN_SCENARIOS = [code for code, row in CODES.items() if row.file.startswith("scenarios/")]
IN_TEMPLATES = [
    code
    for code, row in CODES.items()
    if row.wrong and code not in {*IN_CAMPAIGNS, *IN_MARKETS, *IN_SCENARIOS}
]


def problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with the text of a campaign, and what it cannot mean."""
    return sensible(read_campaign(text, "x.yaml", spoken=SPOKEN), VOICES, load_markets()).problems


def spoken(code: str) -> tuple[str, str]:
    """Message and help of a code, filled with what its sample has."""
    row = CODES[code]
    return sampled(code, row.message, ENGLISH), sampled(code, row.help, ENGLISH)


def marked(text: str) -> tuple[str, int, int]:
    """The text without «», and where the mark begins: line and column within it."""
    before, opened, _ = text.partition("«")
    assert opened, text
    plain = text.replace("«", "").replace("»", "")
    return plain, before.count("\n"), len(before) - before.rfind("\n")


def test_a_sample_has_what_its_words_ask_for_and_no_more() -> None:
    for code, row in CODES.items():
        places = set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", row.message + row.help))
        assert set(SAMPLES.get(code, {})) == places, code


def test_every_code_says_what_it_is_about() -> None:
    for code, row in CODES.items():
        assert row.message and row.help and row.why, code
        assert re.fullmatch(r"CR[0-3]\d\d", code)
    # Messages that were written out and rules of markets have no file to show.
    assert {code for code in CODES if not CODES[code].wrong} <= UNSHOWN | {
        code for code in CODES if code >= "CR150"
    }


@pytest.mark.parametrize("code", IN_CAMPAIGNS)
def test_an_example_of_a_campaign(code: str) -> None:
    row = CODES[code]
    wrong, line, column = marked(row.wrong)
    shown = row.right if row.right in CAMPAIGN else None
    whole = CAMPAIGN if shown else _with(row.right)
    assert problems(whole) == ()
    at = whole.index(row.right)
    text = whole.replace(row.right, wrong, 1)
    (problem,) = problems(text)
    first = whole.count("\n", 0, at) + 1
    assert (problem.code, problem.line, problem.column) == (code, first + line, column)
    assert (problem.message, problem.cure) == spoken(code)
    stretch = row.wrong[row.wrong.index("«") + 1 : row.wrong.index("»")]
    assert problem.end - problem.column == max(1, len(stretch))


def _with(right: str) -> str:
    """The example with its description replaced: the one line whose mended form has quotes."""
    assert right.startswith("description: ")
    return re.sub(r"^description: .*$", lambda _: right, CAMPAIGN, flags=re.M)


@pytest.mark.parametrize("code", IN_TEMPLATES)
def test_an_example_of_a_template(templates: Write, code: str) -> None:
    row = CODES[code]
    wrong, line, _ = marked(row.wrong)
    name = row.file if row.file.startswith("layouts") else f"m/{row.file}"
    if row.right:
        assert templates(MESSAGE | {name: row.right}).problems() == []
    found = templates(MESSAGE | {name: wrong}).problems()
    assert {error.code for error in found} == {code}
    assert {error.line for error in found} <= {line + 1, None}
    if code != "CR100":  # tells what Python says
        assert (found[0].message, found[0].cure) == spoken(code)


@pytest.mark.parametrize("code", IN_MARKETS)
def test_an_example_of_market_rules(code: str) -> None:
    row, head = CODES[code], "market: DE\nby: Kim\nreason: asked\n"
    wrong, line, column = marked(row.wrong)
    assert own_problems(head + row.right, "DE.yaml") == ()
    (problem,) = own_problems(head + wrong, "DE.yaml")
    assert (problem.code, problem.line, problem.column) == (code, 4 + line, column)
    assert (problem.message, problem.cure) == spoken(code)


@pytest.mark.parametrize("code", IN_SCENARIOS)
def test_an_example_of_a_scenario(code: str, tmp_path: Path) -> None:
    row = CODES[code]
    wrong, line, column = marked(row.wrong)
    head = "scenario: x\n" if row.wrong.startswith("like:") else "scenario: x\nlike: base\n"
    file = tmp_path / "market.yaml"
    file.write_text(head + row.right, "utf-8")
    read_scenario(file)
    file.write_text(head + wrong, "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_scenario(file)
    (problem,) = refused.value.problems
    first = head.count("\n") + 1
    assert (problem.code, problem.line, problem.column) == (code, first + line, column)
    assert (problem.message, problem.cure) == spoken(code)
