"""The vocabulary: why an order is unpaid, in words that are the same for every provider."""

from enum import StrEnum


class FailureReason(StrEnum):
    """Why a payment did not happen, whoever reported it."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    EXPIRED_CARD = "expired_card"
    INVALID_DETAILS = "invalid_details"
    AUTHENTICATION_REQUIRED = "authentication_required"
    ISSUER_GENERIC = "issuer_generic"
    CARD_RESTRICTED = "card_restricted"
    ACCOUNT_CLOSED = "account_closed"
    METHOD_UNSUPPORTED = "method_unsupported"
    AMOUNT_INVALID = "amount_invalid"
    FRAUD_SUSPECTED = "fraud_suspected"
    TECHNICAL_ERROR = "technical_error"
    MERCHANT_CONFIG = "merchant_config"
    DUPLICATE = "duplicate"
    EXCESSIVE_RETRIES = "excessive_retries"
    CUSTOMER_CANCELLED = "customer_cancelled"
    AUTHORISATION_REVOKED = "authorisation_revoked"
    SESSION_EXPIRED = "session_expired"
    VOUCHER_PENDING = "voucher_pending"
    VOUCHER_EXPIRED = "voucher_expired"
    RECURRING_ONLY = "recurring_only"
    NOT_A_FAILURE = "not_a_failure"
    TEST_MODE = "test_mode"
    UNKNOWN = "unknown"


class Suggestion(StrEnum):
    """What a message about a reason asks for; the last two are for colleagues only."""

    OTHER_METHOD = "other_method"
    FIX_DETAILS = "fix_details"
    CONFIRM = "confirm"
    SAME_METHOD = "same_method"
    RESUME = "resume"
    SAME_VOUCHER = "same_voucher"
    NEW_VOUCHER = "new_voucher"
    CHECK = "check"
    NOTHING = "nothing"


class Incentive(StrEnum):
    """Whether a coupon is of use: never right, no help, or sensible in a later step."""

    NEVER = "never"
    NO = "no"
    LATE = "late"
