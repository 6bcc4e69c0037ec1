"""Cost: latency percentiles by nearest rank, so that each is a latency that was measured.

p-th percentile of n sorted values = value number ⌈p n ÷ 100⌉
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Percentiles in milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    n: int


def latency(seconds: Sequence[float]) -> Latency | None:
    """Percentiles of latencies; None without any."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Latency(
        p50_ms=percentile(ordered, 50) * 1000,
        p95_ms=percentile(ordered, 95) * 1000,
        p99_ms=percentile(ordered, 99) * 1000,
        n=len(ordered),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Nearest-rank percentile of ascending values."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
