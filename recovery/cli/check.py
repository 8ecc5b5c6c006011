"""`recovery check`: mistakes in campaigns and templates, before a customer sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recovery.cli.common import Desk, verb
from recovery.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.campaign.loader import LoadedCampaign
    from recovery.campaign.problems import Problem
    from recovery.settings import Settings
    from recovery.template.catalog import Catalog
    from recovery.template.errors import TemplateError

_Filed = TypeVar("_Filed", "LoadedCampaign", "Problem")


@dataclass(frozen=True)
class Examination:
    """What was looked at, and every mistake that was found."""

    campaigns: Sequence["LoadedCampaign"]
    templates: Sequence[str]
    problems: Sequence["Problem | TemplateError"]

    def payload(self) -> dict[str, Any]:
        """The answer in JSON."""
        return {
            "campaigns": [one.campaign.campaign for one in self.campaigns],
            "templates": list(self.templates),
            "problems": [_as_dict(one) for one in self.problems],
        }


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILE]…")
@verb(at=False)
def command(desk: Desk, *, files: tuple[Path, ...]) -> Exit:
    """Look for mistakes in campaigns and templates, and say file, line and cure.

    Without FILE everything in campaigns/ and templates/ is checked. Nothing is sent or changed.
    """
    found = examine(desk.settings, files)
    desk.show(found.payload(), lambda console: _tell(found, console))
    return Exit.DATA if found.problems else Exit.DONE


def examine(settings: "Settings", files: Sequence[Path] = ()) -> Examination:
    """Check `files` (campaigns, or anything below templates/), or the whole project."""
    from recovery.template.catalog import Catalog

    catalog = Catalog(settings.templates_dir)
    folder = settings.templates_dir.resolve()
    inside = [file.resolve() for file in files if folder in file.resolve().parents]
    names = sorted({file.relative_to(folder).parts[0] for file in inside})
    sentences = [file for file in files if file.resolve() not in inside]
    loaded, problems = _campaigns(settings, sentences, whole=not files)
    problems += _unheard(loaded, catalog)
    if not files:
        names = list(catalog.names())
    known = [name for name in names if name in catalog.names()]  # layouts/ is nobody's message
    wrong = catalog.problems(known if known == names else None) if names else []
    return Examination(loaded, names, [*problems, *wrong])


def _campaigns(
    settings: "Settings", files: Sequence[Path], *, whole: bool
) -> tuple[list["LoadedCampaign"], list["Problem"]]:
    from recovery.campaign.loader import CampaignError, load_campaign, load_folder

    if whole:
        loaded, errors = load_folder(settings.campaigns_dir)
        loaded = [_placed(one, settings.campaigns_dir, settings) for one in loaded]
        problems = [problem for error in errors for problem in error.problems]
        return loaded, [_placed(one, settings.campaigns_dir, settings) for one in problems]
    loaded, problems = [], []
    for file in files:
        try:
            loaded.append(_placed(load_campaign(file), file.parent, settings))
        except CampaignError as error:
            problems += [_placed(one, file.parent, settings) for one in error.problems]
    return loaded, problems


def _placed(one: _Filed, folder: Path, settings: "Settings") -> _Filed:
    """`one` with its file as people find it: `campaigns/spring.yaml` inside the project."""
    file, project = (folder / one.file).resolve(), settings.project.resolve()
    inside = file.is_relative_to(project)
    return replace(one, file=(file.relative_to(project) if inside else file).as_posix())


def _unheard(loaded: Sequence["LoadedCampaign"], catalog: "Catalog") -> list["Problem"]:
    """Steps whose template does not exist, or says nothing on their channel."""
    from recovery.campaign.templates import check_templates
    from recovery.template.errors import TemplateError

    spoken = {}
    for name in catalog.names():
        try:
            spoken[name] = catalog.channels(name)
        except TemplateError:  # told with the templates' own mistakes
            continue
    return [problem for one in loaded for problem in check_templates(one, spoken)]


def _as_dict(problem: "Problem | TemplateError") -> dict[str, Any]:
    names = ("file", "line", "column", "road", "code", "message", "cure")
    return {name: getattr(problem, name, None) for name in names}


def _tell(found: Examination, console: "Console") -> None:
    for problem in found.problems:
        console.print(str(problem), soft_wrap=True)
    counted = f"{len(found.campaigns)} campaigns and {len(found.templates)} templates"
    wrong = len(found.problems)
    told = f"{wrong} mistake{'s' if wrong > 1 else ''} found" if wrong else "no mistakes"
    console.print(f"Checked {counted}: {told}.")
