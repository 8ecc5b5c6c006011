"""Small YAML files of trainees (lab.yaml, answers.yaml), read as text that can't hurt anybody.

What they say may be nonsense, or made to do harm: names for whole branches (`*again`) that grow
without end, a million brackets. A file that is small and flat can do neither.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from recovery.errors import Exit, RecoveryError
from recovery.i18n import say
from recovery.markets.reading import MarketError, read_keys

LARGEST = 20_000  # characters; such a file has a few lines
_DEEPEST = 12


class PlainError(RecoveryError):
    """Raised when a small file of a trainee can't be read."""

    exit_code = Exit.DATA


def read_plain(text: str, file: str) -> Mapping[str, Any]:
    """The keys of a small file, every scalar as text; PlainError says what is wrong."""
    if len(text) > LARGEST:
        raise PlainError(say("{file} is too large for what it says", file=file))
    harmless(text, file)
    if not text.strip():
        return {}
    try:
        return read_keys(text, file)
    except MarketError as error:
        first = error.mistakes[0]
        told = say("{file}:{line}: {why}", file=file, line=first.line, why=first.message)
        raise PlainError(told) from None


def harmless(text: str, file: str) -> None:
    """Refuse what grows when it is read: PlainError for an alias, or for brackets in brackets."""
    depth = 0
    try:
        for token in yaml.scan(text, yaml.SafeLoader):
            depth += isinstance(token, _OPEN) - isinstance(token, _CLOSE)
            if isinstance(token, yaml.AliasToken) or depth > _DEEPEST:
                raise PlainError(say("{file} is more than a plain list of answers", file=file))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = error.problem or ""
        raise PlainError(say("{file}:{line}: {why}", file=file, line=line, why=why)) from None
    except yaml.YAMLError:
        raise PlainError(say("{file} is no text", file=file)) from None


_OPEN = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSE = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
