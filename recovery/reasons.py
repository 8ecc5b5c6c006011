"""Why a payment did not happen: one vocabulary for every provider, with what it means for us.

`reasons_codes.json` says, per provider, which of its codes mean which reason. The mapping is our
judgement on the providers' public lists; a code that is in none of them is UNKNOWN, never guessed.
"""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple


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
    TEST_MODE = "test_mode"
    UNKNOWN = "unknown"


class Meaning(NamedTuple):
    """A reason in words for colleagues, never for customers, and whether to write at all."""

    en: str
    zh: str
    may_contact: bool = True


MEANINGS: dict[FailureReason, Meaning] = {
    FailureReason.INSUFFICIENT_FUNDS: Meaning(
        "The account had not enough balance; another way to pay, or a later day, helps",
        "账户余额不足；可建议换一种支付方式，或过几天再付",
    ),
    FailureReason.LIMIT_EXCEEDED: Meaning(
        "A limit of the card or wallet was reached; another way to pay helps at once",
        "超出银行卡或钱包的限额；换一种支付方式即可",
    ),
    FailureReason.EXPIRED_CARD: Meaning(
        "The card has expired; the customer needs another card", "银行卡已过期；请客户换一张卡"
    ),
    FailureReason.INVALID_DETAILS: Meaning(
        "Number, date, security code or address did not match; typing it again helps",
        "卡号、有效期、安全码或地址填写有误；重新填写即可",
    ),
    FailureReason.AUTHENTICATION_REQUIRED: Meaning(
        "The bank asked the customer to confirm (3-D Secure) and got no confirmation",
        "银行要求客户验证身份（3-D Secure），但没有完成",
    ),
    FailureReason.ISSUER_GENERIC: Meaning(
        "The bank declined and gave no reason; another way to pay, or a call to the bank, helps",
        "银行拒绝付款且未说明原因；可换支付方式，或请客户联系银行",
    ),
    FailureReason.CARD_RESTRICTED: Meaning(
        "The card is not allowed for this purchase; another card helps",
        "此卡不能用于这类交易；请客户换一张卡",
    ),
    FailureReason.ACCOUNT_CLOSED: Meaning(
        "The card or account is closed or was replaced; another one is needed",
        "银行卡或账户已注销或已更换；需要换一张",
    ),
    FailureReason.METHOD_UNSUPPORTED: Meaning(
        "This way to pay does not work for this order; another one does",
        "该支付方式不支持此订单；请换一种",
    ),
    FailureReason.AMOUNT_INVALID: Meaning(
        "The amount is below or above what this way to pay accepts; another one does",
        "金额超出该支付方式的范围；请换一种",
    ),
    FailureReason.FRAUD_SUSPECTED: Meaning(
        "Fraud is suspected or the card is reported lost or stolen; leave it to the risk team",
        "疑似欺诈，或银行卡已挂失；交风控人员处理",
        may_contact=False,
    ),
    FailureReason.TECHNICAL_ERROR: Meaning(
        "A bank or provider was out of order; the same way to pay usually works later",
        "银行或支付服务商出现故障；稍后用同一方式通常可以成功",
    ),
    FailureReason.MERCHANT_CONFIG: Meaning(
        "Our own payment set-up is at fault; mend it before anybody is asked to pay again",
        "我方支付配置有误；修好之前不要催客户付款",
        may_contact=False,
    ),
    FailureReason.DUPLICATE: Meaning(
        "It looks like the same payment twice; see whether the first one went through",
        "疑似重复付款；请先核对第一笔是否成功",
        may_contact=False,
    ),
    FailureReason.EXCESSIVE_RETRIES: Meaning(
        "Too many attempts with one card; another way to pay, or a day's wait, helps",
        "同一张卡尝试次数过多；可换支付方式，或隔天再试",
    ),
    FailureReason.CUSTOMER_CANCELLED: Meaning(
        "The customer left or cancelled on the payment page", "客户在支付页面取消或离开"
    ),
    FailureReason.AUTHORISATION_REVOKED: Meaning(
        "The customer or the bank stopped this payment on purpose",
        "客户或银行主动终止了这笔付款",
        may_contact=False,
    ),
    FailureReason.SESSION_EXPIRED: Meaning(
        "The payment page expired before the customer paid", "支付页面在付款前已过期"
    ),
    FailureReason.VOUCHER_PENDING: Meaning(
        "A voucher or transfer was issued and can still be paid",
        "付款单或转账信息已生成，仍可付款",
    ),
    FailureReason.VOUCHER_EXPIRED: Meaning(
        "The voucher or transfer ran out unpaid; a new one, or a faster way to pay, helps",
        "付款单或转账已过期未付；可重新生成，或换更快的支付方式",
    ),
    FailureReason.TEST_MODE: Meaning(
        "A test card met the live shop, or the reverse; nobody wanted to buy",
        "测试卡用在正式环境，或相反；并非真实购买",
        may_contact=False,
    ),
    FailureReason.UNKNOWN: Meaning(
        "The provider's code is not in our list; another way to pay may help",
        "支付服务商的代码不在我们的列表中；可建议换一种支付方式",
    ),
}


_NOT_TRIED = {
    "cart": "The customer left before placing the order",
    "pending": "The order was placed and no payment is known",
    "awaiting": "A voucher or transfer was issued and has not been paid yet",
    "failed": "A payment was refused, and the shop did not say why",
}


def why_unpaid(status: str, reason: str | None) -> str | None:
    """Why an order in `status` is unpaid, in words for colleagues; None when it is not unpaid."""
    if status not in _NOT_TRIED:
        return None
    return MEANINGS[FailureReason(reason)].en if reason else _NOT_TRIED[status]


def reason_for(source: str | None, code: str | None) -> FailureReason | None:
    """Translate a provider's code; None when there is no code, UNKNOWN when nobody knows it.

    `source` is a provider of `reasons_codes.json`; with another source, or none, the code counts
    as far as all providers agree on it. Our own names are understood from everybody.
    """
    if code is None or not code.strip():
        return None
    word = code.strip().casefold()
    meanings = _by_provider().get((source or "").strip().casefold(), _agreed())
    return meanings.get(word) or _by_name().get(word, FailureReason.UNKNOWN)


@cache
def known_failures() -> frozenset[str]:
    """Return every word `failure:` may use: our reasons and the providers' codes, as spelled."""
    codes = (code for table in _tables().values() for group in table.values() for code in group)
    return frozenset(codes) | frozenset(FailureReason)


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = (files("recovery") / "reasons_codes.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, list[str]]] = json.loads(text)
    return tables


@cache
def _by_provider() -> dict[str, dict[str, FailureReason]]:
    return {
        provider: {
            code.casefold(): FailureReason(reason)
            for reason, codes in table.items()
            for code in codes
        }
        for provider, table in _tables().items()
    }


@cache
def _by_name() -> dict[str, FailureReason]:
    return {reason.value: reason for reason in FailureReason}


@cache
def _agreed() -> dict[str, FailureReason]:
    readings: dict[str, set[FailureReason]] = {}
    for meanings in _by_provider().values():
        for code, reason in meanings.items():
            readings.setdefault(code, set()).add(reason)
    return {code: _one_of(reasons) for code, reasons in readings.items()}


def _one_of(reasons: set[FailureReason]) -> FailureReason:
    """Fraud beats every other reading: a letter too few costs less than one to a thief."""
    if FailureReason.FRAUD_SUSPECTED in reasons:
        return FailureReason.FRAUD_SUSPECTED
    return next(iter(reasons)) if len(reasons) == 1 else FailureReason.UNKNOWN
