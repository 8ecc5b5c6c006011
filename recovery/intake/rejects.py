"""Refused rows: the ones to show, and a file of all of them that can be mended and sent again."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from recovery.connectors.table_file.row import RowError
from recovery.errors import UsageError
from recovery.i18n import say

SHOWN = 1_000  # beyond it an answer would outgrow memory; the file has them all


class Rejects:
    """Takes refused rows; what it shows is bounded, what it writes is not."""

    def __init__(
        self, path: Path | None, inputs: Sequence[object], *, nameless: bool = False
    ) -> None:
        """`nameless`: the file gets places and fields alone, nothing that a row says."""
        if path is not None and any(_same(path, given) for given in inputs):
            raise UsageError(
                say("--rejects {path} is also a file to import; give it another name", path=path)
            )
        self._path = path
        self._nameless = nameless
        self._file: IO[str] | None = None
        self.rows = 0
        self.shown: list[dict[str, Any]] = []
        self.hidden = 0

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # Half a surrogate pair has no UTF-8; as \\udxxx it is the JSON it came from.
                self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise UsageError(
                    say(
                        "--rejects {path} can't be written: {strerror}",
                        path=self._path,
                        strerror=error.strerror,
                    )
                ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, file: str, errors: Sequence[RowError], row: Mapping[str, Any] | None) -> None:
        """Refuse one row for `errors`; `row` is None for the rest of a file."""
        self.rows += 1
        for error in errors:
            if len(self.shown) < SHOWN:
                told = {"line": error.line, "field": error.field, "error": error.error}
                self.shown.append({"file": file} | told)
            else:
                self.hidden += 1
        if self._file is not None and row is not None:
            names = ("field",) if self._nameless else ("field", "error")
            found = [{name: getattr(error, name) for name in names} for error in errors]
            marks = {"_file": file, "_line": errors[0].line, "_errors": found}
            row = {} if self._nameless else row
            mended = {name: value for name, value in row.items() if name not in marks}
            self._file.write(json.dumps(mended | marks, ensure_ascii=False) + "\n")


def _same(path: Path, given: object) -> bool:
    if not isinstance(given, str | Path) or not path.exists() or not Path(given).exists():
        return False
    return path.samefile(given)
