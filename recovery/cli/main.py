"""The command `recovery`: a table of verbs, each imported only when it is called."""

import sys
import traceback
from collections.abc import Sequence
from copy import copy
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from recovery import __version__
from recovery.cli.common import error_document
from recovery.cli.tongue import ONE_OF, in_language, localised, speaking
from recovery.errors import Exit
from recovery.i18n import here, mark

# In the order in which a newcomer needs them; the words are what `recovery --help` shows.
VERBS = {
    "demo": mark("See the whole job on example orders: no account, no set-up."),
    "init": mark("Make a project folder with campaigns and templates to start from."),
    "import": mark("Read orders from CSV or JSON Lines files."),
    "check": mark("Look for mistakes in campaigns and templates."),
    "fmt": mark("Write campaign files in one way; what they say stays."),
    "codes": mark("Explain the codes of check, each with an example."),
    "preview": mark("Write every message with sample orders, as one page to look at."),
    "send-test": mark("Send one message to yourself."),
    "plan": mark("Show what the campaign files would do, before they do it."),
    "replay": mark("Show what campaigns would have sent over real orders of the past."),
    "lab": mark("Learn to design sequences: a course on made-up shoppers."),
    "schema": mark("Print the campaign language as JSON Schema, for editors."),
    "simulate": mark("Play campaigns with made-up shoppers, whose true answer is known."),
    "compare": mark("Say which of several campaigns is better on the same shoppers."),
    "optimise": mark("Search better delays, channels and offers, within your limits."),
    "run": mark("Do what is due now: enrol orders, send messages. What cron calls."),
    "history": mark("Show the versions of a campaign, and how many entered under each."),
    "report": mark("Show how many orders each sequence brought back."),
    "funnel": mark("Show where orders are lost on the way to being paid."),
    "alerts": mark("Tell what has turned for the worse. For cron."),
    "coupons": mark("List the codes that went out, for your shop to honour."),
    "tasks": mark("List, claim and close what a person has to do."),
    "answers": mark("Read what customers wrote by SMS; say when it is seen to."),
    "orders": mark("List the orders themselves, to analyse by hand."),
    "explain": mark("Tell everything that was decided about one order, and why."),
    "markets": mark("Show the rules of each market, how sure we are of them, and yours."),
    "failures": mark("Count why orders are unpaid; show the codes that nobody knows."),
    "scenarios": mark("List the made-up markets in which a campaign can be tried."),
    "pause": mark("Stop sending at once: everything, a campaign or a channel."),
    "resume": mark("Let go of the brake that pause holds."),
    "touches": mark("List messages by state; decide about those that got no answer."),
    "inbox": mark("List events that could not be applied; try them again."),
    "suppress": mark("Look after the list of addresses that get nothing more."),
    "customers": mark("Hand out, or forget, what is known about one person."),
    "serve": mark("Answer webhooks, orders over HTTP, pay and unsubscribe links."),
    "worker": mark("Send messages from a Redis queue, in several processes."),
    "doctor": mark("Check that everything is set up, and name the cure where not."),
    "db": mark("Look after the database."),
}


def unlocalised(verb: str) -> click.Command:
    """The command of a verb as it is written, in English."""
    # `import` and `send-test` are no names for a Python file.
    file = "import_" if verb == "import" else verb.replace("-", "_")
    command: click.Command = import_module(f"recovery.cli.{file}").command
    return command


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports none before its turn."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's file; a usage error names the nearest verb for an unknown one."""
        if cmd_name not in VERBS:
            nearest = get_close_matches(cmd_name, VERBS, 1, cutoff=0.0)[0]
            ctx.fail(
                here("no command '{given}'; did you mean '{near}'?", given=cmd_name, near=nearest)
            )
        return localised(unlocalised(cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table itself: help must not cost the import of every verb."""
        with formatter.section(here("Commands")):
            formatter.write_dl([(verb, here(told)) for verb, told in VERBS.items()])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """As click's, which keeps the words of whoever asked first."""
        option = copy(super().get_help_option(ctx))
        if option is not None:
            option.help = here("Show this message and exit.")
        return option

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's, in the language spoken."""
        click.Group.format_help(in_language(self), ctx, formatter)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """As click's, with usage errors in JSON when asked, and 130 when interrupted early."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        with speaking(words):
            try:
                code = super().main(words, *rest, **extra)
            except click.ClickException as error:
                error.show()
                if "--json" in words:
                    click.echo(error_document(error.format_message(), error.exit_code))
                code = error.exit_code
            except (KeyboardInterrupt, click.Abort):
                code = Exit.INTERRUPTED
            except Exception:  # before a desk stood: a verb's file could not even be imported
                traceback.print_exc()
                code = Exit.BUG
        sys.exit(code if isinstance(code, int) else Exit.DONE)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command explains itself: recovery COMMAND --help. Start with: recovery demo",
)
@click.version_option(__version__, prog_name="recovery")
@click.option("--lang", metavar="LANG", help=ONE_OF)
@click.pass_context
def main(ctx: click.Context, lang: str | None) -> None:
    """Bring back orders that were placed and never paid.

    Campaign files say who gets which message when; every sequence is measured against a group
    that gets nothing, so you see what it really brings.
    """
    if lang is not None:  # a command that has the option itself asks its own
        ctx.default_map = {name: {"lang": lang} for name in main.list_commands(ctx)}
