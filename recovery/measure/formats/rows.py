"""`recovery report` as a flat table: one row an arm, every name of the JSON in one word."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from recovery.measure.formats.sheet import Cell, Kind, Sheet, at_end_of, stamp
from recovery.measure.payload import row_of
from recovery.measure.report import Report
from recovery.message import Channel

T, C, S, F, M = Kind.TEXT, Kind.COUNT, Kind.SHARE, Kind.FLAG, Kind.MONEY
# Where each value stands in the JSON.
COLUMNS: Mapping[str, tuple[Kind, str]] = {
    "campaign": (T, "campaign"),
    "segment": (T, "segment"),
    "sequence": (T, "sequence"),
    "holdout": (F, "holdout"),
    "owner": (T, "owner"),
    "verdict": (T, "verdict"),
    "outcome": (T, "outcome"),
    "decision_rule": (T, "decision.rule"),
    "enrolled": (C, "enrolled"),
    "open": (C, "open"),
    "mature": (C, "mature"),
    "recovered": (C, "recovered"),
    "recovery_rate": (S, "recovery_rate.value"),
    "recovery_rate_low": (S, "recovery_rate.ci95.0"),
    "recovery_rate_high": (S, "recovery_rate.ci95.1"),
    "customers_enrolled": (C, "customers.enrolled"),
    "customers_mature": (C, "customers.mature"),
    "matured_share": (S, "customers.matured_share"),
    "customers_converted": (C, "customers.converted"),
    "conversion_rate": (S, "customers.conversion_rate.value"),
    "conversion_rate_low": (S, "customers.conversion_rate.ci95.0"),
    "conversion_rate_high": (S, "customers.conversion_rate.ci95.1"),
    "lift": (S, "lift.absolute"),
    "lift_low": (S, "lift.ci95.0"),
    "lift_high": (S, "lift.ci95.1"),
    "lift_enough_data": (F, "lift.enough_data"),
    "lift_relative": (S, "lift.relative"),
    "incremental_conversions": (S, "lift.incremental_conversions"),
    "incremental_conversions_low": (S, "lift.incremental_ci95.0"),
    "incremental_conversions_high": (S, "lift.incremental_ci95.1"),
    "smallest_visible_lift": (S, "lift.smallest_visible.absolute"),
    "srm_p": (S, "health.srm_p"),
    **{f"touches_{channel}": (C, f"touches.{channel}") for channel in Channel},
}
ORDERS = ("recovered", "incentive_cost", "message_cost", "refunded", "net")
CUSTOMERS = ("incremental_net", "cost_of_holdout")


def arms_sheet(report: Report) -> Sheet:
    """One row for each arm, with money columns for each currency that occurs: `net_EUR`."""
    rows = [row_of(row) for row in report.rows]
    money = dict(_amounts(rows))
    kinds = {"at": T} | {name: kind for name, (kind, _) in COLUMNS.items()} | money
    at = stamp(report.at)
    return Sheet(kinds, [_row(at, row, money) for row in rows])


def _amounts(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Kind]]:
    for kind, names in (("money", ORDERS), ("customer_money", CUSTOMERS)):
        for currency in sorted({one["currency"] for row in rows for one in row[kind]}):
            yield from ((f"{name}_{currency}", M) for name in names)


def _row(at: str, row: dict[str, Any], money: Mapping[str, Kind]) -> dict[str, Cell]:
    cells: dict[str, Cell] = dict.fromkeys(money)
    for kind, names in (("money", ORDERS), ("customer_money", CUSTOMERS)):
        for one in row[kind]:
            for name in names:
                amount = one[name]
                cells[f"{name}_{one['currency']}"] = None if amount is None else Decimal(amount)
    told: dict[str, Cell] = {name: at_end_of(road, row) for name, (_, road) in COLUMNS.items()}
    return {"at": at} | told | cells
