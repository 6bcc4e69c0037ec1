"""Which memory counts as growing."""

from random import Random

import pytest

from evals.metrics.growth import growth

MINUTES_30 = [10.0 * at for at in range(181)]


def noisy(*, per_hour: float = 0.0, warm_up: float = 0.0, rise_ends_s: float = float("inf")) -> list[float]:
    chance = Random(1)
    return [
        400 + warm_up * min(1.0, at / 300) + per_hour * min(at, rise_ends_s) / 3600 + chance.uniform(-3, 3)
        for at in MINUTES_30
    ]


def test_flat_memory_does_not_grow():
    found = growth(MINUTES_30, noisy(), warm_up_s=600)
    assert found and not found.growing
    assert found.slope_low_mib_h < 0 < found.slope_high_mib_h
    assert found.first_third_mib == pytest.approx(400, abs=2) and found.peak_mib <= 403


def test_a_leak_grows_and_its_slope_is_told():
    found = growth(MINUTES_30, noisy(per_hour=40), warm_up_s=600)
    assert found and found.growing
    assert found.slope_low_mib_h < 40 < found.slope_high_mib_h


def test_warming_up_is_no_leak():
    found = growth(MINUTES_30, noisy(warm_up=150), warm_up_s=600)
    assert found and not found.growing and found.last_mib > found.first_mib + 100


def test_a_certain_rise_too_small_to_matter_is_no_leak():
    found = growth(MINUTES_30, noisy(per_hour=9), warm_up_s=600)
    assert found and found.slope_low_mib_h > 0 and not found.growing


def test_a_single_peak_moves_nothing():
    samples = noisy()
    samples[-3] = 2000.0
    found = growth(MINUTES_30, samples, warm_up_s=600)
    assert found and not found.growing and found.peak_mib == 2000.0


@pytest.mark.parametrize("samples", [[], [400.0], [400.0] * 10])
def test_too_few_samples_say_nothing(samples):
    assert growth(MINUTES_30[: len(samples)], samples, warm_up_s=0) is None
