"""What a project folder is made of, and where the shipped copies are."""

from pathlib import Path

PARTS = ("campaigns", "templates")


def shipped() -> Path:
    """The folder with the shipped campaigns and templates.

    Inside the installed package; in a checkout the repository itself is such a folder.
    """
    package = Path(__file__).parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent
