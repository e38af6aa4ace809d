"""How often. Exact sliding windows per person and command, and a cheap bucket per socket for frames of any kind.

They live in the process; ``budget`` makes the windows hold over all of them.
"""

import re
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

SECONDS = {"s": 1, "m": 60, "h": 3600}
LIMIT = re.compile(r"(?P<count>\d{1,6})/(?P<times>\d{0,4})(?P<unit>[smh])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in any ``seconds``."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """From ``"30/m"`` or ``"1/5s"``. Raises ValueError for anything else."""
        found = LIMIT.fullmatch(text)
        if found is None or int(found["count"]) < 1 or int(found["times"] or 1) < 1:
            raise ValueError(f"{text!r} is not a limit such as 30/m or 1/5s")
        return cls(int(found["count"]), int(found["times"] or 1) * SECONDS[found["unit"]])

    @classmethod
    def for_command(cls, name: str, declared: Iterable[str]) -> tuple["Limit", ...]:
        """The limits of one command: the operator's, or the declared ones."""
        return tuple(cls.parse(text) for text in settings.REALTIME_LIMITS.get(name, declared))


class Windows:
    """When each person last sent each limited command."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], deque[float]] = {}

    def __len__(self) -> int:
        return len(self._times)

    def take(self, person: str, name: str, limits: tuple[Limit, ...]) -> float:
        """Count one use. Returns 0, or the seconds to wait when it is one too many (and then it is not counted)."""
        now = time.monotonic()
        longest = max(limits, key=lambda limit: limit.count)
        key = (person, name)
        times = self._times.get(key)
        if times is None:
            times = self._times[key] = deque(maxlen=longest.count)
        wait = 0.0
        for limit in limits:
            if len(times) >= limit.count:
                wait = max(wait, times[-limit.count] + limit.seconds - now)
        if wait <= 0:
            times.append(now)
            return 0.0
        return round(wait, 3)

    def give_back(self, person: str, name: str) -> None:
        """Forget the last use: it was refused elsewhere."""
        times = self._times[person, name]
        times.pop()
        if not times:
            del self._times[person, name]

    def forget_idle(self, seconds: float = 3600) -> None:
        """Drop what is older than the longest window."""
        horizon = time.monotonic() - seconds
        for key in [key for key, times in self._times.items() if times[-1] < horizon]:
            del self._times[key]


class Bucket:
    """``rate`` a second on average, ``rate`` at once (GCRA: one float of state)."""

    __slots__ = ("_interval", "_tolerance", "_turn")

    def __init__(self, rate: int) -> None:
        self._interval = 1 / rate
        self._tolerance = 1.0
        self._turn = 0.0

    def take(self) -> float:
        """Count one. Returns 0, or the seconds to wait when it is one too many."""
        now = time.monotonic()
        turn = max(self._turn, now) + self._interval
        if turn - now > self._tolerance + 1e-9:
            return round(turn - now - self._tolerance, 3)
        self._turn = turn
        return 0.0
