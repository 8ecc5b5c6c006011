"""The key that signs links, made once for a project that nobody outside can reach."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from recovery.errors import UsageError
from recovery.i18n import say


def kept_key(file: Path) -> str:
    """The key in `file`; made first (mode 0600) when there is none. Safe when two ask at once.

    Raises UsageError when the file is empty: whoever knows that could sign links.
    """
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=file.parent, prefix=".secret_key-")  # mode 0600
        with os.fdopen(handle, "w") as draft:
            draft.write(secrets.token_urlsafe(32))
            draft.flush()
            os.fsync(draft.fileno())  # a power cut may leave a name without its content
        with suppress(FileExistsError):  # somebody was quicker: theirs counts
            os.link(made, file)
        os.unlink(made)
        _settle(file.parent)
    return read_key(file)


def read_key(file: Path) -> str:
    """The key in `file`, which is there; UsageError when it is empty or can't be read."""
    try:
        key = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(
            say("{file}: can't read the key that signs links: {reason}", file=file, reason=reason)
        ) from error
    if not key:
        raise UsageError(
            say(
                "{file} is empty: links signed with it could be forged; bring it back from a "
                "backup, or delete it and a new key is made (links in messages sent so far stop "
                "working)",
                file=file,
            )
        )
    return key


def _settle(folder: Path) -> None:
    """Names must survive a power cut, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
