"""What Twilio's error codes mean: in answers to our requests for the message, and for the number.

Twilio may add codes at any time, so this is data and a code that is missing here falls back to its
HTTP status. Meanings follow Twilio's error dictionary.
"""

from enum import StrEnum

from recovery.errors import SendFailure

ACCOUNT = SendFailure.ACCOUNT
PERMANENT = SendFailure.PERMANENT
TEMPORARY = SendFailure.TEMPORARY
UNKNOWN = SendFailure.UNKNOWN

CODES: dict[int, SendFailure] = {
    20429: TEMPORARY,  # too many requests: "never processed and always safe to retry"
    21611: TEMPORARY,  # the sender's queue is full: not queued
    20500: UNKNOWN,  # internal error: Twilio says the message may exist
    20003: ACCOUNT,  # key or password
    20005: ACCOUNT,  # account not active
    20006: ACCOUNT,  # account may not do this
    20008: ACCOUNT,  # test credentials
    20404: ACCOUNT,  # no such account
    21212: ACCOUNT,  # From is no valid sender
    21603: ACCOUNT,  # From is missing
    21606: ACCOUNT,  # From is not ours
    21608: ACCOUNT,  # trial account
    21609: ACCOUNT,  # our callback address is refused, for every message alike
    21659: ACCOUNT,  # From is no number of Twilio's
    21660: ACCOUNT,  # From is another account's
    21701: ACCOUNT,  # no such messaging service
    21703: ACCOUNT,  # messaging service without numbers
    21704: ACCOUNT,
    21705: ACCOUNT,  # messaging service is not valid
    30002: ACCOUNT,  # account suspended
    21408: PERMANENT,  # country not enabled: other countries still work
    21211: PERMANENT,  # To is no number
    21214: PERMANENT,  # To can't be reached
    21217: PERMANENT,
    21401: PERMANENT,
    21610: PERMANENT,  # they answered STOP
    21612: PERMANENT,  # From can't reach To
    21614: PERMANENT,  # To is no mobile number
    21617: PERMANENT,  # longer than 1,600 characters
}


class Number(StrEnum):
    """What a code says about the number we wrote to."""

    OPTED_OUT = "opted_out"  # they answered STOP
    INVALID = "invalid"  # no SMS will ever reach it
    UNREACHABLE = "unreachable"  # not this time; several times in a month mean never


# In answers and in status callbacks alike. A code that is missing says nothing about the number.
NUMBERS: dict[int, Number] = {
    21610: Number.OPTED_OUT,
    21211: Number.INVALID,
    21214: Number.INVALID,
    21217: Number.INVALID,
    21401: Number.INVALID,
    21612: Number.INVALID,  # our senders can't reach it
    21614: Number.INVALID,  # no mobile number
    30006: Number.INVALID,  # landline, or a carrier nobody reaches
    30003: Number.UNREACHABLE,  # switched off, or out of service
    30005: Number.UNREACHABLE,  # unknown to the carrier; now and then that means switched off
    30008: Number.UNREACHABLE,  # the carrier gave no reason
    30017: Number.UNREACHABLE,  # the carrier's network is full
}


def about_number(code: str | None) -> Number | None:
    """What `code`, as it stands in an event or a touch's reason, says about the number."""
    return NUMBERS.get(int(code)) if code is not None and code.isdecimal() else None
