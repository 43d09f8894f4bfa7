# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego between and after its inputs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from road_users import START, after, parameters

from icv_v2x.inputs import Gear, Indicator, Odometry, PlannedPath, VehicleStatus
from icv_v2x.world.ego_estimator import EgoEstimator, EgoRefusal

_ODOMETRY = Odometry(
    stamp=START, frame_id='map', x=100.0, y=50.0, z=3.0, yaw=math.pi / 2, velocity_x=20.0,
    velocity_y=0.0, yaw_rate=0.0, variance_xx=0.04, variance_xy=0.0, variance_yy=0.04)
_STATUS = VehicleStatus(
    stamp=START, indicator=Indicator.LEFT, gear=Gear.FORWARD, brake=False, acceleration=-2.0,
    steering_wheel_angle=0.0, lights=0)


def _path(end: float, stamp: int = START) -> PlannedPath:
    time = np.array([after(0.0), after(end)])
    return PlannedPath(stamp, time, np.array([0.0, 1.0]), np.zeros(2), np.zeros(2))


def _estimator(*items: Odometry | VehicleStatus | PlannedPath) -> EgoEstimator:
    estimator = EgoEstimator(parameters())
    for item in items:
        assert estimator.update(item) is None
    return estimator


def test_the_state_is_of_the_centre_of_the_footprint() -> None:
    state = _estimator(_ODOMETRY).state(START)
    assert state is not None
    assert (state.x, state.y) == pytest.approx((100.0, 50.0 + 1.4))
    assert (state.length, state.width, state.z) == (4.8, 1.9, 3.0)
    assert state.position_deviation == pytest.approx(0.2)
    assert state.age == 0.0


def test_it_is_carried_on_from_the_newest_pose_before_the_instant() -> None:
    later = replace(_ODOMETRY, stamp=after(0.1), y=52.0)
    state = _estimator(_ODOMETRY, later).state(after(0.05))
    assert state is not None
    assert (state.y, state.age) == pytest.approx((50.0 + 1.0 + 1.4, 0.05))
    state = _estimator(_ODOMETRY, later).state(after(0.3))
    assert state is not None
    assert (state.y, state.age) == pytest.approx((52.0 + 4.0 + 1.4, 0.2))


def test_a_turn_is_carried_on_along_its_arc() -> None:
    state = _estimator(replace(_ODOMETRY, yaw_rate=0.5)).state(after(0.4))
    assert state is not None
    radius, angle = 20.0 / 0.5, 0.2
    base_x = 100.0 - radius * (1.0 - math.cos(angle))
    base_y = 50.0 + radius * math.sin(angle)
    assert state.heading == pytest.approx(math.pi / 2 + angle)
    assert state.x == pytest.approx(base_x - 1.4 * math.sin(angle))
    assert state.y == pytest.approx(base_y + 1.4 * math.cos(angle))


def test_the_acceleration_is_measured_while_fresh_and_else_the_slope_of_the_speed() -> None:
    poses = [
        replace(_ODOMETRY, stamp=after(0.05 * k), velocity_x=20.0 - 3.0 * 0.05 * k)
        for k in range(20)
    ]
    estimator = _estimator(*poses)
    without = estimator.state(after(0.95))
    assert without is not None
    assert without.acceleration == pytest.approx(-3.0)
    estimator.update(replace(_STATUS, stamp=after(0.7)))
    fresh = estimator.state(after(0.95))
    old = estimator.state(after(1.05))
    assert fresh is not None
    assert old is not None
    assert fresh.acceleration == -2.0
    assert old.acceleration == pytest.approx(-3.0)


def test_two_poses_are_too_few_for_an_acceleration() -> None:
    estimator = _estimator(
        _ODOMETRY, replace(_ODOMETRY, stamp=after(0.02), velocity_x=15.0))
    state = estimator.state(after(0.02))
    assert state is not None
    assert state.acceleration == 0.0


def test_braking_ends_at_standstill() -> None:
    state = _estimator(
        replace(_ODOMETRY, velocity_x=0.4), replace(_STATUS, acceleration=-4.0)
    ).state(after(0.25))
    assert state is not None
    assert state.speed == 0.0
    assert state.y == pytest.approx(50.0 + 0.4**2 / 8.0 + 1.4)


@pytest.mark.parametrize(('change', 'reason'), [
    ({'x': math.nan}, EgoRefusal.NOT_FINITE), ({'yaw': math.inf}, EgoRefusal.NOT_FINITE),
    ({'velocity_x': math.nan}, EgoRefusal.NOT_FINITE),
    ({'frame_id': 'odom'}, EgoRefusal.WRONG_FRAME),
])
def test_bad_odometry_is_refused_and_costs_nothing_else(
    change: dict[str, object], reason: EgoRefusal
) -> None:
    estimator = _estimator(_ODOMETRY)
    before = estimator.state(after(0.1))
    assert estimator.update(replace(_ODOMETRY, stamp=after(0.05), **change)) is reason
    assert estimator.state(after(0.1)) == before


def test_unknown_height_is_no_fault() -> None:
    state = _estimator(replace(_ODOMETRY, z=math.nan)).state(START)
    assert state is not None
    assert math.isnan(state.z)


def test_poses_out_of_order_are_late_but_a_jump_back_starts_anew() -> None:
    estimator = _estimator(replace(_ODOMETRY, stamp=after(5.0)))
    assert estimator.update(replace(_ODOMETRY, stamp=after(4.95))) is EgoRefusal.LATE
    assert estimator.update(replace(_ODOMETRY, stamp=after(5.0))) is EgoRefusal.LATE
    assert estimator.update(replace(_ODOMETRY, x=7.0)) is None
    assert estimator.resets == 1
    state = estimator.state(after(0.1))
    assert state is not None
    assert state.x == pytest.approx(7.0)


def test_asking_for_an_earlier_or_later_instant_changes_nothing() -> None:
    estimator = _estimator(_ODOMETRY, replace(_ODOMETRY, stamp=after(0.1)))
    first = estimator.state(after(0.1))
    estimator.state(after(100.0))
    estimator.state(START)
    assert estimator.state(after(0.1)) == first


def test_without_a_recent_pose_there_is_no_state() -> None:
    assert EgoEstimator(parameters()).state(START) is None
    estimator = _estimator(_ODOMETRY)
    assert estimator.state(after(3.1)) is None
    assert estimator.state(after(-0.5)) is None
    slightly_ahead = estimator.state(after(-0.05))
    assert slightly_ahead is not None
    assert slightly_ahead.age == 0.0
    assert slightly_ahead.y == pytest.approx(50.0 - 1.0 + 1.4)


def test_the_indicator_lapses_with_the_status() -> None:
    estimator = _estimator(_ODOMETRY, _STATUS)
    fresh, old = estimator.state(after(0.9)), estimator.state(after(1.1))
    assert fresh is not None
    assert old is not None
    assert (fresh.indicator, old.indicator) == (Indicator.LEFT, Indicator.NONE)


def test_a_path_is_in_force_until_its_end_or_until_the_planner_is_silent() -> None:
    estimator = _estimator(_ODOMETRY, _path(1.0))
    assert [s.path is not None for t in (0.5, 1.5) if (s := estimator.state(after(t)))] == [
        True, False]
    estimator = _estimator(_ODOMETRY, _path(30.0))
    assert [s.path is not None for t in (1.9, 2.1) if (s := estimator.state(after(t)))] == [
        True, False]


def test_a_path_that_is_none_is_refused() -> None:
    estimator = _estimator(_ODOMETRY)
    path = _path(1.0)
    assert estimator.update(replace(path, time=path.time[::-1])) is EgoRefusal.UNORDERED_PATH
    assert estimator.update(replace(path, x=np.zeros(3))) is EgoRefusal.UNORDERED_PATH
    assert estimator.update(
        replace(path, y=np.array([0.0, np.nan]))) is EgoRefusal.NOT_FINITE


def test_memory_is_bounded() -> None:
    estimator = EgoEstimator(parameters())
    for k in range(5000):
        estimator.update(replace(_ODOMETRY, stamp=after(0.001 * k)))
    assert len(estimator._odometry) <= 256
