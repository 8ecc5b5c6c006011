"""The one validator: what is wrong with a project's campaigns and templates, all at once.

`recovery check`, `run`, `plan`, `doctor` and the web ask here, so they never disagree. Errors stop
a campaign; warnings and notes are only told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recovery.campaign.loader import (
    LoadedCampaign,
    Reading,
    Spoken,
    campaign_files,
    read_defaults,
    read_file,
)
from recovery.lawful import own_rules
from recovery.markets import Markets, load_markets
from recovery.markets.own import FOLDER, own_sheets
from recovery.meaning import Voices
from recovery.meaning.variants import strangers
from recovery.preview.proofs import proofs
from recovery.preview.samples import sample_problems
from recovery.problems import Problem, Severity
from recovery.programme import Programme, judged, programme_of, read_programme, spoken
from recovery.settings import Settings
from recovery.template.catalog import Catalog
from recovery.template.errors import TemplateError


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at: files of campaigns, those that can run, templates, and every problem.

    Problems stand in the order of files and lines; files are named from the project's folder.
    """

    files: Sequence[str]
    campaigns: Sequence[LoadedCampaign]
    templates: Sequence[str]
    problems: Sequence[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop something."""
        return [one for one in self.problems if one.severity is Severity.ERROR]


def examine(settings: Settings, files: Sequence[Path] = ()) -> Examination:
    """Check `files` (campaigns, anything below templates/ or in markets/), or the whole project.

    UsageError when the project has no campaigns folder.
    """
    catalog, markets = Catalog(settings.templates_dir), load_markets(settings.project)
    own = own_rules(markets)
    if not files:
        programme = read_programme(settings.campaigns_dir, catalog, markets)
        return _found(settings, programme, catalog, catalog.names(), None, own)
    files = _unfolded(settings, files)
    rules = _rules_among(settings, files)
    own = [one for one in own if Path(one.file).name in {file.name for file in rules}]
    files = [file for file in files if file not in rules]
    below = settings.templates_dir.resolve()
    inside = [file.resolve() for file in files if below in file.resolve().parents]
    names = sorted({file.relative_to(below).parts[0] for file in inside})
    known = [name for name in names if name in catalog.names()]  # layouts/ is nobody's message
    campaigns = [file for file in files if file.resolve() not in inside]
    programme = _named(campaigns, catalog, settings, markets)
    return _found(settings, programme, catalog, names, known if known == names else None, own)


def rules_among(settings: Settings, files: Sequence[Path] = ()) -> list[tuple[Path, str]]:
    """The merchant's own market rules among `files`, or all, each with the name it is told by."""
    chosen = _rules_among(settings, _unfolded(settings, files))
    if not files:
        chosen = [settings.project / sheet.file for sheet in own_sheets(settings.project)]
    return [(file, f"{FOLDER}/{file.name}") for file in chosen]


def _rules_among(settings: Settings, files: Sequence[Path]) -> list[Path]:
    """The merchant's own market rules among `files`."""
    return [file for file in files if file.resolve().parent == settings.project / FOLDER]


def _unfolded(settings: Settings, files: Sequence[Path]) -> list[Path]:
    """`files` with each folder replaced by what lies in it; a message stays the folder it is."""
    templates, found = settings.templates_dir.resolve(), list[Path]()
    for file in files:
        if file.resolve() == templates:
            found += sorted(one for one in file.iterdir() if one.is_dir())
        elif file.is_dir() and templates not in file.resolve().parents:
            found += [*file.glob("defaults.y*ml"), *campaign_files(file)]
        else:
            found.append(file)
    return found


def campaigns_among(settings: Settings, files: Sequence[Path] = ()) -> list[tuple[Path, str]]:
    """The campaign files among `files`, or all of the project, each with the name it is told by."""
    files = _unfolded(settings, files)
    below = settings.templates_dir.resolve()
    rules = _rules_among(settings, files)
    chosen = [file for file in files if below not in file.resolve().parents and file not in rules]
    if not files and settings.campaigns_dir.is_dir():
        defaults = list(settings.campaigns_dir.glob("defaults.y*ml"))
        chosen = [*defaults, *campaign_files(settings.campaigns_dir)]
    return [(file, _joined(_shown(file.parent, settings), file.name)) for file in chosen]


def _joined(folder: str, file: str) -> str:
    return (Path(folder) / file).as_posix()


def _found(
    settings: Settings,
    programme: Programme,
    catalog: Catalog,
    names: Sequence[str],
    chosen: Sequence[str] | None,
    own: Sequence[Problem],
) -> Examination:
    wrong = [_located(error, catalog.root) for error in catalog.problems(chosen)] if names else []
    samples = sample_problems(catalog.root) if names else ()
    broken = {one.file.split("/")[1] for one in wrong if one.severity is Severity.ERROR}
    whole = [name for name in catalog.names() if name in names and name not in broken]
    doubtful = [*proofs(settings, catalog, whole), *_strangers(settings, programme, catalog)]
    problems = sorted([*programme.problems, *wrong, *samples, *doubtful, *own], key=_order)
    return Examination(programme.files, programme.loaded, names, problems)


def _strangers(settings: Settings, programme: Programme, catalog: Catalog) -> list[Problem]:
    """Variants that a template compares with and no step has; a step of a file that was not asked
    for, or can't be read, may have them."""
    campaigns = [one.campaign for one in programme.loaded]
    drawing = any(
        step.variants for one in campaigns for steps in one.sequences.values() for step in steps
    )
    if not drawing or not settings.campaigns_dir.is_dir():
        return []
    everything = read_programme(settings.campaigns_dir, catalog, load_markets(settings.project))
    if programme.broken or everything.broken:
        return []
    campaigns += [one.campaign for one in everything.loaded]
    return [one.problem() for one in strangers(campaigns, Voices(catalog))]


def _located(error: TemplateError, root: Path) -> Problem:
    """A template's mistake with the column of its word, as far as the line can be read."""
    try:
        lines = (root.parent / error.file).read_text("utf-8-sig", "replace").splitlines()
    except OSError:  # a folder, or a file that is missing
        return error.problem()
    line = (error.line or 1) - 1
    return error.problem(lines[line] if line < len(lines) else "")


def _order(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.code


def _named(
    files: Sequence[Path], catalog: Catalog, settings: Settings, markets: Markets
) -> Programme:
    """Read single files, each with the defaults beside it; defaults by themselves."""
    templates, folders = spoken(catalog), dict[str, list[Path]]()
    for file in files:
        folders.setdefault(_shown(file.parent, settings), []).append(file)
    parts = [
        programme_of(judged([_read(file, templates) for file in some], catalog, markets), folder)
        for folder, some in folders.items()
    ]
    return Programme(
        [one for part in parts for one in part.loaded],
        [one for part in parts for one in part.broken],
        [one for part in parts for one in part.problems],
        [one for part in parts for one in part.files],
    )


def _read(file: Path, templates: Spoken) -> Reading:
    return read_defaults(file) if file.stem == "defaults" else read_file(file, None, templates)


def _shown(folder: Path, settings: Settings) -> str:
    """`campaigns` inside the project; elsewhere the whole path."""
    here, project = folder.resolve(), settings.project.resolve()
    inside = here.is_relative_to(project)
    return (here.relative_to(project) if inside else here).as_posix()
