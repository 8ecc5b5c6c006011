"""The command `recovery`: a table of verbs, each imported only when it is called."""

import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from recovery import __version__
from recovery.cli.common import error_document
from recovery.errors import Exit

# In the order in which a newcomer needs them; the words are what `recovery --help` shows.
VERBS = {
    "demo": "See the whole job on example orders: no account, no set-up.",
    "init": "Make a project folder with campaigns and templates to start from.",
    "import": "Read orders from CSV or JSON Lines files.",
    "check": "Look for mistakes in campaigns and templates.",
    "fmt": "Write campaign files in one way; what they say stays.",
    "codes": "Explain the codes of check, each with an example.",
    "preview": "Write every message with sample orders, as one page to look at.",
    "send-test": "Send one message to yourself.",
    "plan": "Show what the campaign files would do, before they do it.",
    "schema": "Print the campaign language as JSON Schema, for editors.",
    "run": "Do what is due now: enrol orders, send messages. What cron calls.",
    "history": "Show the versions of a campaign, and how many entered under each.",
    "report": "Show how many orders each sequence brought back.",
    "coupons": "List the codes that went out, for your shop to honour.",
    "tasks": "List, claim and close what a person has to do.",
    "answers": "Read what customers wrote by SMS; say when it is seen to.",
    "explain": "Tell everything that was decided about one order, and why.",
    "markets": "Show the rules of each market, how sure we are of them, and yours.",
    "failures": "Count why orders are unpaid; show the codes that nobody knows.",
    "pause": "Stop sending at once: everything, a campaign or a channel.",
    "resume": "Let go of the brake that pause holds.",
    "touches": "List messages by state; decide about those that got no answer.",
    "inbox": "List events that could not be applied; try them again.",
    "suppress": "Look after the list of addresses that get nothing more.",
    "customers": "Hand out, or forget, what is known about one person.",
    "serve": "Answer webhooks, orders over HTTP, pay and unsubscribe links.",
    "worker": "Send messages from a Redis queue, in several processes.",
    "doctor": "Check that everything is set up, and name the cure where not.",
    "db": "Look after the database.",
}


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports none before its turn."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's file; a usage error names the nearest verb for an unknown one."""
        if cmd_name not in VERBS:
            nearest = get_close_matches(cmd_name, VERBS, 1, cutoff=0.0)[0]
            ctx.fail(f"no command {cmd_name!r}; did you mean {nearest!r}?")
        # `import` and `send-test` are no names for a Python file.
        file = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        command: click.Command = import_module(f"recovery.cli.{file}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table itself: help must not cost the import of every verb."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """As click's, with usage errors in JSON when asked, and 130 when interrupted early."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
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
def main() -> None:
    """Bring back orders that were placed and never paid.

    Campaign files say who gets which message when; every sequence is measured against a group
    that gets nothing, so you see what it really brings.
    """
