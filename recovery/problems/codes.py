"""Every code of a problem and its row. A code is never used again for something else.

CR0xx are campaign files, CR1xx templates (from CR150 on: samples, and messages written out), CR2xx
what the rules of a market forbid, CR3xx the simulator's scenarios.
"""

from recovery.problems.grammar import GRAMMAR
from recovery.problems.keyboard import KEYBOARD
from recovery.problems.markets import MARKETS
from recovery.problems.meaning import MEANING
from recovery.problems.messages import MESSAGES
from recovery.problems.row import Row, Severity
from recovery.problems.scenarios import SCENARIOS
from recovery.problems.sense import SENSE
from recovery.problems.templates import TEMPLATES
from recovery.problems.values import VALUES

__all__ = ["CODES", "Row", "Severity"]

CODES: dict[str, Row] = {
    **(KEYBOARD | GRAMMAR | VALUES | MEANING | SENSE),
    **(TEMPLATES | MESSAGES),
    **MARKETS,
    **SCENARIOS,
}
