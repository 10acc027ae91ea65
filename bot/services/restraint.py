"""How often one person may ask for something: a brake for each, so that nobody slows others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

_TIMES = 10
_SECONDS = 60.0


class Limit:
    """So many times within so many seconds, for each person or place. Remembers in memory only."""

    def __init__(
        self, clock: Callable[[], float], *, times: int = _TIMES, seconds: float = _SECONDS
    ) -> None:
        self._clock = clock
        self._times = times
        self._seconds = seconds
        self._asked: OrderedDict[int, list[float]] = OrderedDict()

    def allows(self, asking: int) -> bool:
        """Whether this person, or this place, may ask once more now; it is counted if so."""
        now = self._clock()
        asked = [at for at in self._asked.pop(asking, ()) if now - at < self._seconds]
        is_allowed = len(asked) < self._times
        self._asked[asking] = [*asked, now] if is_allowed else asked
        while now - next(iter(self._asked.values()))[-1] >= self._seconds:
            self._asked.popitem(last=False)
        return is_allowed
