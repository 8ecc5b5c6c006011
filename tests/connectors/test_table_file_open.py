"""Opening order files: two formats, gzip, streams; other encodings are named, never guessed."""

import gzip
import io
from pathlib import Path

import pytest

from recovery.connectors.table_file.encoding import probable
from recovery.connectors.table_file.open import label, read_rows
from recovery.errors import UnreadableFile, UsageError
from tests.support.order_rows import jsonl, row, table_csv

ROWS = [row(order_id=f"A-{n}", name="Jürgen Müller") for n in range(3)]


def values(file: object) -> list[dict[str, object]]:
    return [dict(one.values) for one in read_rows(file)]  # type: ignore[arg-type]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "gzip"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_both_formats_are_read_plain_and_packed(
    tmp_path: Path, form: str, packed: bool, bom: bytes
):
    body = bom + (table_csv(ROWS).encode() if form == "csv" else jsonl(ROWS))
    file = tmp_path / f"orders.{form}{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(body) if packed else body)
    assert values(file) == ROWS
    assert values(io.BytesIO(body)) == ROWS


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_other_delimiters_of_spreadsheets_are_understood(delimiter: str):
    assert values(io.BytesIO(table_csv(ROWS, delimiter).encode())) == ROWS


def test_a_stream_that_was_given_stays_open():
    stream = io.BytesIO(jsonl(ROWS))
    assert len(values(stream)) == 3
    assert not stream.closed
    assert label(stream) == "-"


def test_lines_are_counted_as_an_editor_counts_them():
    text = 'order_id,name\n\nA-1,"two\nlines"\nA-2,one\n'
    assert [one.line for one in read_rows(io.BytesIO(text.encode()))] == [3, 5]
    text = '\n{"order_id": 1}\n\n{"order_id": 2}\n'
    assert [one.line for one in read_rows(io.BytesIO(text.encode()))] == [2, 4]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('{"order_id": 1}\nnonsense\n{"order_id": 2}\n', 2, "no JSON"),
        ('{"order_id": 1}\n[1]\n{"order_id": 2}\n', 2, "no JSON object"),
        ('{"order_id": 1}\n' + "[" * 100_000 + '\n{"order_id": 2}\n', 2, "too deep"),
        ("order_id,name\n1,a\n2,b,c\n3,d\n", 3, "3 cells"),
        ('order_id,name\n1,a\n2,"b" c\n3,d\n', 3, "quotes"),
    ],
)
def test_a_row_that_is_no_row_does_not_stop_the_others(text: str, line: int, problem: str):
    first, bad, last = read_rows(io.BytesIO(text.encode()))
    assert first.problem is last.problem is None
    assert bad.line == line
    assert bad.problem is not None and problem in bad.problem


def test_a_quote_that_is_never_closed_is_named_by_the_line_that_opens_it():
    text = 'order_id,name\n1,a\n2,"b\n3,c\n'
    good, bad = read_rows(io.BytesIO(text.encode()))
    assert good.problem is None
    assert bad.line == 3
    assert bad.problem is not None and "never closed" in bad.problem


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("张伟，上海市浦东新区", "gbk", "GBK/GB18030"),
        ("李娜", "gb18030", "GBK/GB18030"),
        ("Jürgen Müller", "latin-1", "Latin-1"),
        ("François Lefèvre", "latin-1", "Latin-1"),
        ("Núñez “José”", "cp1252", "Windows-1252"),
        ("山田 太郎 ヤマダ", "cp932", "Shift_JIS"),
        ("Иван Петров", "cp1251", "Windows-1251"),
        ("Kim", "utf-16", "UTF-16"),
        ("Kim", "utf-16-le", "UTF-16"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_another_encoding_is_refused_by_name(name: str, codec: str, expected: str, form: str):
    rows = [row(name="Kim"), row(order_id="2", name=name)]
    text = table_csv(rows) if form == "csv" else jsonl(rows).decode()
    with pytest.raises(UnreadableFile, match="Nothing of this file") as caught:
        values(io.BytesIO(text.encode(codec)))
    assert expected in str(caught.value)
    assert "iconv -f" in str(caught.value)
    assert caught.value.line == (1 if "UTF-16" in expected else 3 if form == "csv" else 2)


def test_a_foreign_byte_far_down_stops_there_and_says_what_was_kept():
    good = jsonl(row(order_id=str(n)) for n in range(1_000))
    bad = jsonl([row(name="Müller")]).decode().encode("latin-1")
    read = []
    with pytest.raises(UnreadableFile, match="were kept") as caught:
        for one in read_rows(io.BytesIO(good + bad + good)):
            read.append(one)
    assert len(read) == 1_000
    assert caught.value.line == 1_001
    assert "Latin-1" in str(caught.value)


@pytest.mark.parametrize("text", ["Größe", "Ångström", "ÀÉ è ñ ß", "naïve café"])
def test_western_words_are_not_taken_for_chinese(text: str):
    assert "Latin-1" in probable(text.encode("latin-1")).name


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        (b"PK\x03\x04rest", "CSV UTF-8"),
        (b"[\n{}\n]", "jq -c"),
        (b"A-1,paid\nA-2,paid\n", "order_id"),
        (b"order_id,amount,Amount\n", "twice"),
        (gzip.compress(jsonl(ROWS) * 20)[:-30], "damaged"),
        (b'{"order_id": "' + b"9" * 5_000_000, "longer than"),
    ],
)
def test_what_is_no_table_says_how_to_make_one(body: bytes, cure: str):
    with pytest.raises(UnreadableFile, match=cure):
        values(io.BytesIO(body))


def test_an_empty_file_has_no_rows():
    assert values(io.BytesIO(b"")) == values(io.BytesIO(b"\n\n")) == []


def test_a_missing_file_is_a_mistake_in_the_call(tmp_path: Path):
    with pytest.raises(UsageError, match="nowhere"):
        values(tmp_path / "nowhere.csv")
