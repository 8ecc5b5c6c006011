"""How a reader of values refuses: with the code of a problem and what belongs to it."""

from typing import Any

from pydantic_core import PydanticCustomError

from recovery.i18n import Value


def refuse(
    code: str, *, fix: str | None = None, safe: bool = False, **parameters: Value
) -> PydanticCustomError:
    """Return the error a pydantic validator raises for `code`, with its parameters as context.

    `fix` is what to write instead; `safe` when nothing else can be meant.
    """
    context: dict[str, Any] = {**parameters, "fix": fix, "safe": safe}
    return PydanticCustomError(code, "{code}", {**context, "code": code})
