"""A merchant's own `markets/XX.yaml`, read with the care of a campaign file: every mistake at once,
each with its place, and the market that has to wait for its mend.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from recovery.campaign.parsing import read_text
from recovery.campaign.problems import CampaignError, Place, Problem, Severity, problem
from recovery.campaign.text import normalised, read_source
from recovery.campaign.tree import Tree
from recovery.campaign.vocabulary import meant_country
from recovery.i18n import Text, say
from recovery.markets.complaints import complain, complain_of_hours
from recovery.markets.data import tz_table
from recovery.markets.rules import OF_ALL_OTHERS
from recovery.markets.schema import OwnFile
from recovery.problems import Related

FOLDER = "markets"  # in a project
_SUFFIXES = (".yaml", ".yml")
_LEFT = ("~", ".bak", ".orig", ".swp", ".md")  # what editors leave behind, and read-me files


@dataclass(frozen=True)
class OwnSheet:
    """One file: what it says when nothing is wrong with it, and the market it is meant for."""

    file: str  # markets/DE.yaml
    market: str | None
    content: OwnFile | None = None
    problems: tuple[Problem, ...] = ()
    tree: Tree | None = None

    @property
    def errors(self) -> list[Problem]:
        """The problems that hold the market."""
        return [one for one in self.problems if one.severity is Severity.ERROR]

    def place(self, fact: str) -> Place:
        """Where a fact such as `limits.sms` is set."""
        assert self.tree is not None, "the file was read"  # noqa: S101
        return self.tree.value(tuple(fact.split(".")))


def own_sheets(project: Path) -> list[OwnSheet]:
    """Read every file of `<project>/markets`; one whose name no market has is told, too.

    Names that begin with `_` or `.` are drafts, as among campaigns.
    """
    folder = project / FOLDER
    if not folder.is_dir():
        return []
    found = [_sheet(path) for path in sorted(folder.iterdir()) if _is_meant(path)]
    return list(_without_twins(found))


def _is_meant(path: Path) -> bool:
    """Whether somebody wanted this file to be rules; `DE.json` and `DE.yaml.txt` are, too."""
    stem = path.name.partition(".")[0]
    if path.name[0] in "._" or path.name.endswith(_LEFT) or path.is_dir():
        return False
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return any(one in _SUFFIXES for one in suffixes) or stem.upper() in _markets()


def _markets() -> frozenset[str]:
    return frozenset(row[0] for row in tz_table("iso3166.tab")) | {OF_ALL_OTHERS}


def _sheet(path: Path) -> OwnSheet:
    file, named = f"{FOLDER}/{path.name}", path.suffix in _SUFFIXES and path.stem in _markets()
    try:
        source, found = read_source(path)
    except CampaignError as error:
        market = path.stem if named else _called(path)
        return OwnSheet(file, market, problems=tuple(one.at(file) for one in error.problems))
    content, problems, tree = _read(source, file, path.stem if named else None)
    market = path.stem if named else _said(tree) or _called(path)
    wrong = () if named else (_misnamed(path.name, file, market, tree),)
    everything = (*(one.at(file) for one in found), *wrong, *problems)
    sheet = OwnSheet(file, market, content, everything, tree)
    return replace(sheet, content=None) if sheet.errors else sheet


def own_problems(text: str, file: str) -> tuple[Problem, ...]:
    """What is wrong with the text of `markets/<file>`, its name apart."""
    market = Path(file).stem
    return _read(text, file, market if market in _markets() else None)[1]


def _read(
    source: str, file: str, market: str | None
) -> tuple[OwnFile | None, tuple[Problem, ...], Tree | None]:
    """Read a text; an empty one is something else than an empty campaign."""
    content, problems, tree = read_text(
        normalised(source), file, lambda tree: _judged(tree, market)
    )
    told = (replace(one, code="CR210") if one.code == "CR008" else one for one in problems)
    return content, tuple(told), tree


def _judged(tree: Tree, market: str | None) -> OwnFile | None:
    """What the tree says; `market` is the one its file is named after."""
    data, road = tree.data, ("market",)
    given = data.get("market") if isinstance(data, dict) else None
    if isinstance(given, str) and given and given not in _markets():
        what, place = meant_country(given), tree.value(road)
        fix = tree.rewritten(place, given, what.fix, safe=what.safe) if what.fix else None
        tree.report("CR038", place, road, fix=fix, given=given, guess=what.cure)
    elif isinstance(given, str) and given and market and given != market:
        place = tree.value(road)
        fix = tree.rewritten(place, given, market)
        tree.report("CR206", place, road, fix=fix, given=given, market=market)
    complain_of_hours(tree)
    try:
        return OwnFile.model_validate(data)
    except ValidationError as error:
        complain(error, tree, OwnFile)
    return None


def _said(tree: Tree | None) -> str | None:
    """The market that a file names itself."""
    data = tree.data if tree is not None else None
    given = data.get("market") if isinstance(data, dict) else None
    return given if given in _markets() else None


def _called(path: Path) -> str | None:
    """The market that a file's name probably means: `de.yml`, `Germany.yaml`, `UK.yaml`."""
    stem = path.name.partition(".")[0]
    return stem.upper() if stem.upper() in _markets() else meant_country(stem).fix


def _misnamed(name: str, file: str, market: str | None, tree: Tree | None) -> Problem:
    cure: Text = say("call it after the two letters of ISO 3166, such as DE.yaml")
    if market:
        cure = say("call it {name}", name=f"{market}.yaml")
    place = tree.value(("market",)) if _said(tree) and tree else Place(1, 1, 2)
    return problem("CR205", file, place, ("market",), given=name, cure=cure)


def _without_twins(sheets: list[OwnSheet]) -> Iterator[OwnSheet]:
    """DE.yaml and DE.yml: nobody knows which of them counts."""
    for one in sheets:
        others = [s for s in sheets if s is not one and s.market == one.market is not None]
        if not _has_an_odd_name(one):  # another name is that file's own mistake
            others = [other for other in others if not _has_an_odd_name(other)]
        yield _twin(one, others[0]) if others else one


def _has_an_odd_name(sheet: OwnSheet) -> bool:
    return any(one.code == "CR205" for one in sheet.problems)


def _twin(one: OwnSheet, other: OwnSheet) -> OwnSheet:
    whole = Place(1, 1, 2)
    seen = (Related(whole, say("the other one"), other.file),)
    market = str(one.market)
    twin = problem("CR207", one.file, whole, related=seen, market=market, other=other.file)
    return replace(one, content=None, problems=(*one.problems, twin))
