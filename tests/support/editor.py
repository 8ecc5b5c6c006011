"""A file as an editor reads it: YAML 1.2, core schema; numbers are typed, `NO` is a word."""

import re
from typing import Any

import yaml

_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


def as_an_editor_reads(text: str) -> Any:
    """The data of `text`; may raise yaml.YAMLError."""
    return _typed(yaml.compose(text, yaml.BaseLoader))


def _typed(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _typed(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_typed(item) for item in node.value]
    word = str(node.value)
    if node.style:
        return word
    if re.fullmatch(r"[-+]?[0-9]+", word):
        return int(word)
    if re.fullmatch(r"0x[0-9a-fA-F]+|0o[0-7]+", word):
        return int(word, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", word):
        return float(word)
    return _WORDS.get(word, word)
