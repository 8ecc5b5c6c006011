"""All market rules: the shipped files, each read when first asked for, and a merchant's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from recovery.markets.data import facts, tz_table
from recovery.markets.reading import MarketError, Mistake, read_rules
from recovery.markets.rules import OF_ALL_OTHERS, MarketRules
from recovery.markets.schema import OwnFile, RegionFile, RuleFile

FOLDER = "markets"  # in a project
_SHIPPED = files("recovery.markets")


@dataclass(frozen=True, eq=False)
class Markets:
    """The rules of every country. `mistakes`: what is wrong in the merchant's own files."""

    own: Mapping[str, OwnFile] = field(default_factory=dict)
    broken: Mapping[str, tuple[Mistake, ...]] = field(default_factory=dict)  # by market or file
    files: Mapping[str, str] = field(default_factory=dict)  # market → markets/XX.yaml
    _made: dict[str, MarketRules] = field(default_factory=dict)

    @property
    def mistakes(self) -> list[Mistake]:
        """Every mistake in the merchant's own files."""
        return [mistake for found in self.broken.values() for mistake in found]

    def rules(self, country: str) -> MarketRules:
        """What holds for customers in `country` (ISO 3166); the strictest where it has no file."""
        if country not in self._made:
            self._made[country] = self._rules(country)
        return self._made[country]

    def _rules(self, country: str) -> MarketRules:
        name = country if country in with_rules() else OF_ALL_OTHERS
        own, wrong = self.own.get(country), country in self.broken
        if name == OF_ALL_OTHERS and own is None:
            own, wrong = self.own.get(name), wrong or name in self.broken
        return MarketRules(country, shipped(name), _regions(name), own, unreadable=wrong)


def load_markets(project: Path | None = None) -> Markets:
    """The shipped rules, with those of `<project>/markets/XX.yaml` over them.

    Read anew at each call with a project: a file may have changed. A file that is wrong leaves
    its market without rules to go by (`unreadable`): nothing is sent there before it is mended,
    other markets go on.
    """
    return _of_project(project) if project else _as_shipped()


@cache
def _as_shipped() -> Markets:
    return Markets()


def _of_project(project: Path) -> Markets:
    if not (project / FOLDER).is_dir():
        return _as_shipped()
    own: dict[str, OwnFile] = {}
    broken: dict[str, tuple[Mistake, ...]] = {}
    files: dict[str, str] = {}
    for path in sorted((project / FOLDER).glob("*.y*ml")):
        try:
            own[path.stem] = _own(path)
            files[path.stem] = f"{FOLDER}/{path.name}"
        except MarketError as error:
            broken[path.stem] = tuple(error.mistakes)
    return Markets(own, broken, files)


@cache
def with_rules() -> frozenset[str]:
    """The markets that have a file, the one for all others not among them."""
    names = {entry.name.removesuffix(".yaml") for entry in (_SHIPPED / "rules").iterdir()}
    return frozenset(name for name in names if len(name) == 2) - {OF_ALL_OTHERS}


@cache
def shipped(name: str) -> RuleFile:
    """The content of rules/<name>.yaml."""
    text = (_SHIPPED / "rules" / f"{name}.yaml").read_text("utf-8")
    return read_rules(RuleFile, text, f"rules/{name}.yaml")


@cache
def _regions(name: str) -> RegionFile | None:
    file = _SHIPPED / "regions" / f"{name}.yaml"
    if not file.is_file():
        return None
    return read_rules(RegionFile, file.read_text("utf-8"), f"regions/{name}.yaml")


def _own(path: Path) -> OwnFile:
    shown = f"{FOLDER}/{path.name}"
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        why = "this file is not UTF-8; save it as UTF-8"
        raise MarketError([Mistake(shown, 1, 1, (), why)]) from None
    found = read_rules(OwnFile, text, shown)
    known = {row[0] for row in tz_table("iso3166.tab")} | {OF_ALL_OTHERS}
    if found.market != path.stem or found.market not in known:
        why = f"the file is named {path.name}, so this should be a country code: {path.stem}"
        raise MarketError([Mistake(shown, 1, 1, ("market",), why)])
    return found


def sources() -> Mapping[str, Mapping[str, str]]:
    """Title, url and kind of every source that a fact may name."""
    return facts("sources")
