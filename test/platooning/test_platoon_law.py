# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The law of the gap: stable by design, as far as it says, and never into contact."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.convoy import parameters

from icv_v2x.platooning.drive import limits_of
from icv_v2x.platooning.law import (
    LOOP_DELAY,
    Ahead,
    GapLaw,
    least_gap_time,
    needed_deceleration,
    safe_gap_time,
    spacing,
    string_gain,
)

LIMITS = limits_of(parameters(1), math.nan)
STEP = 0.05


@given(st.floats(0.0, 0.5), st.floats(0.1, 0.8), st.floats(0.75, 1.25))
def test_no_frequency_is_amplified_at_the_gap_that_the_design_gives(
    delay: float, lag: float, share: float,
) -> None:
    lag = round(lag, 2)
    gap = least_gap_time(delay, lag)
    gain = string_gain(
        gap, np.logspace(-2.3, 0.9, 97), delay=delay, lag=lag, true_lag=lag * share)
    if gap < 2.9:
        assert gain.max() <= 1.003


def test_without_feed_forward_of_commands_but_with_the_lag_undone_it_is_the_ideal_filter() -> None:
    frequency = np.array([0.02, 0.1, 0.5])
    gain = string_gain(0.6, frequency, delay=0.0, lag=0.4, true_lag=0.4)
    ideal = 1.0 / np.abs(0.6 * 2j * math.pi * frequency + 1.0)
    # The own loop is late all the same.
    assert gain == pytest.approx(ideal, rel=0.12)


def test_a_shorter_gap_than_the_design_gives_amplifies() -> None:
    gain = string_gain(0.4, np.logspace(-2, 0, 50), delay=0.4, lag=0.4, true_lag=0.5)
    assert gain.max() > 1.05


def test_the_gap_is_clearance_over_speed_and_rest_is_kept_at_standstill() -> None:
    assert spacing(0.6, 2.0, 25.0) == (pytest.approx(15.0), 0.6)
    assert spacing(0.6, 2.0, 0.0)[0] == 2.0
    below, above = spacing(0.6, 2.0, 19.999)[0], spacing(0.6, 2.0, 20.001)[0]
    assert below == pytest.approx(above, abs=0.01)


def follow(
    lead: np.ndarray, *, members: int, gap_time: float = 0.6, delay: int = 2, speed: float = 25.0,
    lags: tuple[float, ...] = (0.4,),
) -> tuple[np.ndarray, np.ndarray]:
    """Return accelerations (n, members + 1) and gap errors (n, members) of a row of cars.

    Args:
        lead: (n,) acceleration of the leader.
        members: Behind it.
        gap_time: [s].
        delay: Of messages in steps.
        speed: At first [m/s].
        lags: Of the drives in turn [s].
    """
    count = members + 1
    v, a = np.full(count, speed), np.zeros(count)
    x = -np.arange(count) * (spacing(gap_time, 2.0, speed)[0] + 4.6)
    laws = [GapLaw() for _ in range(members)]
    past, errors, accelerations = [a.copy()] * (delay + 1), [], []
    for step, wanted in enumerate(lead):
        told = past[-1 - delay]
        commands = [float(wanted)]
        error = []
        for place in range(1, count):
            gap = x[place - 1] - x[place] - 4.6
            ahead = Ahead(gap, v[place - 1], told[place - 1], delay * STEP, told[0])
            law = laws[place - 1]
            commands.append(law.step(
                10**18 + round(step * STEP * 1e9), v[place], a[place], ahead, LIMITS,
                cooperative=True, gap_time=gap_time).command)
            error.append(gap - spacing(law.time_gap, 2.0, v[place])[0])
        lag = np.array([lags[place % len(lags)] for place in range(count)])
        lag[0] = 1e-3
        a = a + (np.array(commands) - a) * (1.0 - np.exp(-STEP / lag))
        after = np.maximum(v + a * STEP, 0.0)
        x, v = x + 0.5 * (v + after) * STEP, after
        past = [*past[1:], a.copy()]
        errors.append(error)
        accelerations.append(a)
    return np.array(accelerations), np.array(errors)


@pytest.mark.parametrize('frequency', [0.02, 0.1, 0.5])
@pytest.mark.parametrize('lags', [(0.4,), (0.4, 0.5, 0.3)])
def test_peaks_do_not_grow_along_the_row(frequency: float, lags: tuple[float, ...]) -> None:
    time = np.arange(0.0, max(2.5 / frequency, 25.0), STEP)
    rate = 2.0 * math.pi * frequency
    acceleration, error = follow(
        min(1.0, 3.0 * rate) * np.sin(rate * time), members=5, lags=lags)
    late = time > time[-1] - 1.0 / frequency
    peaks = np.abs(acceleration[late]).max(axis=0)
    assert np.diff(peaks).max() <= 0.005
    # The first of a row of unlike drives has the least to do, so each is held against the worst.
    worst = np.abs(error[late]).max(axis=0)
    assert worst[-1] <= worst[:3].max() + 0.01


def test_a_row_survives_full_braking_of_its_leader() -> None:
    lead = np.where(np.arange(600) * STEP < 2.0, 0.0, -6.0)
    lead[np.cumsum(lead) * STEP < -25.0] = 0.0
    acceleration, _ = follow(lead, members=5, delay=5)
    assert acceleration.min() >= -LIMITS.braking


@given(
    st.floats(5.0, 35.0), st.floats(0.0, 35.0), st.floats(2.0, 80.0), st.floats(-8.0, 0.0))
def test_the_needed_deceleration_just_avoids_contact(
    speed: float, other: float, gap: float, slowing: float,
) -> None:
    ahead = Ahead(gap, other, slowing)
    needed = needed_deceleration(speed, ahead, 0.0)
    if not 0.05 < needed < 12.0:
        return
    assert _least_gap(speed, ahead, needed * 1.02 + 0.02) > -0.1
    assert _least_gap(speed, ahead, needed * 0.9 - 0.05) < 0.1


def _least_gap(speed: float, ahead: Ahead, braking: float) -> float:
    time = np.arange(0.0, 400.0 if braking < 0.5 else 60.0, 0.01)
    own = _way(speed, braking, time)
    return float((ahead.gap + _way(ahead.speed, ahead.slowing, time) - own).min())


def _way(speed: float, braking: float, time: np.ndarray) -> np.ndarray:
    moving = np.minimum(time, speed / max(braking, 1e-9))
    return speed * moving - 0.5 * max(braking, 0.0) * moving**2


def test_who_brakes_worse_than_the_vehicle_ahead_keeps_more_distance() -> None:
    heavy = limits_of(parameters(1, braking=4.5), math.nan)
    assert safe_gap_time(22.0, heavy, LOOP_DELAY) > safe_gap_time(22.0, LIMITS, LOOP_DELAY) + 0.5


def test_another_vehicle_ahead_is_taken_without_a_jolt() -> None:
    law = GapLaw()
    far = Ahead(15.0, 25.0, 0.0)
    for step in range(20):
        law.step(10**18 + step * 50_000_000, 25.0, 0.0, far, LIMITS, cooperative=True,
                 gap_time=0.6)
    near = Ahead(9.0, 25.0)
    law.begin_with(near, 25.0, LIMITS)
    answer = law.step(10**18 + 20 * 50_000_000, 25.0, 0.0, near, LIMITS, cooperative=False,
                      gap_time=1.4)
    assert abs(answer.command) < 0.5
