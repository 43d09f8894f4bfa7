# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Turns that last are carried on; corrections and lane changes are not."""

from __future__ import annotations

import numpy as np
import pytest

from icv_v2x.parameters.lane_groups import LaneIntent
from icv_v2x.world.turning import FAST, SLOW, filtered, lasting_turn_rate


def lasting(
    yaw_rates: np.ndarray, speed: float, step: float = 0.1, side: float = 0.0
) -> np.ndarray:
    """Return the lasting turn after each sample [rad/s]; `side` is that of the indicator."""
    slow, fast = np.zeros(1), np.zeros(1)
    found = []
    for sample in yaw_rates:
        yaw_rate = np.array([sample])
        slow = filtered(slow, yaw_rate, np.array([step]), SLOW)
        fast = filtered(fast, yaw_rate, np.array([step]), FAST)
        found.append(float(lasting_turn_rate(
            yaw_rate, slow, fast, np.array([speed]), np.array([side]), LaneIntent())[0]))
    return np.array(found)


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_a_turn_at_a_junction_is_known_within_half_a_second(side: float) -> None:
    yaw_rate = side * np.radians(25.0)
    found = lasting(np.full(10, yaw_rate), 6.0)
    assert found[4] == pytest.approx(yaw_rate)


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_a_bend_of_the_road_is_known_after_a_few_seconds(side: float) -> None:
    yaw_rate = side * np.radians(2.0)
    found = lasting(np.full(60, yaw_rate), 25.0)
    assert found[-1] == pytest.approx(yaw_rate, rel=0.2)


@pytest.mark.parametrize('seconds', [2.0, 3.0, 4.0, 6.0])
@pytest.mark.parametrize('speed', [8.0, 15.0, 30.0])
def test_a_lane_change_sends_nobody_past_the_lane_he_changes_to(
    seconds: float, speed: float
) -> None:
    # Lateral acceleration of one sine period moves a vehicle 3.5 m sideways.
    time = np.arange(0.0, seconds + 2.0, 0.1)
    across = 2.0 * np.pi * 3.5 / seconds**2 * np.sin(2.0 * np.pi * time / seconds)
    yaw_rate = np.where(time < seconds, across / speed, 0.0)
    found = lasting(yaw_rate, speed)
    second_half = time > 0.5 * seconds
    onwards = found[second_half] * np.sign(yaw_rate[second_half])
    # What is left at the very end is a bend that nobody notices.
    assert np.all(onwards <= np.radians(1.6))


def test_wiggles_in_the_lane_are_no_turns() -> None:
    random = np.random.default_rng(3)
    yaw_rate = np.radians(random.normal(0.0, 2.0, 600))
    assert np.mean(lasting(yaw_rate, 15.0) != 0.0) < 0.05


def test_nobody_keeps_up_a_turn_that_takes_more_grip_than_there_is() -> None:
    assert not np.any(lasting(np.full(50, np.radians(40.0)), 15.0))


def test_missing_yaw_rates_mean_no_turn() -> None:
    assert not np.any(lasting(np.full(20, np.nan), 10.0))
