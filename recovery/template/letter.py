"""A letter: one file with subject, preheader, headline and paragraphs, for HTML and text alike.

It is turned, line by line, into Jinja templates that fill the blocks of the shared layouts; a line
keeps its number, so an error names the line the marketer wrote.
"""

import re
from collections.abc import Callable

from recovery.template.errors import TemplateError, did_you_mean, near
from recovery.template.mjml import TAG

HEADERS = ("subject", "preheader", "headline", "button", "items")
REQUIRED = ("subject", "preheader", "headline")
_HEADER = re.compile(r"([A-Za-z-]+):\s*(.*)")
_ONLY_TAGS = re.compile(r"\s*(\{%[^}]*%\}\s*)+")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
Headers = dict[str, tuple[int, str]]  # line and words
_PARAGRAPH = '<p style="margin:0 0 16px">'


def escape(text: str) -> str:
    """HTML-escape what stands between Jinja tags."""
    spans, at = [], 0
    for found in TAG.finditer(text):
        spans += [_escaped(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*spans, _escaped(text[at:])])


def subject(source: str, file: str) -> str:
    """The subject alone, on its own line."""
    headers, _ = _split(source, file)
    line, value = headers["subject"]
    return "\n" * (line - 1) + value


def html(source: str, file: str) -> str:
    """Blocks for layouts/email.mjml; paragraphs become <p>, **words** become bold."""
    return _blocks(source, file, "layouts/email.mjml", _html_body, _html_words)


def text(source: str, file: str) -> str:
    """Blocks for layouts/email.txt; **words** lose their stars."""
    return _blocks(source, file, "layouts/email.txt", _text_body, _text_words)


def mistakes(source: str, file: str) -> list[TemplateError]:
    """What is wrong with the shape of a letter, all at once."""
    return _cut(source, file)[2]


def _split(source: str, file: str) -> tuple[Headers, list[str]]:
    """Headers with their lines, and the lines after the first empty one."""
    headers, lines, wrong = _cut(source, file)
    if wrong:
        raise wrong[0]
    return headers, lines


def _cut(source: str, file: str) -> tuple[Headers, list[str], list[TemplateError]]:
    lines, wrong = source.splitlines(), list[TemplateError]()
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    headers: Headers = {}
    misspelt = set[str]()  # headers that are there under another name
    for number, line in enumerate(lines[:end], 1):
        found = _HEADER.fullmatch(line.strip())
        if found and found[1] in HEADERS:
            headers[found[1]] = (number, found[2])
            continue
        name = found[1] if found else line
        meant = near(name, HEADERS)
        misspelt |= {meant} if meant else set()
        wrong.append(
            TemplateError("CR118", file=file, line=number, guess=did_you_mean(name, HEADERS))
        )
        if meant is None:
            break  # a letter that begins with its text: one mistake, not one for each line
    for name in REQUIRED if not wrong or misspelt else ():
        if not headers.get(name, (0, ""))[1] and name not in misspelt:
            wrong.append(TemplateError("CR119", file=file, line=1, given=name))
    if not wrong and not any(line.strip() for line in lines[end:]):
        wrong.append(TemplateError("CR120", file=file, line=end))
    return headers, lines[end:], wrong


def _blocks(
    source: str,
    file: str,
    layout: str,
    body: Callable[[list[str]], list[str]],
    quote: Callable[[str], str],
) -> str:
    headers, lines = _split(source, file)
    top = [
        "" if name == "subject" else f"{{% block {name} %}}{quote(value)}{{% endblock %}}"
        for name, (_, value) in sorted(headers.items(), key=lambda header: header[1][0])
    ]
    top[0] = f'{{% extends "{layout}" %}}' + top[0]
    first, *rest = lines
    return "\n".join([*top, "{% block message %}" + first, *body(rest)]) + "{% endblock %}"


def _html_body(lines: list[str]) -> list[str]:
    """Open a paragraph at its first line and close it at its last; control lines stand alone."""
    out = []
    for i, line in enumerate(lines):
        if not line.strip() or _ONLY_TAGS.fullmatch(line):
            out.append(line)
            continue
        opens = i == 0 or _is_gap(lines[i - 1])
        closes = i + 1 == len(lines) or _is_gap(lines[i + 1])
        words = _html_words(line.strip())
        out.append((_PARAGRAPH if opens else "") + words + ("</p>" if closes else ""))
    return out


def _text_body(lines: list[str]) -> list[str]:
    return [_text_words(line) for line in lines]


def _html_words(line: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escape(line))


def _text_words(line: str) -> str:
    return _BOLD.sub(r"\1", line)


def _is_gap(line: str) -> bool:
    return not line.strip() or bool(_ONLY_TAGS.fullmatch(line))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
