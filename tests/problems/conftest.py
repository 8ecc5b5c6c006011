"""The marketer's templates folder of tests/template, for the examples of its codes."""

from tests.template.conftest import templates

__all__ = ["templates"]
