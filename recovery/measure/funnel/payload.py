"""The funnel for programs: one JSON document, and a flat table that sums up (CSV)."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from recovery.measure.funnel.rows import Funnel, Row, Share
from recovery.measure.funnel.tally import Stage
from recovery.money import Money

BOM = "\ufeff"  # without it Excel takes UTF-8 for something else
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | None


def payload(funnel: Funnel, timezone: str) -> dict[str, Any]:
    """The JSON of `recovery funnel --json`: shares to four places, money in major units."""
    rates = funnel.yardstick.rates
    return {
        "at": _instant(funnel.at),
        "window": {
            "from": _instant(funnel.window.since),
            "to": _instant(funnel.window.until),
            "timezone": timezone,
        },
        "by": [one.value for one in funnel.by],
        "sorted_by": {
            "money": "lost",
            "currency": funnel.yardstick.currency,
            "rates": rates.source if rates else None,
            "without_rate": funnel.yardstick.unknown(funnel.rows),
        },
        "feeds": [
            {
                "source": feed.source,
                "orders": feed.orders,
                "paid_without_failing": feed.unfailing,
                "measured": feed.whole,
            }
            for feed in funnel.feeds
        ],
        "total": _row(funnel, funnel.total),
        "rows": [_row(funnel, row) for row in funnel.rows],
    }


def _row(funnel: Funnel, row: Row) -> dict[str, Any]:
    named = zip(funnel.by, row.key, strict=True) if row.key else ()
    return {
        **{by.value: value for by, value in named},
        "small": row.small,
        "measured": row.measured,
        "orders": {stage.value: row.orders(stage) for stage in Stage},
        "shares": {stage.value: _share(row.share(stage)) for stage in tuple(Stage)[1:]},
        "came_back": _share(row.came_back),
        "replaced": row.all.replaced,
        "worst_leak": funnel.worst_leak(row),
        "money": [_money(row, currency) for currency in sorted(row.by_currency)],
    }


def _share(share: Share | None) -> dict[str, Any] | None:
    """None: not measured. A share of nobody has no value."""
    if share is None:
        return None
    rate = share.rate
    return {
        "orders": share.count,
        "of": share.of,
        "value": round(rate.rate, 4) if rate else None,
        "ci95": [round(rate.lo, 4), round(rate.hi, 4)] if rate else None,
        "enough_data": share.enough,
    }


def _money(row: Row, currency: str) -> dict[str, Any]:
    tally = row.by_currency[currency]
    return {
        "currency": currency,
        "placed": str(Money(tally.placed_minor, currency)),
        "paid": str(Money(tally.paid_minor, currency)),
        "refunded": str(Money(tally.refunded_minor, currency)),
        "replaced": str(Money(tally.replaced_minor, currency)),
        "lost": str(row.lost(currency)),
        "leaks": {stage.value: str(money) for stage, money in row.leaks(currency).items()},
    }


def sheet(funnel: Funnel) -> str:
    """CSV for Excel: a line for each row and currency, so that every column may be summed."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_header(funnel))
    writer.writerows(_lines(funnel))
    return BOM + out.getvalue()


def _header(funnel: Funnel) -> list[str]:
    shares = [f"{stage}_share" for stage in tuple(Stage)[1:]]
    money = ("placed", "paid", "refunded", "replaced", "lost")
    leaks = [f"lost_at_{stage}" for stage in funnel.total.leaks("USD")]
    return [
        *(one.value for one in funnel.by),
        "currency",
        *(stage.value for stage in Stage),
        "replaced",
        *shares,
        "came_back_share",
        *(f"{name}_amount" for name in money),
        *leaks,
        "too_few",
    ]


def _lines(funnel: Funnel) -> Iterator[list[Cell]]:
    for whole in funnel.rows:
        for currency in sorted(whole.by_currency):
            row = whole.of(currency)
            told = _money(row, currency)
            names = ("placed", "paid", "refunded", "replaced", "lost")
            yield [
                *map(_safe, row.key),
                currency,
                *(row.orders(stage) for stage in Stage),
                row.all.replaced,
                *(_value(row.share(stage)) for stage in tuple(Stage)[1:]),
                _value(row.came_back),
                *(told[name] for name in names),
                *told["leaks"].values(),
                "yes" if row.small else "",
            ]


def _value(share: Share | None) -> Cell:
    rate = share.rate if share else None
    return round(rate.rate, 4) if rate else None


def _safe(text: str | None) -> Cell:
    """What a feed calls a method must not become a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
