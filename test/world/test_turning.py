# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Turns that last are carried on; corrections and lane changes are not."""

from __future__ import annotations

import numpy as np
import pytest

from icv_v2x.message_set.enumerations import ExteriorLight
from icv_v2x.parameters.lane_groups import LaneIntent
from icv_v2x.parameters.prediction_groups import TurnPrediction
from icv_v2x.world.turning import (
    FAST,
    SLOW,
    filtered,
    indicated_side,
    lasting_turn_rate,
    turned_angle,
)


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
            yaw_rate, slow, fast, np.array([speed]), np.array([side]), LaneIntent(),
            TurnPrediction())[0]))
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


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_a_turn_that_the_indicator_announces_lasts_from_its_first_moment(side: float) -> None:
    yaw_rate = side * np.radians(15.0)
    assert lasting(np.full(1, yaw_rate), 6.0, side=side)[0] == pytest.approx(yaw_rate)
    assert lasting(np.full(1, yaw_rate), 6.0, side=-side)[0] == 0.0
    assert lasting(np.full(1, yaw_rate), 12.0, side=side)[0] == 0.0


@pytest.mark.parametrize('side', [1.0, -1.0])
def test_the_sharpest_turns_of_slow_vehicles_last_at_the_limit_of_grip(side: float) -> None:
    found = lasting(np.full(10, side * np.radians(110.0)), 6.0)
    assert found[-1] == pytest.approx(side * 9.81 / 6.0)


def turned(headings: np.ndarray, speed: np.ndarray, step: float = 0.1) -> float:
    """Return how far one has turned at the end [rad]."""
    angle, fast, elapsed = np.zeros(1), np.zeros(1), np.array([step])
    for before, heading, pace in zip(headings[:-1], headings[1:], speed[1:], strict=True):
        turn = np.array([heading - before])
        fast = filtered(fast, turn / step, elapsed, FAST)
        angle = turned_angle(angle, fast, turn, np.array([pace]), elapsed, TurnPrediction())
    return float(angle[0])


def test_a_turn_counts_from_its_first_degree_and_through_a_wait_in_its_middle() -> None:
    before, first = np.zeros(20), np.radians(np.linspace(0.0, 8.0, 11))
    waits, rest = np.full(80, np.radians(8.0)), np.radians(np.linspace(8.0, 60.0, 20))
    headings = np.concatenate([before, first, waits, rest])
    speed = np.concatenate([np.full(31, 4.0), np.zeros(80), np.full(20, 5.0)])
    assert np.degrees(turned(headings, speed)) == pytest.approx(60.0, abs=2.5)


def test_an_earlier_turn_is_forgotten_on_the_way_straight_on() -> None:
    headings = np.concatenate([np.radians(np.linspace(0.0, 90.0, 30)), np.full(60, 0.5 * np.pi)])
    assert abs(np.degrees(turned(headings, np.full(90, 8.0)))) < 2.0


@pytest.mark.parametrize(('lights', 'side'), [
    (ExteriorLight(0), 0.0), (ExteriorLight.LEFT_TURN_SIGNAL, 1.0),
    (ExteriorLight.RIGHT_TURN_SIGNAL | ExteriorLight.FOG_LIGHT, -1.0),
    (ExteriorLight.HAZARD_SIGNAL, 0.0),
    (ExteriorLight.LEFT_TURN_SIGNAL | ExteriorLight.RIGHT_TURN_SIGNAL, 0.0),
])
def test_indicators_point_to_one_side_only(lights: ExteriorLight, side: float) -> None:
    assert indicated_side(np.array([lights], np.uint16))[0] == side
