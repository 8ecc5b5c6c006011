"""What lies in the folder of hand-ins, read with care: bytes by their place, from files, folders
and archives. A link, a road out of the folder, an archive that swells: a fault of that one alone.
"""

import io
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from recovery.i18n import Text, say

LARGEST = 2_000_000  # bytes of one file
LARGEST_WHOLE = 8_000_000  # of all that one trainee handed in
MOST = 300  # files
ARCHIVE = ".zip"
# What computers add by themselves.
_DUST = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")
_UNREADABLE = (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error)


@dataclass(slots=True)
class Tree:
    """The files of one hand-in by their place; `fault` says why there are none."""

    label: str  # the name of the file or folder it came in
    files: dict[str, bytes] = field(default_factory=dict)
    fault: Text | None = None

    @property
    def size(self) -> int:
        """All bytes."""
        return sum(map(len, self.files.values()))


class Faulty(Exception):
    """Raised for what nobody has to read; carries why."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


def trees(folder: Path) -> Iterator[Tree]:
    """One tree for each entry of `folder`, by name; never an error for what is in them."""
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if not _DUST.search(entry.name):
            yield _tree(entry)


def _tree(entry: Path) -> Tree:
    tree = Tree(entry.name)
    try:
        if entry.is_symlink():
            raise Faulty(say("it is a link to somewhere else"))
        for place, file in _below(entry):
            _take(tree, place, _read(file))
    except Faulty as fault:
        return Tree(entry.name, fault=fault.why)
    except OSError as error:
        return Tree(entry.name, fault=say("it can't be read: {why}", why=error.strerror or error))
    return tree


def _below(entry: Path) -> Iterator[tuple[str, Path]]:
    if not entry.is_dir():
        if not entry.is_file():  # a pipe would keep us waiting
            raise Faulty(say("it is neither file nor folder"))
        yield entry.name, entry
        return
    for file in sorted(entry.rglob("*")):
        place = file.relative_to(entry).as_posix()
        if _DUST.search(place):
            continue
        if file.is_symlink():
            raise Faulty(say("{name} is a link to somewhere else", name=place))
        if file.is_file():
            yield place, file


def _read(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(LARGEST_WHOLE + 1)


def _take(tree: Tree, place: str, raw: bytes) -> None:
    """Add a file, or what is in an archive."""
    if place.lower().endswith(ARCHIVE):
        for inner, found in _unpacked(raw).items():
            _keep(tree, str(PurePosixPath(place).parent / inner), found)
    else:
        _keep(tree, place, raw)


def _keep(tree: Tree, place: str, raw: bytes) -> None:
    if len(raw) > LARGEST or tree.size + len(raw) > LARGEST_WHOLE:
        raise Faulty(say("{name} is too large", name=place))
    if len(tree.files) >= MOST:
        raise Faulty(say("more than {count} files are too many", count=MOST))
    tree.files[place] = raw


def _unpacked(raw: bytes) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    left = LARGEST_WHOLE
    try:
        with ZipFile(io.BytesIO(raw)) as archive:
            listed = archive.infolist()
            if len(listed) > MOST:
                raise Faulty(say("more than {count} files are too many", count=MOST))
            for one in listed:
                place = _place(one)
                if one.is_dir() or _DUST.search(place):
                    continue
                found[place] = _member(archive, one, min(left, LARGEST))
                left -= len(found[place])
    except _UNREADABLE as error:
        raise Faulty(say("the archive can't be read: {why}", why=str(error)[:100])) from None
    return found


def _member(archive: ZipFile, one: ZipInfo, most: int) -> bytes:
    """Never more than `most`, whatever the archive says about its size."""
    if one.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others ask for memory beforehand
        raise Faulty(say("the archive is packed in an unusual way: use a plain zip"))
    if one.file_size > most:
        raise Faulty(say("{name} is too large", name=_place(one)))
    with archive.open(one) as source:
        raw = source.read(most + 1)
    if len(raw) > most:
        raise Faulty(say("{name} is too large", name=_place(one)))
    return raw


def _place(one: ZipInfo) -> str:
    """Where a member belongs; Chinese Windows writes GBK where the format says code page 437."""
    name = one.filename
    if not one.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = one.filename
    place = PurePosixPath(name.replace("\\", "/"))
    linked = stat.S_ISLNK(one.external_attr >> 16)
    if linked or place.is_absolute() or ".." in place.parts or ":" in name:
        raise Faulty(say("the archive holds {name}, which leads out of it", name=f"{name[:80]!r}"))
    return place.as_posix()
