"""`recovery optimise` from outside."""

from recovery.campaign.loader import load_campaign
from tests.support.cli import ROOT, answered, recovery
from tests.support.plays import campaign_file, scenario_file

SMALL = ("--orders", 60, "--days", 2, "--seeds", 1, "--project", ROOT)


def test_the_front_is_written_with_the_authors_comments(tmp_path):
    limits, out, page = (tmp_path / name for name in ("limits.yaml", "front", "page.html"))
    limits.write_text("steps: {reminder: {after: [0m, 6h, 1d]}}\n", "utf-8")
    out.mkdir()
    (out / "front-9.yaml").write_text("of an earlier search", "utf-8")
    words = ("optimise", campaign_file(tmp_path), "--scenario", scenario_file(tmp_path))
    more = ("--limits", limits, "--out", out, "--html", page, *SMALL)
    found = answered(*words, *more)
    assert (found["possible"], found["tried"]) == (3, 3)
    assert found["front"][0]["name"] == "front-1"
    for one in found["front"]:
        text = (out / f"{one['name']}.yaml").read_text("utf-8")
        assert "# What the author thought." in text
        assert one["fresh"]["points"] is not None
        changes = {change["value"] for change in one["changes"]} or {"0m"}
        step = load_campaign(out / f"{one['name']}.yaml").campaign.sequences["one"][0]
        assert changes == {getattr(step.after, "words", "")}
    assert sorted(file.name for file in out.iterdir()) == sorted(
        f"{one['name']}.yaml" for one in found["front"]
    )
    assert found["winner"]["points"] == max(one["points"] for one in found["front"])
    assert 'class="best"' in page.read_text("utf-8")
    assert answered(*words, *more, "--jobs", 2) == found
    text = recovery(*words, *more, LANG="C").stdout
    gain = found["winner"]["fresh"]["points"] - found["written"]["fresh"]["points"]
    assert ("Keep yours" in text) == (gain <= 0)
    assert found["written"]["against_written"] == {"net": 0.0, "annoyance": 0.0}


def test_wrong_limits_end_with_65(tmp_path):
    limits = tmp_path / "limits.yaml"
    limits.write_text("steps:\n  reminder: {afer: 1h}\n", "utf-8")
    words = ("optimise", campaign_file(tmp_path), "--scenario", "base", "--limits", limits, *SMALL)
    result = recovery(*words)
    assert result.exit_code == 65
    assert "limits.yaml:2" in result.stderr
    assert "did you mean 'after'?" in result.stderr
    limits.unlink()
    assert recovery(*words).exit_code == 2
