"""Where settings come from: recovery.toml, `.env`, the environment, and files of secrets."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from recovery.errors import UsageError
from recovery.i18n import say
from recovery.settings.schema import PREFIX, known_settings

FILE = "_FILE"
NOT_SETTINGS = frozenset({"RECOVERY_PROJECT", "RECOVERY_TEST_DATABASE_URL", "RECOVERY_CRASH_AT"})


@dataclass(frozen=True, slots=True)
class Given:
    """One value as somebody wrote it, and how that place calls it."""

    value: Any
    spoken: str
    in_toml: bool = False


def from_environ(environ: Mapping[str, str]) -> dict[str, Given]:
    """What the environment sets, by name. Other people's variables are left alone."""
    ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    return {name: Given(value, name) for name, value in ours.items() if name not in NOT_SETTINGS}


def from_dotenv(file: Path) -> dict[str, Given]:
    """What `.env` sets; nothing when there is none. `$` in a password stays a `$`."""
    if not file.is_file():
        return {}
    try:
        lines = dotenv_values(file, interpolate=False, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(say("{file}: not UTF-8 text; save it as UTF-8", file=file)) from error
    found = from_environ({name: value or "" for name, value in lines.items()})
    return {name: Given(given.value, f"{file}: {name}") for name, given in found.items()}


def from_toml(file: Path) -> dict[str, Given]:
    """What recovery.toml sets, under the same names as the environment would use."""
    if not file.is_file():
        return {}
    try:
        tree = tomllib.loads(file.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(say("{file}: not UTF-8 text; save it as UTF-8", file=file)) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(say("{file}: not valid TOML: {error}", file=file, error=error)) from error
    return {
        PREFIX + "_".join(path).upper(): Given(value, f"{file}: {'.'.join(path)}", in_toml=True)
        for path, value in _leaves(tree)
    }


def _leaves(
    tree: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def resolved(layer: Mapping[str, Given], folder: Path) -> dict[str, Given]:
    """Known names only; `<NAME>_FILE` is replaced by what the file holds.

    An empty value is how compose files, units and our own recovery.toml say "not set". A secret of
    blanks, or a file with nothing in it, is a mistake: it would open what it should close.
    """
    found: dict[str, Given] = {}
    for name, given in layer.items():
        bare = name.removesuffix(FILE)
        if name in known_settings():
            if known_settings()[name][1].repr is False and given.value != "":
                _not_blank(given, given.spoken)
            found |= {name: given} if given.value != "" else {}
        elif bare in known_settings() and known_settings()[bare][1].repr is False:
            if given.value == "":
                continue
            if bare in layer and layer[bare].value != "":
                raise UsageError(
                    say(
                        "{spoken}: {bare} is set as well; keep one of the two",
                        spoken=given.spoken,
                        bare=bare,
                    )
                )
            found[bare] = _from_file(given, folder)
        else:
            raise UsageError(_unknown(name, given))
    return found


def _from_file(given: Given, folder: Path) -> Given:
    try:
        text = (folder / str(given.value)).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(
            say(
                "{spoken}: can't read {value}: {reason}",
                spoken=given.spoken,
                value=given.value,
                reason=reason,
            )
        ) from error
    _not_blank(Given(text, given.spoken), f"{given.spoken}: {given.value}")
    return Given(text, given.spoken)


def _not_blank(secret: Given, spoken: str) -> None:
    if isinstance(secret.value, str) and not secret.value.strip():
        raise UsageError(
            say(
                "{spoken} holds nothing but blanks; write the secret there, or unset it",
                spoken=spoken,
            )
        )


def _unknown(name: str, given: Given) -> str:
    nearest = get_close_matches(name, known_settings(), 1, cutoff=0.0)[0]
    spelled = ".".join(known_settings()[nearest][0]) if given.in_toml else nearest
    return f"{given.spoken}: no such setting; did you mean {spelled}?"
