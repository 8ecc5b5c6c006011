"""What the tests of the kit share."""

from tests.support.kit import opened

__all__ = ["opened"]
