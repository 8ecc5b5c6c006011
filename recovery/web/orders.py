"""POST /v1/orders: rows as an import takes them, signed by the shop, known when we answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from recovery.connectors.table_file.columns import FIELDS, unknown_column
from recovery.connectors.table_file.row import RowError, read_row
from recovery.facts import OrderSnapshot
from recovery.intake.columns import Verdict
from recovery.intake.importing import about_ahead, is_ahead
from recovery.intake.inbox import ORDERS, SHOP, Applied, Item
from recovery.intake.reading import duplicate
from recovery.intake.seen import Seen
from recovery.web import signature
from recovery.web.hooks import closed, keys, refused
from recovery.web.site import Site

# Amounts stay as written: 19.99 must not become 19.989999.
_DECODE = json.JSONDecoder(parse_float=str, parse_constant=str).decode
MOST_WARNINGS, LONGEST_NAME = 20, 80
_NO_JSON = "the body is no JSON; send one order as an object, or a list of orders"


def take_orders(site: Site, headers: Mapping[str, str], body: bytes) -> Response:
    """200 with the counts of an import; 422 when rows were refused, naming those that were kept."""
    secrets, now = keys(site.settings.orders_secret), site.now()
    if not secrets:
        return closed(ORDERS, "RECOVERY_ORDERS_SECRET")
    header = headers.get(signature.HEADER.lower(), "")
    if fault := signature.fault(secrets, header, body, now):
        return refused(ORDERS, fault)
    try:
        told = _DECODE(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return JSONResponse({"error": _NO_JSON}, 400)
    rows = told if isinstance(told, list) else [told]
    good, rejects = _judged(rows)
    items = [_item(row) for row, _ in good]
    applied = site.keep(ORDERS, items, now)
    if applied.faults:
        raise applied.trouble or RuntimeError("orders that can't be applied; see the inbox")
    answer = _counts(len(rows), len(good), applied, rejects)
    ahead = sum(is_ahead(order, now) for _, order in good)
    if warnings := [*_strange(rows), *([about_ahead(ahead)] if ahead else [])]:
        answer["warnings"] = warnings
    if not rejects:
        return JSONResponse(answer)
    return JSONResponse(answer | {"kept": [order.order_id for _, order in good]}, 422)


def _judged(
    rows: Sequence[Any],
) -> tuple[list[tuple[Mapping[str, Any], OrderSnapshot]], list[RowError]]:
    """The good rows with what they say, and everything wrong with the others; line 1 is first."""
    good, rejects = [], []
    with Seen() as seen:
        for line, row in enumerate(rows, 1):
            judged = _judge(row, line)
            if isinstance(judged, OrderSnapshot):
                first = seen.earlier_line(judged, line)
                if first is None:
                    good.append((row, judged))
                    continue
                judged = [duplicate(judged, line, first)]
            rejects += judged
    return good, rejects


def _strange(rows: Sequence[Any]) -> list[str]:
    """Fields that nobody reads, each once: a name spelled differently looks like one not told."""
    told = (row.keys() - FIELDS for row in rows if isinstance(row, dict))
    names = {name for one in told for name in one if not name.startswith("_")}
    return [unknown_column(name[:LONGEST_NAME]) for name in sorted(names)][:MOST_WARNINGS]


def _judge(row: Any, line: int) -> OrderSnapshot | list[RowError]:
    if not isinstance(row, dict):
        return [RowError(line, None, 'the row is no JSON object; write {"order_id": …}')]
    return read_row(row, SHOP, line)


def _item(row: Mapping[str, Any]) -> Item:
    """Only what we know goes into the inbox: a shop may send more than we should keep."""
    body = json.dumps({name: row[name] for name in sorted(FIELDS & row.keys())})
    return hashlib.sha256(body.encode()).hexdigest(), body


def _counts(read: int, good: int, applied: Applied, rejects: Sequence[RowError]) -> dict[str, Any]:
    counts = {verdict.value: applied.verdicts[verdict] for verdict in Verdict}
    counts[Verdict.UNCHANGED.value] += good - applied.items  # told before, word for word
    refused_rows = [{"line": one.line, "field": one.field, "error": one.error} for one in rejects]
    rejected = len({one.line for one in rejects})
    return {"read": read, **counts, "rejected": rejected, "rejects": refused_rows}
