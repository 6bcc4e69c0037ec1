"""What the processes of one service have in common, where it has several."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.limits import Window


class Counting(Protocol):
    """Requests a minute by name, as `api.limits.Limits` counts them, wherever that is."""

    def take(self, per_minute: int, *name: str) -> Window:
        """Count a request under this name."""
        ...

    def strike(self, address: str) -> None:
        """Count a wrong key from this address."""
        ...

    def struck_out(self, address: str) -> Window | None:
        """What an address is told that showed too many wrong keys; None for the others."""
        ...


class Roll(Protocol):
    """Which of the processes are up."""

    def workers(self) -> tuple[int, int]:
        """How many processes answer /v1, and how many are to."""
        ...


@dataclass(frozen=True, kw_only=True)
class Family:
    """What one of several processes needs to act as a part of the whole."""

    limits: Counting
    roll: Roll
    page_answers: Callable[[], bool]  # whether the page, a process of its own, answers at this moment
    figures: Path  # where Prometheus' library keeps what they count
