"""Who follows a link: a person, or a machine that looks before a person does. Pure.

Mail gateways, link previews and prefetching browsers open links that nobody has chosen to open.
Such a visit is answered like any other, and never counts as interest.
"""

import re

# Words in the User-Agent by which machines name themselves; a browser always has a name. Plain
# HTTP libraries are not among them: shops' own apps open links with those.
_MACHINES = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|scan|preview|prefetch|proxy|monitor|headless|phantom"
    r"|barracuda|mimecast|proofpoint|symantec|messagelabs|forcepoint|fireeye|trendmicro|sophos"
    r"|safelinks|ms-office|microsoft office|ggpht|appengine|facebookexternalhit|whatsapp/"
    r"|embedly|url ?check|link ?check",
    re.IGNORECASE,
)


def is_machine(user_agent: str | None) -> bool:
    """Whether the program that names itself `user_agent` is no browser in a person's hands."""
    return not user_agent or _MACHINES.search(user_agent) is not None
