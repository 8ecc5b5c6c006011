"""All market rules: the shipped files, each read when first asked for, and a merchant's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from recovery.markets.data import facts
from recovery.markets.own import FOLDER, OwnSheet, own_sheets
from recovery.markets.reading import read_rules
from recovery.markets.rules import OF_ALL_OTHERS, MarketRules
from recovery.markets.schema import OwnFile, RegionFile, RuleFile
from recovery.problems import Problem

__all__ = ["FOLDER", "Markets", "load_markets", "shipped", "sources", "with_rules"]

_SHIPPED = files("recovery.markets")


@dataclass(frozen=True, eq=False)
class Markets:
    """The rules of every country. `sheets`: the merchant's own files, sound or not."""

    sheets: tuple[OwnSheet, ...] = ()
    _made: dict[str, MarketRules] = field(default_factory=dict)

    @cached_property
    def own(self) -> Mapping[str, OwnFile]:
        """What the merchant's sound files say, by market."""
        return {one.market: one.content for one in self.sheets if one.market and one.content}

    @cached_property
    def broken(self) -> frozenset[str]:
        """The markets whose own rules are wrong."""
        return frozenset(one.market for one in self.sheets if one.errors and one.market)

    @property
    def problems(self) -> list[Problem]:
        """Everything there is to say about the merchant's own files."""
        return [problem for one in self.sheets for problem in one.problems]

    @property
    def mistakes(self) -> list[Problem]:
        """What is wrong in the merchant's own files."""
        return [problem for one in self.sheets for problem in one.errors]

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
    sheets = own_sheets(project)
    return Markets(tuple(sheets)) if sheets else _as_shipped()


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


def sources() -> Mapping[str, Mapping[str, str]]:
    """Title, url and kind of every source that a fact may name."""
    return facts("sources")
