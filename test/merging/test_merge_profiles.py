# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed profiles keep to their limits, meet their speeds and are what their nodes integrate to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icv_v2x.merging import ComfortLimits
from icv_v2x.merging.profiles import change_of_speed, two_changes

LIMITS = ComfortLimits(5.0, 20.0, (4.0, 2.0), (5.0, 3.5), (5.0, 2.5))
SPEEDS = st.floats(0.0, 40.0)


@settings(max_examples=50, deadline=None)
@given(SPEEDS, st.floats(-2.0, 2.0), SPEEDS, st.floats(0.0, 6.0), SPEEDS)
def test_two_changes_meet_their_speeds_within_the_limits(
    speed: float, acceleration: float, first: float, held: float, second: float,
) -> None:
    profile = two_changes(
        speed, acceleration, np.array([first]), np.array([held]), np.array([second]), LIMITS)
    assert profile.speed[0, -1] == pytest.approx(second, abs=1e-6)
    assert profile.acceleration[0, -1] == 0.0
    fastest = max(speed, first, second)
    slack = 1e-6
    bounds = LIMITS.at(min(speed, first, second))
    assert np.all(profile.acceleration <= max(float(bounds.acceleration), acceleration) + slack)
    assert np.all(-profile.acceleration <= max(float(bounds.braking), -acceleration) + slack)
    span = np.diff(profile.time[0])
    change = np.abs(np.diff(profile.acceleration[0]))
    jerk = float(LIMITS.at(0.0).jerk) if fastest < 20.0 else 5.0
    assert np.all(change <= jerk * span + 1e-6)


@settings(max_examples=25, deadline=None)
@given(SPEEDS, st.floats(-2.0, 2.0), SPEEDS)
def test_way_and_speed_are_the_integrals_of_the_acceleration(
    speed: float, acceleration: float, wanted: float,
) -> None:
    profile = two_changes(
        speed, acceleration, np.array([wanted]), np.array([1.0]), np.array([wanted]),
        LIMITS).one(0)
    time = np.linspace(0.0, profile.time[-1] + 1.0, 20001)
    way, pace, rate = profile.at(time)
    step = time[1] - time[0]
    integrated = speed + np.concatenate(
        [[0.0], np.cumsum(0.5 * step * (rate[1:] + rate[:-1]))])
    assert np.allclose(pace, integrated, atol=2e-3)
    assert np.allclose(np.gradient(way, time)[1:-1], pace[1:-1], atol=2e-3)


def test_a_change_is_as_fast_as_the_limits_allow() -> None:
    change = change_of_speed(20.0, 0.0, 30.0, LIMITS)
    # Two ramps of 0.8 s at 2.5 m/s3 and the rest at 2 m/s2.
    assert change.duration[0] == pytest.approx(10.0 / 2.0 + 0.8)


@settings(max_examples=50, deadline=None)
@given(SPEEDS, st.floats(-6.0, 6.0), SPEEDS)
def test_an_acceleration_beyond_the_limit_falls_to_it(
    speed: float, acceleration: float, wanted: float,
) -> None:
    change = change_of_speed(speed, acceleration, wanted, LIMITS)
    bounds = LIMITS.at(max(speed, wanted))
    assert -float(bounds.braking) <= change.level[0] <= float(bounds.acceleration)
    profile = two_changes(
        speed, acceleration, np.array([wanted]), np.zeros(1), np.array([wanted]), LIMITS)
    assert profile.speed[0, -1] == pytest.approx(wanted, abs=1e-6)
    assert np.all(np.abs(np.diff(profile.acceleration[0]))
                  <= float(bounds.jerk) * np.diff(profile.time[0]) + 1e-6)


def test_stopping_distance_is_enough_for_a_jerk_limited_stop() -> None:
    speeds = np.linspace(1.0, 40.0, 40)
    for speed, distance in zip(speeds, LIMITS.stopping_distance(speeds), strict=True):
        stop = two_changes(
            float(speed), 0.0, np.zeros(1), np.zeros(1), np.zeros(1), LIMITS)
        # The real stop may use the higher limits of low speeds; this one does not.
        assert stop.way[0, -1] <= distance * 1.02 + 0.5


def test_limits_refuse_an_order_that_makes_no_sense() -> None:
    with pytest.raises(ValueError, match='fast_speed is 5'):
        ComfortLimits(5.0, 5.0, (4.0, 2.0), (5.0, 3.5), (5.0, 2.5))
