"""A marketer's templates folder, written file by file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from recovery.template.catalog import Catalog

Write = Callable[..., Catalog]

LAYOUT = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
FRAME = {
    "layouts/email.mjml": LAYOUT.format(
        "<mj-text>{% block headline %}{% endblock %}</mj-text>"
        "<mj-text>{% block message %}{% endblock %}</mj-text>"
        '<mj-button href="{{ pay_url }}">[[pay_now]]</mj-button>'
    ),
    "layouts/email.txt": "{% block message %}{% endblock %}\n\n\n[[pay_now]]: {{ pay_url }}\n",
    "layouts/phrases/en.yaml": 'pay_now: "Pay & go"\n',
}


@pytest.fixture
def templates(tmp_path: Path) -> Write:
    """Write files (path: words) below `templates/` and read them; layouts are there already."""

    def write(files: dict[str, str | bytes]) -> Catalog:
        root = tmp_path / "templates"
        for path, words in {**FRAME, **files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(words if isinstance(words, bytes) else words.encode())
        return Catalog(root)

    return write


@pytest.fixture
def message(templates: Write) -> Write:
    """One service message `m` in English, of the files given by name."""

    def write(files: dict[str, str | bytes], about: str = "class: service\n") -> Catalog:
        own = {f"m/en/{name}": words for name, words in files.items()}
        return templates({"m/message.yaml": about, **own})

    return write
