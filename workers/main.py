"""What `recovery worker` loads: the broker of the project, with its actors."""

import logging
import sys

from recovery import telemetry
from recovery.errors import Exit
from recovery.settings import load_settings
from workers.actors import declare
from workers.broker import make_broker

try:
    settings = load_settings()
    # A handler that dramatiq may have put there would print what ours blots out.
    logging.getLogger().handlers.clear()
    telemetry.configure(settings.log_level, settings.secrets(), settings.log_format)
    broker = make_broker(settings.broker_url)
    dispatch = declare(broker)
except Exception as error:  # the process that starts us would print it as it is
    logging.getLogger("recovery.worker").critical("not_started", exc_info=True)
    sys.exit(int(getattr(error, "exit_code", Exit.BUG)))
