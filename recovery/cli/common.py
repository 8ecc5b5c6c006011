"""What every verb shares: its desk (settings, clock, ways to answer), options and exit codes.

Nothing heavy is imported before a verb runs: `recovery --help` stays quick.
"""

import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recovery import telemetry
from recovery.clock import Clock, SystemClock, VirtualClock
from recovery.errors import Exit, RecoveryError, UsageError
from recovery.i18n import explained, here, mark, say

if TYPE_CHECKING:
    from rich.console import Console

    from recovery.engine import Engine
    from recovery.settings import Settings

# Further from the wall clock than this, real customers would get messages at a made-up hour.
NEAR_THE_WALL_CLOCK = timedelta(minutes=10)
WIDTH_OF_A_PIPE = 120
Verb = Callable[..., int | None]


class Desk:
    """Where one command works. Settings are read when they are first asked for."""

    def __init__(
        self, project: Path | None, at: datetime | None, *, as_json: bool, force: bool
    ) -> None:
        self.as_json = as_json
        self._project = project
        self._at = at
        self.force = force

    @cached_property
    def settings(self) -> "Settings":
        """The project's settings; UsageError names what is wrong."""
        from recovery.settings import load_settings

        settings = load_settings(self._project)
        telemetry.configure(settings.log_level, settings.secrets(), settings.log_format)
        return settings

    @cached_property
    def clock(self) -> Clock:
        """The wall clock, or one that stands at `--at`."""
        if self._at is None:
            return SystemClock()
        distance = abs(self._at - SystemClock().now())
        if distance > NEAR_THE_WALL_CLOCK and self.settings.reaches_out and not self.force:
            raise UsageError(
                say(
                    "--at {at} is more than ten minutes from now, and the senders of this project "
                    "reach real customers: use RECOVERY_EMAIL_SENDER=outbox and "
                    "RECOVERY_SMS_SENDER=outbox to try things, or add --force",
                    at=f"{self._at:%Y-%m-%dT%H:%M:%SZ}",
                )
            )
        return VirtualClock(self._at)

    def engine(self) -> "Engine":
        """The whole engine, on this project's settings and this desk's clock."""
        clock = self.clock  # refuses a wild --at before anything is opened
        self.expect_a_project()
        from recovery.engine import Engine

        return Engine(self.settings, clock)

    def expect_a_project(self) -> None:
        """A mistyped --project must not look like lost data, nor make a folder: UsageError."""
        settings = self.settings
        file = settings.var_dir / "recovery.db"
        ours = str(file) in settings.database_url
        if ours and not file.exists() and not settings.campaigns_dir.is_dir():
            raise UsageError(
                say(
                    "{project} is no project: it has no campaigns/ and no data; name one with "
                    "--project, or make one with `recovery init DIR`",
                    project=settings.project,
                )
            )

    def show(self, payload: Mapping[str, Any], text: Callable[["Console"], None]) -> None:
        """Answer: `payload` as one JSON document with --json, else whatever `text` prints."""
        if self.as_json:
            click.echo(to_json(payload))
        else:
            text(self.console)

    @cached_property
    def console(self) -> "Console":
        """Standard output, without markup: campaign names and `[brackets]` print as they are."""
        from rich.console import Console

        width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
        return Console(markup=False, highlight=False, emoji=False, width=width)

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A bar on standard error for long work, on a terminal only; call it with each advance."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.advance(task, done)


class Instant(click.ParamType[datetime]):
    """An ISO 8601 instant; the offset is not optional."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Aware, in UTC; a usage error names the cure."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                here("{value} is no instant; write e.g. 2026-11-22T09:00:00Z", value=f"{value!r}"),
                param,
                ctx,
            )
        if at.tzinfo is None:
            self.fail(
                here(
                    "{value} has no offset from UTC; write {at}Z for UTC, or e.g. {at}+01:00",
                    value=f"{value!r}",
                    at=at.isoformat(),
                ),
                param,
                ctx,
            )
        return at.astimezone(UTC)


def verb(*, at: bool) -> Callable[[Verb], Callable[..., None]]:
    """Give a command `--json`, `--project` (and `--at`, `--force`) and hand it a `desk` first.

    Stand it below `@click.command` and the command's own options. The function returns an exit
    code, or None for 0. Errors become messages on standard error (with --json also a document on
    standard output) and exit codes.
    """

    def decorate(function: Verb) -> Callable[..., None]:
        @functools.wraps(function)
        def wrapped(**options: Any) -> None:
            desk = Desk(
                options.pop("project"),
                options.pop("at", None),
                as_json=options.pop("as_json"),
                force=options.pop("force", False),
            )
            telemetry.configure()
            with exit_codes(desk):
                if at:
                    _ = desk.clock
                if code := function(desk, **options):
                    raise click.exceptions.Exit(int(code))

        for option in (*_TIME_OPTIONS, *_OPTIONS) if at else _OPTIONS:
            wrapped = option(wrapped)
        return wrapped

    return decorate


@contextmanager
def exit_codes(desk: Desk) -> Iterator[None]:
    """Turn errors into a message and the exit code that cron wrappers and systemd know."""
    try:
        yield
    except RecoveryError as error:
        refuse(explained(error), error.exit_code, as_json=desk.as_json, error=error)
    except KeyboardInterrupt:
        refuse(here("interrupted"), Exit.INTERRUPTED, as_json=desk.as_json)
    except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
        raise
    except Exception as error:
        refuse(_confession(error, desk), Exit.BUG, as_json=desk.as_json)


def refuse(message: str, code: int, *, as_json: bool, error: Exception | None = None) -> None:
    """Say why nothing more is done, and leave with `code`."""
    if as_json:
        click.echo(error_document(message, code, getattr(error, "problems", ())))
    click.echo(here("Error: {message}", message=message), err=True)
    raise click.exceptions.Exit(int(code))


def error_document(message: str, code: int, problems: Sequence[Any] = ()) -> str:
    """What --json prints in place of the answer when there is none."""
    told: dict[str, Any] = {"message": message, "exit_code": int(code)}
    return to_json({"error": told | ({"problems": problems} if problems else {})})


def to_json(payload: Mapping[str, Any] | Sequence[Any]) -> str:
    """`payload` as one JSON document; times in UTC with Z, anything unknown as its text."""
    return json.dumps(payload, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in fields} if fields else str(value)


def _confession(error: Exception, desk: Desk) -> str:
    try:
        file, secrets = desk.settings.var_dir / "recovery.log", desk.settings.secrets()
        telemetry.keep_traceback(error, file, secrets)
    except (RecoveryError, OSError) as trouble:
        untold = mark("a bug in recovery ({error}), and no log could be kept: {trouble}")
        return here(untold, error=type(error).__name__, trouble=trouble)
    whole = mark("a bug in recovery ({error}); the whole story is in {file}")
    return here(whole, error=type(error).__name__, file=file)


_OPTIONS = (
    click.option(
        "--project",
        type=click.Path(file_okay=False, path_type=Path),
        help="Project folder with campaigns/ and templates/  [default: the current folder]",
    ),
    click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document."),
)
_TIME_OPTIONS = (
    click.option("--force", is_flag=True, help="Allow --at far from now with real senders."),
    click.option(
        "--at",
        type=Instant(),
        metavar="TIME",
        help="Work as if it were this moment, e.g. 2026-11-22T09:00:00Z.",
    ),
)
