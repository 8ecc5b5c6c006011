"""Safe fixes on disk: each file is written whole or not at all."""

import os
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from recovery.campaign.loader import SharedDefaults, defaults_of
from recovery.campaign.mending import Mended, mended
from recovery.campaign.parsing import NO_DEFAULTS, Spoken, check_defaults, read_campaign
from recovery.campaign.problems import CampaignError, Problem
from recovery.campaign.text import read_bytes
from recovery.errors import UsageError
from recovery.i18n import say
from recovery.markets.own import FOLDER, own_problems


def mend_file(path: Path, spoken: Spoken) -> Sequence[Problem]:
    """Apply the safe fixes of one campaign file, defaults.yaml or a merchant's market rules.

    Returns the problems that are gone.
    """
    raw, found = _mended(path, spoken)
    if found.raw != raw:
        write_whole(path, found.raw)
    return found.done


def mendable(path: Path, spoken: Spoken) -> bool:
    """Whether `mend_file` would write anything."""
    raw, found = _mended(path, spoken)
    return found.raw != raw


def _mended(path: Path, spoken: Spoken) -> tuple[bytes, Mended]:
    """The bytes of a file and what its safe fixes make of them."""
    try:
        raw = read_bytes(path)
    except CampaignError:
        return b"", Mended(b"", ())
    if path.parent.name == FOLDER:
        return raw, mended(raw, path.name, partial(own_problems, file=path.name))
    check = partial(_problems, file=path.name, defaults=_defaults(path), spoken=spoken)
    return raw, mended(raw, path.name, check)


def write_whole(path: Path, raw: bytes) -> None:
    """Put `raw` in place of a file at once, with its rights; UsageError when that is refused."""
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
            Path(name).chmod(target.stat().st_mode & 0o7777)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(
            say("can't write {path}: {strerror}", path=path, strerror=error.strerror or error)
        ) from error


def _problems(
    text: str, *, file: str, defaults: SharedDefaults, spoken: Spoken
) -> Sequence[Problem]:
    if Path(file).stem == "defaults":
        return check_defaults(text, file)
    return read_campaign(text, file, defaults, spoken).problems


def _defaults(path: Path) -> SharedDefaults:
    try:
        return defaults_of(path.parent)
    except CampaignError:
        return NO_DEFAULTS
