"""Tabs between words: libyaml reads them as spaces, PyYAML's own loader refuses them."""

import re

import yaml

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_QUOTED_OR_TAB = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^']|'')*'|(?<=[^\s-])[ \t]*\t[ \t]*")


def readable(text: str, loader: type = LOADER) -> str:
    """`text` as `loader` has to get it, so that both loaders say the same; no sign moves."""
    if "\t" not in text or loader is not yaml.BaseLoader:
        return text
    return _QUOTED_OR_TAB.sub(_spaced, text)


def _spaced(found: re.Match[str]) -> str:
    return found[0] if found[0][0] in "\"'" else " " * len(found[0])
