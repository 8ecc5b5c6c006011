"""What `recovery worker` loads: the broker of the project, with its actors."""

import logging

from recovery import telemetry
from recovery.settings import load_settings
from workers.actors import declare
from workers.broker import make_broker

settings = load_settings()
# dramatiq has put a handler of its own there, which would print what ours blots out.
logging.getLogger().handlers.clear()
telemetry.configure(settings.log_level, settings.secrets(), settings.log_format)
broker = make_broker(settings.broker_url)
dispatch = declare(broker)
