"""What `recovery worker` becomes: dramatiq's own command, speaking our log's language.

`python -m workers` with the options of `dramatiq`; the project is RECOVERY_PROJECT.
"""

import logging
import sys
import threading
from types import TracebackType

from dramatiq import cli

from recovery import telemetry
from recovery.settings import load_settings

ALWAYS = ("workers.main:broker", "--skip-logging")  # its own lines would be neither ours nor JSON


def main(words: list[str]) -> int:
    """Run until a signal; dramatiq's exit code."""
    settings = load_settings()
    telemetry.configure(settings.log_level, settings.secrets(), settings.log_format)
    logging.captureWarnings(True)
    sys.excepthook = _tell
    threading.excepthook = lambda it: _tell(it.exc_type, it.exc_value, it.exc_traceback)
    # On SIGHUP dramatiq starts itself anew, by these words.
    sys.argv[:] = [sys.executable, "-m", "workers", *words]
    options = cli.make_argument_parser().parse_args([*ALWAYS, *words])  # type: ignore[no-untyped-call]
    return int(cli.main(options))  # type: ignore[no-untyped-call]


def _tell(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """What nobody caught is an event, too."""
    if error is not None:
        logging.getLogger("recovery.worker").critical("bug", exc_info=(kind, error, trace))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
