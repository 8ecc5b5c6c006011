"""A trainee's work: the files of a folder, or of a hand-in, as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from recovery.campaign.text import decoded
from recovery.errors import UsageError
from recovery.i18n import say

CAMPAIGNS, LATER = "campaigns", "later"  # later: what a diary publishes
ANSWERS, DIARY = "answers.yaml", "diary.yaml"
MOST_FILES = 40
LARGEST = 200_000  # bytes of one file
# What belongs to a work. A name may be in any script, has no road in it and does not begin with a
# dot: so nothing can be written outside of the folder that a work is unfolded into.
_YAML = re.compile(r"(campaigns|later)/[^\W.][\w .()+-]{0,100}\.ya?ml")


@dataclass(frozen=True, slots=True)
class Work:
    """Texts by their place in the folder: `campaigns/unpaid.yaml`, `answers.yaml`, `diary.yaml`."""

    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The same for the same texts, whoever hands them in; line ends do not count."""
        whole = sha256()
        for name in sorted(self.files):
            text = "\n".join(line.rstrip() for line in self.files[name].splitlines()).strip()
            whole.update(f"{len(name)}:{name}:{len(text)}:{text}".encode())
        return whole.hexdigest()

    def unfold(self, folder: Path) -> None:
        """Write the files below `folder`, which is empty."""
        for part in (CAMPAIGNS, LATER):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            if belongs(name):
                (folder / name).write_text(text, "utf-8")


def belongs(name: str) -> bool:
    """Whether a file of this name, as seen from the folder, is part of a work."""
    return name in (ANSWERS, DIARY) or _YAML.fullmatch(name) is not None


def read_work(folder: Path) -> Work:
    """The work in a trainee's folder; UsageError for what nobody would hand in."""
    found = [one for one in _candidates(folder) if belongs(one.relative_to(folder).as_posix())]
    if len(found) > MOST_FILES:
        raise UsageError(say("more than {count} files are too many", count=MOST_FILES))
    return Work({one.relative_to(folder).as_posix(): _text(one) for one in sorted(found)})


def _candidates(folder: Path) -> list[Path]:
    parts = [one for part in (CAMPAIGNS, LATER) for one in (folder / part).glob("*.y*ml")]
    names = [folder / ANSWERS, folder / DIARY, *parts]
    return [one for one in names if one.is_file() and not one.is_symlink()]


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise UsageError(say("{file} is too large", file=file.name))
    return decoded(file.read_bytes(), file.name)[0]
