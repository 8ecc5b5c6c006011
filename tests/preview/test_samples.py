"""Sample orders beside the templates: read, or told with file and line."""

from pathlib import Path

import pytest

from recovery.preview.samples import read_samples
from recovery.problems import Problem
from tests.support.cli import ROOT


def write(folder: Path, text: str, name: str = "samples.yaml") -> Path:
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return folder / "templates"


def mistakes(folder: Path, text: str) -> list[Problem]:
    return list(read_samples(write(folder, text)).problems)


ABOUT = "about: {en: One, zh-CN: 一}"


def test_the_shipped_samples_are_whole_and_show_the_edges() -> None:
    samples = read_samples(ROOT / "templates")
    assert not samples.problems
    shown = samples.of("payment-failed")
    suggested = {sample.failure for sample in shown.values()} - {None}
    assert len(suggested) == 7
    assert {sample.offer for sample in shown.values()} == {
        *("percent", "fixed", "free_shipping", "gift", "none"),
        None,
    }
    assert shown["no-name"].customer == ""
    assert shown["no-expiry"].expires is None


def test_without_a_file_there_is_one_usual_order(tmp_path: Path) -> None:
    samples = read_samples(tmp_path / "templates")
    assert list(samples.of("anything")) == ["usual"]
    assert samples.person("anything", "de-DE").customer == "Grace Miller"


def test_a_file_without_the_usual_order_only_adds(tmp_path: Path) -> None:
    samples = read_samples(write(tmp_path, f"samples:\n  big: {{{ABOUT}}}\n"))
    assert list(samples.of("m")) == ["usual", "big"]


def test_a_message_may_have_samples_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, f"samples:\n  usual: {{{ABOUT}}}\n  big: {{{ABOUT}}}\n")
    own = "people: {de: {customer: Ada, goods: [Tee]}}\n"
    own += f"samples:\n  big: {{{ABOUT}, expires: 1h}}\n"
    samples = read_samples(write(tmp_path, own, "m/samples.yaml"))
    assert list(samples.of("m")) == ["usual", "big"]
    assert samples.of("m")["big"].expires != samples.of("other")["big"].expires
    assert samples.person("m", "de-AT").customer == "Ada"
    assert samples.names() == ["usual", "big"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"samples:\n  usual:\n    {ABOUT}\n    custmer: Ada", 4, "did you mean 'customer'?"),
        (f"samples:\n  usual:\n    {ABOUT}\n    failure: tired", 4, "insufficient_funds"),
        (f"samples:\n  usual:\n    {ABOUT}\n    expires: soon", 4, "'soon' is no duration"),
        (f"samples:\n  usual:\n    {ABOUT}\n    market: [UK]", 4, "'UK' is no country"),
        (f"samples:\n  usual:\n    {ABOUT}\n    items: [{{price: 1}}, {{price: -2}}]", 4, "0"),
        (f"samples:\n  usual:\n    {ABOUT}\n    items:\n      - {{prise: 2}}", 5, "price"),
        ("samples:\n  usual: {}", 2, "about is missing"),
        ("worth: {XYZ: 3}", 1, "'XYZ' is no currency"),
        ("smaples: {}", 1, "did you mean 'samples'?"),
        ("samples:\n  usual: {", 3, "did not find"),
    ],
)
def test_a_mistake_has_its_line_and_cure(tmp_path: Path, text: str, line: int, said: str) -> None:
    found = mistakes(tmp_path, text)
    assert found
    assert {one.code for one in found} == {"CR150"}
    assert {one.file for one in found} == {"templates/samples.yaml"}
    assert line in {one.line for one in found}
    assert said in " ".join(one.message for one in found)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, "")
    (folder / "samples.yaml").write_bytes("people: {zh: 王}".encode("gbk"))
    assert [one.code for one in read_samples(folder).problems] == ["CR105"]
