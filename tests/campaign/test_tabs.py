"""Tabs between words: both loaders of YAML give the same verdict."""

import pytest
import yaml

from recovery.campaign.tabs import readable

TEXTS = (
    *("a:\tb", "a: \tb", "a:\t{b: c}", "a: {b:\tc}", "a: {b: c,\td: e}", "a: [\tb]", "a\t: b"),
    *("a: b\t", "a: b\t# c", "a:\t# c\n  b: c", "a: [b]\t# x", 'a:\t"x"', "a: 'x'\t# c", "-\ta"),
    *("a: 'x\ty'", 'a: "x\ty"', "a:\n\tb: c", "- \ta: b"),
)


def verdict(text: str, loader: type) -> object:
    try:
        return yaml.load(readable(text, loader), loader)  # noqa: S506  it only makes text
    except yaml.YAMLError:
        return yaml.YAMLError


@pytest.mark.skipif(not hasattr(yaml, "CBaseLoader"), reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("text", TEXTS)
def test_both_loaders_agree(text: str) -> None:
    assert verdict(text, yaml.BaseLoader) == verdict(text, yaml.CBaseLoader)


def test_no_sign_moves() -> None:
    assert readable("a:\t{b:\t \tc}\t# d", yaml.BaseLoader) == "a: {b:   c} # d"
