"""What Twilio's error codes in answers to our requests mean for the message.

Twilio may add codes at any time, so this is data and a code that is missing here falls back to its
HTTP status. Meanings follow Twilio's error dictionary.
"""

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
    20404: ACCOUNT,  # no such account
    21212: ACCOUNT,  # From is no valid sender
    21603: ACCOUNT,  # From is missing
    21606: ACCOUNT,  # From is not ours
    21608: ACCOUNT,  # trial account
    21609: ACCOUNT,  # our callback address is refused, for every message alike
    21701: ACCOUNT,  # no such messaging service
    21703: ACCOUNT,  # messaging service without numbers
    21704: ACCOUNT,
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
