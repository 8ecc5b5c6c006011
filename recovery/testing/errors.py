"""What a test asks for and cannot have.

The kit speaks English wherever it runs: its words end up in assertions.
"""

from recovery.errors import UsageError


class KitError(UsageError):
    """Raised when a test asks for what cannot be: says what, where, and the cure."""
