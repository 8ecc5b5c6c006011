"""Reading what a caller sends: not more than the limit, not longer than the patience."""

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request

# Who is told "too large" while still sending sees a broken pipe instead; so listen on for a while.
LISTEN_ON = 16  # times the limit
HANG_UP = {"Connection": "close"}


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The whole body, at most `limit` bytes (413) within `seconds` (408)."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in _stream(request, limit):
                size += len(part)
                if size > limit * LISTEN_ON:
                    break
                if size <= limit:
                    parts.append(part)
    except TimeoutError:
        raise HTTPException(413 if size > limit else 408, headers=HANG_UP) from None
    if size > limit:
        raise HTTPException(413, headers=HANG_UP)
    return b"".join(parts)


async def _stream(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Nothing at all of a body that says itself that it is far too large."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit * LISTEN_ON:
        raise HTTPException(413, headers=HANG_UP)
    async for part in request.stream():
        yield part
