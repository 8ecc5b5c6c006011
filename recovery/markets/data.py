"""Reads the data files of this room; every value is text, `NO` is Norway."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def facts(name: str) -> dict[str, Any]:
    """Return the content of `<name>.yaml` in this folder."""
    text = (files("recovery.markets") / f"{name}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    content: dict[str, Any] = yaml.load(text, loader)  # noqa: S506 - BaseLoader makes text only
    return content


@cache
def tz_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table of the tz database (`iso3166.tab`, `zone.tab`)."""
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(tuple(line.split("\t")) for line in lines)
