"""Questions to a provider about its records: what an answer is worth, and when to stop asking.

Asking changes nothing there, so a question that got no answer is simply left for another day.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import timedelta
from typing import Any

from recovery.connectors.base import Wanted
from recovery.connectors.wire import Answer, status_failure
from recovery.errors import ConnectorError, SendFailure

MOST = 400  # look-ups have small rate limits, and whoever asks will come back
PATIENCE = 3  # questions in trouble; one alone may be about the question
SKEW = timedelta(minutes=10)  # how far a provider's clock may be from ours


class Enough(Exception):
    """Raised when nothing more should be asked now: busy, broken, slow, or asked often enough."""


class Questions:
    """Counts and judges the questions of one search at `who`."""

    def __init__(self, who: str, most: int = MOST) -> None:
        self._who = who
        self._left = most
        self._patience = PATIENCE

    def ask(
        self, put: Callable[..., Answer], *what: object, bear: Container[int] = ()
    ) -> dict[str, Any] | int:
        """Put one question: the answer's JSON object, or the status that left it unanswered.

        `bear` names statuses that speak about this question only; 0 is no answer at all. Raises
        Enough, and ConnectorError (ACCOUNT) when every question would be refused.
        """
        if self._left <= 0:
            raise Enough
        self._left -= 1
        try:
            answer = put(*what)
        except ConnectorError as error:
            if error.failure is SendFailure.UNKNOWN:
                return self._trouble(0)
            if error.failure is SendFailure.ACCOUNT:
                raise
            raise Enough from error
        if answer.status == 200:
            return _record(answer)
        failure = status_failure(answer.status)
        if answer.status in bear or failure is SendFailure.PERMANENT:
            return answer.status
        if failure is SendFailure.ACCOUNT:
            raise self.no_right(answer.status)
        if failure is SendFailure.TEMPORARY:
            raise Enough
        return self._trouble(answer.status)

    def _trouble(self, status: int) -> int:
        self._patience -= 1
        if self._patience <= 0:
            raise Enough
        return status

    def no_right(self, status: int) -> ConnectorError:
        """The error for an account that may not ask."""
        text = f"{self._who} answered {status} to a look-up: may this key read messages?"
        return ConnectorError(text, failure=SendFailure.ACCOUNT, code=str(status))


def by_address(wanted: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    """The touches of each address, which one question can cover; in the order of `wanted`."""
    groups: dict[str, list[Wanted]] = {}
    for one in wanted:
        groups.setdefault(one.to, []).append(one)
    return groups


def records(body: dict[str, Any], name: str) -> Sequence[dict[str, Any]]:
    """The list that should stand in `body` under `name`; Enough when it is not there."""
    listed = body.get(name)
    if not isinstance(listed, list):
        raise Enough
    return [one for one in listed if isinstance(one, dict)]


def _record(answer: Answer) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict):  # a proxy's page
        raise Enough
    return body
