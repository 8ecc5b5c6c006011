"""Settings: environment over `.env` over `recovery.toml` over defaults, typed and frozen.

Every setting has one name, `RECOVERY_SECTION_NAME`; in recovery.toml it is `name` below
`[section]`. A secret may also come from a file named by `<NAME>_FILE`. Nothing here ever prints
a value that could be a secret.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.settings.alerts import AlertSettings
from recovery.settings.providers import SendgridSettings, TwilioSettings
from recovery.settings.schema import (
    CostSettings,
    ServeSettings,
    Settings,
    ShopSettings,
    VipSettings,
    is_loopback,
    known_settings,
)
from recovery.settings.sources import Given, from_dotenv, from_environ, from_toml, resolved

__all__ = [
    "AlertSettings",
    "CostSettings",
    "SendgridSettings",
    "ServeSettings",
    "Settings",
    "ShopSettings",
    "TwilioSettings",
    "VipSettings",
    "is_loopback",
    "known_settings",
    "load_settings",
]

_RELATIVE_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(?![/:])(.+)")


def load_settings(
    project: Path | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings of `project` (default: RECOVERY_PROJECT, else the current folder).

    Raises UsageError, with every mistake and its cure on a line of its own.
    """
    environ = os.environ if environ is None else environ
    folder = Path(project or environ.get("RECOVERY_PROJECT") or ".").resolve()
    if not folder.is_dir():
        raise UsageError(
            say("no project folder at {folder}; `recovery init {folder}` makes one", folder=folder)
        )
    given: dict[str, Given] = {}
    for layer in (
        from_toml(folder / "recovery.toml"),
        from_dotenv(folder / ".env"),
        from_environ(environ),
    ):
        given |= resolved(layer, folder)
    settings = _anchored(_validated(folder, given))
    if settings.given_secret_key is None and not is_loopback(settings.public_url):
        raise UsageError(
            say(
                "RECOVERY_SECRET_KEY must be set, because RECOVERY_PUBLIC_URL is not localhost: "
                "links that customers hold must stay valid. Make one: python3 -c 'import secrets; "
                "print(secrets.token_urlsafe(32))'"
            )
        )
    return settings


def _validated(folder: Path, given: Mapping[str, Given]) -> Settings:
    tree: dict[str, Any] = {"project": folder}
    for name, one in given.items():
        *sections, last = known_settings()[name][0]
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[last] = one.value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise UsageError("\n".join(_told(one, given) for one in error.errors())) from None


def _told(error: ErrorDetails, given: Mapping[str, Given]) -> str:
    """One mistake: the setting as it was written, what it should be, the kind of what it is."""
    name = "RECOVERY_" + "_".join(str(part) for part in error["loc"]).upper()
    one, meaning = given[name], known_settings()[name][1].description
    wrong = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    kind = "text" if isinstance(one.value, str) else type(one.value).__name__
    return f"{one.spoken} {wrong}, not this {kind} ({meaning})"


def _anchored(settings: Settings) -> Settings:
    """The same settings with every relative path starting at the project."""
    project = settings.project
    url = settings.database_url or f"sqlite:///{settings.var_dir / 'recovery.db'}"
    return settings.model_copy(
        update={
            "database_url": _RELATIVE_SQLITE.sub(
                lambda match: f"{match[1]}{project / match[2]}", url
            ),
            "outbox_dir": project / settings.outbox_dir,
            "rates_file": settings.rates_file and project / settings.rates_file,
        }
    )
