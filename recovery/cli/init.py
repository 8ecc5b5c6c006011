"""`recovery init`: a new project folder to start from."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import click

from recovery.cli.common import Desk, verb
from recovery.errors import UsageError
from recovery.i18n import here, say
from recovery.project import PARTS, shipped

_TOML = "recovery.toml"
_IGNORED = "# State, backups and secrets stay on this machine.\nvar/\nbackup/\n.env\n"
_HEAD = """\
# Settings of this project. Everything has a default: remove the `# ` in front of what you change.
# An environment variable (RECOVERY_SHOP_NAME, or in a file named .env) wins over this file.
# Keep secrets out of it: set RECOVERY_SENDGRID_API_KEY, or RECOVERY_SENDGRID_API_KEY_FILE=path.
"""


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@verb(at=False)
def command(desk: Desk, *, folder: Path) -> None:
    """Make a project folder DIR with campaigns and templates to start from.

    Edit campaigns/*.yaml and templates/, say who you are in recovery.toml, then look for mistakes
    with `recovery check`.
    """
    target = folder.resolve()
    if taken := [name for name in (*PARTS, _TOML) if (target / name).exists()]:
        raise UsageError(
            say(
                "{target} has {taken} already, which stay as they are: choose another folder, or "
                "move them away first",
                target=target,
                taken=", ".join(taken),
            )
        )
    _make(target)
    files = sorted(
        path.relative_to(target).as_posix()
        for part in (*PARTS, _TOML)
        for path in (target / part, *(target / part).rglob("*"))
        if path.is_file()
    )
    desk.show(
        {"project": str(target), "files": files},
        lambda console: console.print(
            here(
                "Made {target} with {count} files.\nNext: say who you are in {toml}, then\n  cd "
                "{folder}\n  recovery check\n  recovery import orders.csv\n  recovery run "
                "--dry-run",
                target=target,
                count=len(files),
                toml=_TOML,
                folder=folder,
            ),
            soft_wrap=True,
        ),
    )


def _make(target: Path) -> None:
    try:
        for part in PARTS:
            copytree(shipped() / part, target / part)
        (target / _TOML).write_text(commented_settings(), "utf-8")
        if not (target / ".gitignore").exists():
            (target / ".gitignore").write_text(_IGNORED, "utf-8")
    except OSError as error:
        raise UsageError(
            say(
                "can't write to {target}: {strerror}",
                target=target,
                strerror=error.strerror or error,
            )
        ) from error


def commented_settings() -> str:
    """A recovery.toml with every setting that is no secret, explained and commented out."""
    return _HEAD + "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    from recovery.settings import known_settings

    section = ""
    for path, info in known_settings().values():
        if "SecretStr" in str(info.annotation):
            continue
        *above, name = path
        if above and above[0] != section:
            section = above[0]
            yield from ("", f"[{section}]")
        yield f"# {name} = {_written(info.default)}{' ' * 4}# {info.description}"


def _written(default: Any) -> str:
    if default is None:
        return '""'
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return f'"{", ".join(default)}"'
    return str(default) if isinstance(default, int) else f'"{default}"'
