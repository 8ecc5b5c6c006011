"""The words of simulations: both languages have the same ones, with the same places."""

import re
from pathlib import Path
from string import Formatter

import yaml

from recovery.simulate import page

FOLDER = Path(page.__file__).parent
WORDS = yaml.safe_load((FOLDER / "words.yaml").read_text("utf-8"))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same():
    assert WORDS["en"].keys() == WORDS["zh-CN"].keys()
    for key, text in WORDS["en"].items():
        assert places(text) == places(WORDS["zh-CN"][key]), key
        assert "needed" not in places(text), "a word of the report's own"


def test_chinese_is_chinese():
    for key, text in WORDS["zh-CN"].items():
        left = re.sub(r"{\w+}", "", text)
        assert re.search(r"[\u4e00-\u9fff]", left) or not re.search(r"[a-zA-Z]", left), key
