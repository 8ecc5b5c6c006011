"""The YAML language server that editors use, over its own protocol (LSP on standard input)."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

VERSION = "1.25.0"
PATIENCE = 60.0


def installed() -> Path:
    """The server's program, fetched with npm once; LookupError says why there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise LookupError("node and npm are not installed")
    home = Path(tempfile.gettempdir()) / f"yaml-language-server-{VERSION}"
    program = home / "node_modules/yaml-language-server/bin/yaml-language-server"
    if not program.is_file():
        wanted = f"yaml-language-server@{VERSION}"
        fetch = [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", wanted]
        try:
            subprocess.run(fetch, check=True, capture_output=True, timeout=PATIENCE)
        except (subprocess.SubprocessError, OSError) as error:
            raise LookupError(f"npm could not fetch {wanted}: {type(error).__name__}") from error
    return program


class LanguageServer:
    """One server process; `problems` opens a file and waits for what is underlined in it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", str(program), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._asked = 0
        self._ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={})
        self._tell("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def problems(self, file: Path) -> list[str]:
        """What is underlined in `file`, as `line: words`; lines count from 1."""
        uri, text = file.as_uri(), file.read_text("utf-8")
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        while True:
            heard = self._hear()
            if heard.get("method") == "textDocument/publishDiagnostics":
                found = heard["params"]
                if found["uri"] == uri:
                    return [_words(one) for one in found["diagnostics"]]

    def completions(self, file: Path, line: int, column: int) -> set[str]:
        """What may stand at a place of an open file (both count from 1)."""
        position = {"line": line - 1, "character": column - 1}
        document = {"uri": file.as_uri()}
        answer = self._ask("textDocument/completion", textDocument=document, position=position)
        return {str(item["label"]) for item in answer["items"]}

    def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": params})
        while (heard := self._hear()).get("id") != number or "method" in heard:
            pass
        return heard["result"]

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        """The next message; what the server asks of an editor is answered with nothing."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"Content-Length" else length
        if not length:
            raise EOFError("the language server has ended")
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if "id" in message and "method" in message:
            empty: Any = [{}] if message["method"] == "workspace/configuration" else None
            self._send({"id": message["id"], "result": empty})
        return message


def _words(diagnostic: dict[str, Any]) -> str:
    return f"{diagnostic['range']['start']['line'] + 1}: {diagnostic['message']}"
