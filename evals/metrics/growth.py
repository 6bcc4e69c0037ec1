"""Whether a process keeps growing, from samples of its memory at known times.

The first quarter of the time warms caches up and is left out. The slope is Theil and Sen's: the median of the slopes
between all pairs of samples, which single peaks do not move (P. K. Sen, 1968), with its 95 % interval. A process is
growing where both hold: the interval lies above 0, and the median of the last quarter is more than RISE above that of
the second. The first alone also holds for a rise too small to matter, the second alone for one that has ended.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

RISE = 0.02
FEWEST = 12  # samples after the warm-up, below which nothing is said


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Memory over time; in MiB, and MiB an hour."""

    first_mib: float
    last_mib: float
    peak_mib: float
    second_quarter_mib: float  # median
    last_quarter_mib: float  # median
    slope_mib_h: float
    slope_low_mib_h: float
    slope_high_mib_h: float
    growing: bool


def growth(seconds: Sequence[float], mib: Sequence[float]) -> Growth | None:
    """Judge samples in the order of time; None for too few."""
    from scipy.stats import theilslopes

    if not seconds:
        return None
    quarter = (seconds[-1] - seconds[0]) / 4
    since = [second - seconds[0] for second in seconds]
    warm = [(at / 3600, value) for at, value in zip(since, mib, strict=True) if at >= quarter]
    if len(warm) < FEWEST or quarter <= 0:
        return None
    slope, _, low, high = theilslopes([value for _, value in warm], [at for at, _ in warm], alpha=0.95)
    second = statistics.median(value for at, value in zip(since, mib, strict=True) if quarter <= at < 2 * quarter)
    last = statistics.median(value for at, value in zip(since, mib, strict=True) if at >= 3 * quarter)
    return Growth(
        first_mib=mib[0],
        last_mib=mib[-1],
        peak_mib=max(mib),
        second_quarter_mib=second,
        last_quarter_mib=last,
        slope_mib_h=float(slope),
        slope_low_mib_h=float(low),
        slope_high_mib_h=float(high),
        growing=bool(low > 0 and last > second * (1 + RISE)),
    )
