"""Flat tables: what a spreadsheet opens, to the byte; and Markdown that names can't break."""

from decimal import Decimal

import pytest

from recovery.measure.formats.paper import Block, Paper, Said, markdown, page
from recovery.measure.formats.sheet import Kind, Sheet, to_csv, to_parquet

COLUMNS = {
    "name": Kind.TEXT,
    "count": Kind.COUNT,
    "share": Kind.SHARE,
    "held_out": Kind.FLAG,
    "net": Kind.MONEY,
}
ROWS = [
    {"name": "=1+1", "count": 3, "share": 0.25, "held_out": True, "net": Decimal("-4.10")},
    {"name": 'a "b", c', "count": None, "share": None, "held_out": None, "net": None},
]


def test_excel_reads_numbers_as_numbers_and_names_as_names() -> None:
    assert to_csv(Sheet(COLUMNS, ROWS)).encode() == (
        b"\xef\xbb\xbfname,count,share,held_out,net\r\n"
        b"'=1+1,3,0.25,1,-4.10\r\n"
        b'"a ""b"", c",,,,\r\n'
    )


def test_parquet_keeps_types_where_nothing_has_a_value() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    from io import BytesIO

    empty = parquet.read_table(BytesIO(to_parquet(Sheet(COLUMNS, ()))))
    assert list(map(str, empty.schema.types)) == [
        "string",
        "int64",
        "double",
        "bool",
        "decimal128(38, 4)",
    ]
    told = parquet.read_table(BytesIO(to_parquet(Sheet(COLUMNS, ROWS)))).to_pylist()
    assert told == [ROWS[0] | {"net": Decimal("-4.1000")}, ROWS[1]]


PAPER = Paper(
    "Title",
    [Block("One", ["Name", "Rate"], [["a|<b>", "1\n2"]], [Said("works", "a", "lift")])],
    ["Read me"],
)


def test_markdown_holds_a_table_together() -> None:
    assert markdown(PAPER) == (
        "# Title\n\n## One\n\n| Name | Rate |\n| --- | --: |\n| a\\|&lt;b> | 1<br>2 |\n\n"
        "- a: works\n\n> Read me\n"
    )


def test_a_plain_page_is_whole_and_safe() -> None:
    told = page(PAPER, "zh-CN")
    assert '<html lang="zh-CN">' in told
    assert '<td class="name">a|&lt;b&gt;</td>' in told
    assert "<b>" not in told
    assert "<p>a: works</p>" in told
