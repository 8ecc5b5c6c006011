"""The demo's own project folder: the campaigns and templates of a project, and no way out of it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recovery.campaign.loader import load_folder
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.project import PARTS, shipped
from recovery.settings import Settings, load_settings

MARK = "MADE-BY-RECOVERY-DEMO.txt"
_MARK_TEXT = """\
`recovery demo` made this folder. The next demo removes it and makes it again: keep nothing here,
and edit the campaigns and templates of your project, not these copies.
"""
# Whatever the project and the environment say: SQLite, this process, files. The links of a demo
# lead nowhere, so its key is no secret; a fixed one makes the same codes every time.
_INSIDE: Mapping[str, Any] = {
    "database_url": "sqlite:///recovery.db",
    "broker_url": "memory://",
    "email_sender": "outbox",
    "sms_sender": "outbox",
    "outbox_dir": "outbox",
    "public_url": "http://localhost:8000",
    "secret_key": "the-demo-has-no-secret",
}
_SECTIONS = ("shop", "vip", "costs")


def folder_of(settings: Settings) -> Path:
    """Where the demo of this project lives."""
    return settings.var_dir / "demo"


def set_stage(settings: Settings) -> Settings:
    """Remove the last demo, make its folder anew, and return the settings that stay inside it.

    Without campaigns or templates of its own a project borrows the shipped ones. Raises
    CampaignError for a broken campaign while the last demo still stands, and UsageError when
    something that no demo made lies in its place.
    """
    folder, parts = folder_of(settings), _parts(settings.project)
    for broken in load_folder(parts["campaigns"])[1]:
        raise broken
    _clear(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text(_MARK_TEXT, "utf-8")
    for part, origin in parts.items():
        shutil.copytree(origin, folder / part)
    (folder / "recovery.toml").write_text("".join(_toml(settings)), "utf-8")
    return load_settings(folder, {})


def _parts(project: Path) -> dict[str, Path]:
    own = {part: project / part for part in PARTS}
    return {part: path if path.is_dir() else shipped() / part for part, path in own.items()}


def _clear(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not (folder / MARK).is_file()):
        raise UsageError(
            say(
                "{folder} is in the way, and `recovery demo` did not make it: move it elsewhere "
                "first",
                folder=folder,
            )
        )
    if folder.exists():
        shutil.rmtree(folder)


def _toml(settings: Settings) -> Iterator[str]:
    """The project's shop and costs, with everything that could reach out replaced."""
    yield "# Settings of the demo: the project's own, but nothing leaves this folder.\n"
    rates = {"rates": str(settings.rates_file)} if settings.rates_file else {}
    yield from _pairs({**_INSIDE, "base_currency": settings.base_currency, **rates})
    for section in _SECTIONS:
        yield f"\n[{section}]\n"
        yield from _pairs(getattr(settings, section).model_dump(exclude_none=True))


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    """Lines of TOML: its basic strings and whole numbers are written as in JSON."""
    return (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
