"""`recovery schema` as somebody who sets up an editor uses it."""

import json
from pathlib import Path

from jsonschema import Draft7Validator

from tests.support.cli import recovery


def test_it_knows_the_projects_own_templates(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    recovery("init", project)
    own = project / "templates/our-own/en"
    own.mkdir(parents=True)
    (own.parent / "message.yaml").write_text("class: service\ndescription: Ours\n", "utf-8")
    (own / "sms.txt").write_text("{{ shop.name }}: {{ pay_url }}\n", "utf-8")
    told = recovery("schema", "--project", project)
    assert told.exit_code == 0, told.output
    schema = json.loads(told.stdout)
    Draft7Validator.check_schema(schema)
    step = schema["definitions"]["Step"]["properties"]
    assert "our-own" in step["sms"]["enum"]
    assert "our-own" not in step["email"]["enum"]


def test_both_languages_are_written_for_editors(tmp_path: Path) -> None:
    recovery("init", tmp_path / "shop")
    campaigns = tmp_path / "shop/campaigns"
    for file in campaigns.glob("*.json"):
        file.unlink()
    told = recovery("schema", "--write", "--json", "--project", tmp_path / "shop")
    assert {Path(one).name for one in json.loads(told.stdout)["written"]} == {
        "campaign.schema.json",
        "campaign.schema.zh-CN.json",
        "defaults.schema.json",
        "defaults.schema.zh-CN.json",
    }
    chinese = json.loads((campaigns / "campaign.schema.zh-CN.json").read_text("utf-8"))
    assert chinese["title"] == "挽回活动"


def test_a_new_project_is_ready_for_editors(tmp_path: Path) -> None:
    recovery("init", tmp_path / "shop")
    for file in (tmp_path / "shop/campaigns").glob("*.yaml"):
        first = file.read_text("utf-8").partition("\n")[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (file.parent / named).is_file()


def test_the_language_can_be_chosen(tmp_path: Path) -> None:
    recovery("init", tmp_path / "shop")
    told = recovery(
        "schema", "--lang", "zh-CN", "--for", "defaults", "--project", tmp_path / "shop"
    )
    assert json.loads(told.stdout)["title"] == "共用默认值"
    told = recovery("schema", "--lang", "xx", "--project", tmp_path / "shop")
    assert told.exit_code == 2
