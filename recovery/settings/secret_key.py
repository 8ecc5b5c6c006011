"""The key that signs links, made once for a project that nobody outside can reach."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_key(file: Path) -> str:
    """The key in `file`; made first (mode 0600) when there is none. Safe when two ask at once."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=file.parent, prefix=".secret_key-")  # mode 0600
        with os.fdopen(handle, "w") as draft:
            draft.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):  # somebody was quicker: theirs counts
            os.link(made, file)
        os.unlink(made)
    return file.read_text("utf-8").strip()
