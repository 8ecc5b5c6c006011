"""Errors that say what is wrong, where, and the cure; each knows the exit code it leads to."""

from datetime import timedelta
from enum import IntEnum, StrEnum
from pathlib import Path


class Exit(IntEnum):
    """Exit codes, as cron wrappers and systemd know them (sysexits.h where it has one)."""

    DONE = 0
    PARTIAL = 1
    USAGE = 2
    DATA = 65
    UNAVAILABLE = 69
    BUG = 70
    LOCKED = 75
    INTERRUPTED = 130


class RecoveryError(Exception):
    """Base of every error this engine raises on purpose."""

    exit_code = Exit.BUG


class UsageError(RecoveryError):
    """Raised when a setting, an option or an argument is wrong."""

    exit_code = Exit.USAGE


class Unavailable(RecoveryError):
    """Raised when a service we need (database, broker) did not answer. Nothing is lost."""

    exit_code = Exit.UNAVAILABLE


class Locked(RecoveryError):
    """Raised when another run holds the lock; nothing was done."""

    exit_code = Exit.LOCKED


class UnreadableFile(RecoveryError):
    """Raised when a file can't be read (encoding, header), or not beyond `line`."""

    exit_code = Exit.PARTIAL

    def __init__(self, message: object, *, file: Path | str, line: int | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


class SendFailure(StrEnum):
    """What a failed call to a provider means for the touch."""

    TEMPORARY = "temporary"  # provably not accepted, worth trying later: refused, 429
    PERMANENT = "permanent"  # this message or this address, never again
    ACCOUNT = "account"  # our key or sender set-up: every message would fail; touches stay due
    UNKNOWN = "unknown"  # bytes left us and no clear answer came: it may have been accepted


class ConnectorError(RecoveryError):
    """Raised when a provider refuses or fails; `failure` is what the caller must decide with."""

    exit_code = Exit.PARTIAL

    def __init__(
        self,
        message: str,
        *,
        failure: SendFailure,
        code: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.failure = failure
        self.code = code
        self.retry_after = retry_after
