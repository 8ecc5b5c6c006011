"""What this process counts while it serves; another room shows it."""

from collections import Counter
from collections.abc import Mapping
from threading import Lock

Series = tuple[str, tuple[tuple[str, str], ...]]  # name, labels in order


class Counters:
    """Counts by name and labels, from many threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[Series] = Counter()

    def count(self, name: str, number: int = 1, **labels: str) -> None:
        """So many more of `name` with `labels`; labels are few and never come from outside."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += number

    def snapshot(self) -> Mapping[Series, int]:
        """Every count so far."""
        with self._lock:
            return dict(self._counts)


# requests_total(route, status) · webhooks_refused_total(hook, reason) · webhooks_stored_total(hook)
# webhooks_ignored_total(hook, reason): events, not requests
COUNTERS = Counters()
