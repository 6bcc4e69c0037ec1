"""Whether a process keeps growing, from samples of its memory at known times.

The time in which caches fill is left out. The slope is Theil and Sen's: the median of the slopes
between all pairs of samples, which single peaks do not move (P. K. Sen, 1968), with its 95 % interval. A process is
growing where both hold: the interval lies above 0, and the median of the last third is more than RISE above that of
the first. The first alone also holds for a rise too small to matter, the second alone for one that has ended.
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
    first_third_mib: float  # median; of the time after the warm-up
    last_third_mib: float  # median
    slope_mib_h: float
    slope_low_mib_h: float
    slope_high_mib_h: float
    growing: bool


def growth(seconds: Sequence[float], mib: Sequence[float], *, warm_up_s: float) -> Growth | None:
    """Judge samples in the order of time; None for too few after the warm-up."""
    from scipy.stats import theilslopes

    if not seconds:
        return None
    begins = seconds[0] + warm_up_s
    third = (seconds[-1] - begins) / 3
    warm = [(at, value) for at, value in zip(seconds, mib, strict=True) if at >= begins]
    if len(warm) < FEWEST:
        return None
    slope, _, low, high = theilslopes([value for _, value in warm], [at / 3600 for at, _ in warm], alpha=0.95)
    first = statistics.median(value for at, value in warm if at < begins + third)
    last = statistics.median(value for at, value in warm if at >= begins + 2 * third)
    return Growth(
        first_mib=mib[0],
        last_mib=mib[-1],
        peak_mib=max(mib),
        first_third_mib=first,
        last_third_mib=last,
        slope_mib_h=float(slope),
        slope_low_mib_h=float(low),
        slope_high_mib_h=float(high),
        growing=bool(low > 0 and last > first * (1 + RISE)),
    )
