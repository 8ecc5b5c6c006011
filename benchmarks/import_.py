"""Importing: JSON Lines against JSON + phone + e-mail validation of them alone.

Prints seconds, their ratio, and how much the peak of memory grew during the import. Two crowds:
in `returning` four orders share a customer, as in a real shop; in `strangers` nobody comes twice,
so nothing that was validated before helps.

    python -m benchmarks.import_ [ROWS] [--postgres]
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import phonenumbers
from email_validator import validate_email

from benchmarks.support import database, say
from recovery.connectors.table_file import words
from recovery.intake.importing import import_files
from recovery.settings import VipSettings

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CROWDS = {"returning": 4, "strangers": 1}  # orders a customer


def write(file: Path, rows: int, each: int) -> None:
    """A file of `rows` orders; `each` of them share a customer."""
    with file.open("w", encoding="utf-8") as out:
        for n in range(rows):
            who = n // each
            order = {
                "order_id": f"A-{n}",
                "status": ("pending", "failed", "paid", "awaiting")[n % 4],
                "placed_at": f"2026-11-{n % 20 + 1:02}T10:{n % 60:02}:00+01:00",
                "updated_at": f"2026-11-{n % 20 + 1:02}T11:{n % 60:02}:00+01:00",
                "amount": f"{n % 300 + 1}.50",
                "currency": "GBP",
                "country": "GB",
                "customer_id": f"C{who}",
                "email": f"customer{who}@example.com",
                "phone": f"+447400{who % 1_000_000:06}",
                "email_consent": "marketing",
                "payment_method": "card",
                "payment_url": f"https://shop.example/pay/A-{n}",
            }
            out.write(json.dumps(order) + "\n")


def lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        yield from stream


def validate(file: Path) -> float:
    """Seconds of the validation that every importer has to pay for."""
    start = perf_counter()
    for line in lines(file):
        row = json.loads(line)
        number = phonenumbers.parse(row["phone"], row["country"])
        assert phonenumbers.is_valid_number(number)
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        validate_email(row["email"], check_deliverability=False, test_environment=True)
    return perf_counter() - start


def bring(file: Path, *, postgres: bool) -> tuple[float, float]:
    """Seconds of the whole import, and MB by which the peak of memory grew."""
    words.email.cache_clear()
    words.phone.cache_clear()
    with database(postgres=postgres) as engine:
        import_files(engine, [io.BytesIO(next(lines(file)))], "warm", VipSettings(), NOW)
        before, start = _peak(), perf_counter()
        result = import_files(engine, [file], "shop", VipSettings(paid_orders=5), NOW)
        seconds = perf_counter() - start
    assert result.rejected == 0, result.rejects[:3]
    return seconds, _peak() - before


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    rows, postgres = (numbers or [40_000])[0], "--postgres" in sys.argv
    for crowd, each in CROWDS.items():
        with TemporaryDirectory() as folder:
            file = Path(folder) / "orders.jsonl"
            write(file, rows, each)
            alone = validate(file)
            seconds, grown = bring(file, postgres=postgres)
        figures = {
            "validation alone, s": alone,
            "import, s": seconds,
            "ratio (goal: at most 2)": seconds / alone,
            "rows a second": rows / seconds,
            "memory grew by, MB": grown,
        }
        kind = "PostgreSQL" if postgres else "SQLite"
        say(f"Importing {rows:,} rows, {crowd}, {kind}", figures)


if __name__ == "__main__":
    main()
