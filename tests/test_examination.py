"""One validator: the check, the doctor and the run tell the same of the same files."""

import json
from pathlib import Path

from recovery.examination import examine
from recovery.settings import load_settings
from tests.support.cli import recovery
from tests.support.example import CAMPAIGN

BROKEN = CAMPAIGN.replace("status: active", "status：activ").replace("[US, GB]", "[US, UK]")


def write(project: Path, name: str, text: str) -> Path:
    file = project / "campaigns" / name
    file.write_text(text, "utf-8")
    return file


def test_all_say_the_same(project: Path) -> None:
    write(project, "broken.yaml", BROKEN)
    found = examine(load_settings(project, {}))
    lines = [str(one) for one in found.errors]
    assert [line.split(": ")[0] for line in lines] == [
        "campaigns/broken.yaml:3:7",
        "campaigns/broken.yaml:3:8",
        "campaigns/broken.yaml:10:18",
    ]
    checked = recovery("check", "--format", "json", "--project", project)
    assert json.loads(checked.stdout) == [one.payload() for one in found.problems]
    ran = recovery("run", "--dry-run", "--json", "--project", project)
    assert ran.exit_code == checked.exit_code == 65
    assert json.loads(ran.stdout)["problems"] == lines
    assert lines[0] in recovery("doctor", "--project", project).stdout


def test_a_broken_campaign_stops_no_other(project: Path) -> None:
    whole = examine(load_settings(project, {}))
    write(project, "broken.yaml", BROKEN)
    found = examine(load_settings(project, {}))
    assert [one.file for one in found.campaigns] == [one.file for one in whole.campaigns]
    assert set(found.files) - set(whole.files) == {"campaigns/broken.yaml"}


def test_a_broken_template_stops_no_campaign_and_is_told_in_both(project: Path) -> None:
    (project / "templates/unpaid-reminder/message.yaml").write_text("class: gossip\n", "utf-8")
    found = examine(load_settings(project, {}))
    assert "unpaid" in {one.campaign.campaign for one in found.campaigns}
    told = [str(one) for one in found.problems if one.code == "CR055"]
    assert told
    assert {one.code for one in found.errors} == {"CR109"}
    warnings = json.loads(recovery("run", "--json", "--project", project).stdout)["warnings"]
    assert set(told) <= set(warnings)


def test_a_mistake_in_a_letter_is_told_with_its_word(project: Path) -> None:
    letter = project / "templates/unpaid-reminder/en/letter.txt"
    text = letter.read_text("utf-8") + "\nDear {{ custmer_name }},\n"
    letter.write_text(text, "utf-8")
    (found,) = examine(load_settings(project, {}), [letter]).problems
    assert (found.code, found.file) == ("CR101", "templates/unpaid-reminder/en/letter.txt")
    assert (found.line, found.column, found.end) == (text.count("\n"), 9, 21)


def test_defaults_are_checked_by_themselves(project: Path) -> None:
    file = write(project, "defaults.yaml", "holdout: 10\n")
    (found,) = examine(load_settings(project, {}), [file]).problems
    assert (found.code, found.file, found.line) == ("CR033", "campaigns/defaults.yaml", 1)
    assert recovery("check", "--fix", "--project", project).exit_code == 0
    assert file.read_text("utf-8") == "holdout: 10%\n"
