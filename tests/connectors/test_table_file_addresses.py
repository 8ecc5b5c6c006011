"""Lists of people who asked for silence: nothing in them may be passed over."""

import io

import pytest

from recovery.connectors.table_file.addresses import Listed, address, read_addresses
from recovery.errors import UnreadableFile
from recovery.message import Channel


def rows(text: str) -> list[Listed]:
    return list(read_addresses(io.BytesIO(text.encode())))


def told(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.line, tuple(row.texts)) for row in rows(text)]


KIM, SAM, TEL = "kim@example.com", "sam@example.com", "+4930901820"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"name,email,phone\nKim,{KIM},{TEL}\n", [(2, (KIM, TEL))]),
        (f"Phone Number;E-Mail\n;{KIM}\n{TEL};\n", [(2, (KIM,)), (3, (TEL,))]),
        (f"# old system\n\n{KIM}\n  # a note\n{TEL}\n", [(3, (KIM,)), (5, (TEL,))]),
        (f"{KIM},{TEL},2021\n{SAM}\n", [(1, (KIM, TEL)), (2, (SAM,))]),
        (f"address,email\nMain St 1,{KIM}\n", [(2, (KIM,))]),
        (f"address\n{KIM}\n", [(2, (KIM,))]),
        (f'email,note\n{KIM},"two\nlines"\n{SAM},\n', [(2, (KIM,)), (4, (SAM,))]),
        (f'"Lee, Kim" <{KIM}>\n{SAM}\n', [(1, (f"Lee, Kim <{KIM}>",)), (2, (SAM,))]),
        ("no header\n", [(1, ("no header",))]),
        ("", []),
    ],
)
def test_every_fitting_cell_of_a_row_counts(text: str, found: list[object]) -> None:
    assert told(text) == found


@pytest.mark.parametrize("after", [f"{SAM},x\n", f'{SAM},"x\n', f'{SAM},"a"\n'])
def test_an_open_quote_costs_its_own_line_only(after: str) -> None:
    first, second, *_ = rows(f'email,note\n{KIM},"never closed\n{after}')
    assert first.line == 2
    assert "quote" in (first.problem or "")
    assert second.line == 3
    assert (*second.texts, second.problem) in {(SAM, None), (first.problem,)}


def test_a_row_without_an_address_says_so() -> None:
    (row,) = rows("email,phone,name\n,,Kim\n")
    assert row.line == 2
    assert "no address" in (row.problem or "")


def test_a_list_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="Excel"):
        list(read_addresses(io.BytesIO(b"PK\x03\x04rest")))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Kim Lee <Kim@Example.com>", (Channel.EMAIL, KIM)),
        ("<kim@example.com>", (Channel.EMAIL, KIM)),
        ("0049 30 901820", (Channel.SMS, TEL)),
        (" +49 (0)30 / 90 18 20 ", (Channel.SMS, TEL)),
    ],
)
def test_common_spellings_are_understood(text: str, meant: tuple[Channel, str]) -> None:
    assert address(text) == meant


@pytest.mark.parametrize("text", ["kim@", "sam@x", "@example.com", "kim@exa mple.com"])
def test_a_broken_e_mail_says_what_is_wrong_with_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no e-mail address: \w+") as caught:
        address(text)
    assert "empty it" not in str(caught.value)  # a list has no cell that could stay empty


@pytest.mark.parametrize("text", ["kim.example.com", "030 901820", "00", "a <b> c@d"])
def test_what_is_ambiguous_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"e-mail address"):
        address(text)
