"""Intervals and paired tests. Seeded: the same numbers give the same intervals.

Re-wordings of one question are no independent evidence, so clusters of questions are resampled, not questions: the
mean of a resample is (sum of its clusters' sums) ÷ (sum of their sizes). With one question a cluster this is the
plain percentile bootstrap. BCa is not used: it gives NaN when all scores are equal.

Where every cluster has the same mean, every resample has it too, and its interval would have no width: false certainty,
with one question most of all. There Wilson's interval over the clusters stands in: for a share at 0/n and n/n exactly,
for a mean of values from 0 to 1 as the widest that such values can have.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 20250709
LEVEL = 0.95
Z = 1.959963984540054  # of a two-sided 95 % interval
ALIKE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean with its interval; `n` values, `clusters` independent ones."""

    mean: float
    low: float
    high: float
    n: int
    clusters: int


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Mean difference (b - a) with its interval and the p-value of a permutation test."""

    difference: Estimate
    p: float
    identical: bool  # the two do not differ on a single question


def bootstrap(values: Sequence[float], clusters: Sequence[str] | None = None, *, share: bool = True) -> Estimate | None:
    """Mean and percentile interval, Wilson's where all clusters are alike; None without values.

    Values of a `share` lie from 0 to 1; of others (lengths) nothing is known beyond what was seen, and
    clusters that are all alike give no interval but the value itself.
    """
    if not values:
        return None
    sums, sizes = _by_cluster(values, clusters)
    mean = math.fsum(values) / len(values)
    if share and np.ptp(sums / sizes) < ALIKE:
        low, high = wilson(mean * len(sums), len(sums))
    else:
        drawn = _draws(len(sums))
        low, high = map(float, np.quantile((drawn @ sums) / (drawn @ sizes), [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return Estimate(mean=mean, low=low, high=high, n=len(values), clusters=len(sums))


def wilson(successes: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share, sensible at 0/n and n/n; (0, 1) when n is 0.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) ÷ (1 + z²/n)
    """
    if n == 0:
        return 0.0, 1.0
    share, weight = successes / n, Z * Z / n
    centre = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return 0.0 if share == 0 else centre - half, 1.0 if share == 1 else centre + half


def paired(
    a: Sequence[float], b: Sequence[float], clusters: Sequence[str] | None = None, *, share: bool = True
) -> Paired | None:
    """Compare two systems on the same questions; None without questions.

    Differences that are the same in every cluster get the interval of a share, too: values from 0 to 1 that were never
    seen to differ in n clusters may differ in as many as Wilson's interval of 0/n allows, in either direction.

    The test flips the signs of whole clusters' differences: p = (1 + flips with |sum| ≥ observed) ÷ (1 + flips);
    with at most 12 clusters all sign patterns are tried, and p = share of those with |sum| ≥ observed.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} values are not paired")
    differences = [after - before for before, after in zip(a, b, strict=True)]
    estimate = bootstrap(differences, clusters, share=False)
    if estimate is None:
        return None
    sums, sizes = _by_cluster(differences, clusters)
    if share and np.ptp(sums / sizes) < ALIKE:
        low, high = _alike(estimate)
        estimate = replace(estimate, low=low, high=high)
    return Paired(difference=estimate, p=_permutation(sums), identical=not any(differences))


def _alike(estimate: Estimate) -> tuple[float, float]:
    """The interval of a difference that all clusters share: its size as a share, on the side where it lies."""
    low, high = wilson(abs(estimate.mean) * estimate.clusters, estimate.clusters)
    if abs(estimate.mean) < ALIKE:
        return -high, high
    return (low, high) if estimate.mean > 0 else (-high, -low)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: sorted p(i) becomes the running maximum of (m - i + 1) p(i), at most 1."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def _permutation(sums: NDArray[np.float64]) -> float:
    observed = abs(float(sums.sum())) - 1e-9  # equal sums in another order of adding count as equal
    moved = sums[sums != 0]
    if moved.size == 0:
        return 1.0
    if moved.size <= 12:
        bits = (np.arange(2**moved.size)[:, None] >> np.arange(moved.size)) & 1
        return float(np.mean(np.abs((1 - 2 * bits) @ moved) >= observed))
    signs = np.random.default_rng(SEED).integers(0, 2, (RESAMPLES, moved.size), dtype=np.int8)
    extreme = int(np.sum(np.abs((1.0 - 2.0 * signs) @ moved) >= observed))
    return (1 + extreme) / (1 + RESAMPLES)


def _by_cluster(
    values: Sequence[float], clusters: Sequence[str] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums and sizes of the clusters, in order of first appearance."""
    names = list(clusters) if clusters is not None else [str(at) for at in range(len(values))]
    places = {name: at for at, name in enumerate(dict.fromkeys(names))}
    sums, sizes = np.zeros(len(places)), np.zeros(len(places))
    for name, value in zip(names, values, strict=True):
        sums[places[name]] += value
        sizes[places[name]] += 1
    return sums, sizes


@lru_cache(maxsize=8)
def _draws(clusters: int) -> NDArray[np.float64]:
    """How often each cluster comes in each resample, shape (resamples, clusters)."""
    shares = np.full(clusters, 1 / clusters)
    return np.random.default_rng(SEED).multinomial(clusters, shares, RESAMPLES).astype(np.float64)
