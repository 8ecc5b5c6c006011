"""Slips inside of braces and brackets, which may go on over several lines."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from recovery.campaign.marks import (
    BARE,
    KNOWN,
    NAMED,
    ODD,
    SPACES,
    Slip,
    colon_slips,
    in_quotes,
    no_colon,
    plain_key,
    sign_name,
    spaced,
    wide_key,
)
from recovery.campaign.words import KEY, OF_NAMES, TEXT, TYPED

_OPEN = {"{": "{", "[": "[", "［": "[", "【": "[", "｛": "{"}
_CLOSE = {"}": "}", "]": "]", "］": "]", "】": "]", "｝": "}"}
_COMMAS = ",，、；"
_WIDE_KEY = "[\uff21-\uff3a\uff3f\uff41-\uff5a]+"
_NEXT_KEY = re.compile(rf"[，、；][ {SPACES}]*(?:{KEY.pattern}|{_WIDE_KEY})\s*[:：﹕]")
_NEXT_NAME = re.compile(rf"[，、；][ {SPACES}]*[\w.-]+\s*[:：﹕]")
_VALUE = re.compile(r".[^,，、；{}\[\]［］【】｛｝]*?(?=[,，、；{}\[\]［］【】｛｝]|\s+#|$)")
# A decimal comma: braces would take what follows it for the next key.
_COMMA = re.compile(r"[€$£¥]?\d[\d.'’]*,\d[\d.,]*\s*(?:[%％€$£¥￥₹₩]|[^\W\d_]*)(?=\s*[,}\]])")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^']|'')*'")


@dataclass
class _Level:
    """One open bracket, the key it stands under, and the key whose value is read in it."""

    bracket: str
    owner: str
    key: str
    begins: bool = True


class FlowScanner:
    """Reads what stands between brackets; `done` when the last one is closed."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._open: list[_Level] = []
        self.done = False

    def scan(self, line: str, at: int) -> Iterator[Slip]:
        """The slips of one line from column `at` on."""
        while at < len(line) and not self.done:
            if line[at] == "#" and (at == 0 or line[at - 1] in " \t"):
                return
            at = yield from self._step(line, at)

    def _step(self, line: str, at: int) -> Generator[Slip, None, int]:
        sign = line[at]
        if sign in _OPEN or sign in _CLOSE:
            plain = _OPEN.get(sign) or _CLOSE[sign]
            if plain != sign:
                yield Slip(at, at + 1, plain, "CR002", {"sign": sign, "plain": plain})
            self._bracket(plain)
        elif sign in _COMMAS and self._parts(line, at):
            if sign != ",":
                text = "," if line[at + 1 : at + 2] == " " else ", "
                yield Slip(at, at + 1, text, "CR002", {"sign": sign, "plain": ","})
            self._open[-1].begins = True
        elif sign in ODD and sign != "\t":
            yield Slip(at, at + 1, " ", "CR013", {"sign": sign_name(sign)})
        elif sign not in " \t":
            return (yield from self._word(line, at))
        return at + 1

    def _bracket(self, plain: str) -> None:
        if plain in "{[":
            key = self._open[-1].key if self._open else self._key
            self._open.append(_Level(plain, key, key))
        else:
            self._open = self._open[:-1]
            self.done = not self._open

    def _parts(self, line: str, at: int) -> bool:
        """Whether the comma at `at` parts two entries; in free text it is part of the text."""
        if line[at] == ",":
            return bool(self._open)
        level = self._open[-1]
        if level.bracket == "[":
            return level.key not in TEXT
        following = _NEXT_NAME if level.owner in OF_NAMES else _NEXT_KEY
        return bool(following.match(line, at))

    def _word(self, line: str, at: int) -> Generator[Slip, None, int]:
        """A key with its colon, or a value."""
        level = self._open[-1]
        if level.bracket == "{" and level.begins and (bare := BARE.match(line, at)):
            yield no_colon(bare, line)
            level.key, level.begins = bare["key"], False
            return bare.end()
        if level.bracket == "{" and level.begins and (found := _entry(line, at, level.owner)):
            yield from wide_key(found)
            yield from colon_slips(found, line)
            level.key, level.begins = plain_key(found), False
            return found.end()
        typed = level.key in TYPED or level.owner in OF_NAMES
        if level.bracket == "{" and typed and (comma := _COMMA.match(line, at)):
            yield Slip(*comma.span(), in_quotes(comma[0]), "")
            return comma.end()
        if quoted := _QUOTED.match(line, at):
            return quoted.end()
        if line[at] in "\"'":  # never closed here: YAML will tell
            self._open, self.done = [], True
            return len(line)
        found = _VALUE.match(line, at)
        end = found.end() if found else len(line)
        yield from spaced(line, at, end, level.key)
        return end


def _entry(line: str, at: int, owner: str) -> re.Match[str] | None:
    if known := KNOWN.match(line, at):
        return known
    named = NAMED.match(line, at)
    plain = named and named["colon"] == ":" and plain_key(named) == named["key"]
    if named and plain and not named["space"] and owner not in OF_NAMES:
        return None
    return named
