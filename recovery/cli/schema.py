"""`recovery schema`: the campaign language for editors, as JSON Schema."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery.cli.common import Desk, verb

if TYPE_CHECKING:
    from recovery.settings import Settings

KINDS = ("campaign", "defaults")


@click.command("schema")
@click.option("--for", "kind", type=click.Choice(KINDS), default="campaign", show_default=True)
@click.option("--lang", metavar="LANG", help="Of titles and hover texts: en or zh-CN.")
@click.option("--write", is_flag=True, help="Write all of them into campaigns/, for editors.")
@verb(at=False)
def command(desk: Desk, kind: str, lang: str | None, *, write: bool) -> None:
    """Print the JSON Schema (draft-07) of a campaign file.

    It knows the templates that are installed; write it anew after adding one. Editors with the
    YAML language server read it by the first line of a file:

    # yaml-language-server: $schema=campaign.schema.json
    """
    if write:
        files = [str(file) for file in write_schemas(desk.settings)]
        desk.show({"written": files}, lambda console: console.print("\n".join(files)))
        return
    document = schema_of(desk.settings, kind, lang)
    desk.show(document, lambda console: click.echo(_text(document), nl=False))


def schema_of(settings: "Settings", kind: str, lang: str | None) -> dict[str, Any]:
    """The schema of `kind` in `lang` (None: the environment's), with the project's templates."""
    import os

    from recovery.campaign.json_schema import json_schema
    from recovery.campaign.schema import Campaign, Defaults
    from recovery.i18n import language

    model = Campaign if kind == "campaign" else Defaults
    return json_schema(model, templates=_templates(settings), lang=language(lang, os.environ))


def write_schemas(settings: "Settings") -> list[Path]:
    """Write the schemas of both languages beside the campaigns; returns the files."""
    written = []
    for kind in KINDS:
        for lang, suffix in (("en", ""), ("zh-CN", ".zh-CN")):
            file = settings.campaigns_dir / f"{kind}.schema{suffix}.json"
            file.write_text(_text(schema_of(settings, kind, lang)), encoding="utf-8")
            written.append(file)
    return written


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _templates(settings: "Settings") -> dict[str, frozenset[Any]]:
    """Channels by template; one that can't be read offers none."""
    from recovery.template.catalog import Catalog
    from recovery.template.errors import TemplateError

    catalog, found = Catalog(settings.templates_dir), {}
    for name in catalog.names():
        try:
            found[name] = catalog.channels(name)
        except TemplateError:
            found[name] = frozenset()
    return found
