# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion along polylines against interpolation, and errors of predicted positions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from strategies.traffic import seeds

from icv_v2x.motion import (
    MotionUncertainty,
    constant_velocity,
    covariance_at,
    longitudinal_profile,
    path_following,
    position_at,
    state_at,
)

HORIZON = 6.0


@given(seed=seeds())
def test_positions_lie_where_the_profile_says_on_the_path(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, vertices = 8, 6
    x = np.cumsum(random.uniform(1.0, 12.0, (count, vertices)), axis=1)
    y = random.uniform(-5.0, 5.0, (count, vertices))
    speed, acceleration = random.uniform(0.0, 15.0, count), random.uniform(-6.0, 2.0, count)
    profile = longitudinal_profile(speed, [(2.0, acceleration), (HORIZON, -1.0)])
    motion = path_following(x, y, profile, HORIZON, start_distance=random.uniform(0.0, 3.0, count))
    random = np.random.default_rng(seed)
    straight = longitudinal_profile(speed, [(2.0, acceleration), (HORIZON, -1.0)])
    for time in (0.0, 0.7, 2.0, 3.3, HORIZON):
        found = position_at(motion, time)
        for row in range(count):
            length = np.hypot(np.diff(x[row]), np.diff(y[row]))
            station = np.concatenate([[0.0], np.cumsum(length)])
            piece = np.flatnonzero(straight.start_time[row] <= time)[-1]
            elapsed = time - straight.start_time[row, piece]
            start = motion_start(station, x[row], y[row], position_at(motion, 0.0), row)
            way = start + straight.distance[row, piece] + elapsed * (
                straight.speed[row, piece] + 0.5 * elapsed * straight.acceleration[row, piece]
            )
            if way <= station[-1]:
                assert found[0][row] == pytest.approx(np.interp(way, station, x[row]), abs=1e-4)
                assert found[1][row] == pytest.approx(np.interp(way, station, y[row]), abs=1e-4)


def motion_start(
    station: np.ndarray, x: np.ndarray, y: np.ndarray, place: tuple[np.ndarray, ...], row: int
) -> float:
    """Return the station whose place on the path a motion starts at."""
    return float(np.interp(place[0][row], x, station))


def test_a_right_angle_is_turned_at_its_vertex() -> None:
    profile = longitudinal_profile([10.0], [(HORIZON, 0.0)])
    motion = path_following([[0.0, 20.0, 20.0]], [[0.0, 0.0, 15.0]], profile, HORIZON)
    before, after, beyond = (state_at(motion, time) for time in (1.9, 2.1, 5.0))
    assert (before.x[0], before.y[0], before.heading[0]) == pytest.approx((19.0, 0.0, 0.0))
    assert (after.x[0], after.y[0], after.heading[0]) == pytest.approx((20.0, 1.0, np.pi / 2))
    assert (beyond.x[0], beyond.y[0]) == pytest.approx((20.0, 30.0))


def test_shorter_paths_and_repeated_vertices_go_straight_on() -> None:
    profile = longitudinal_profile([10.0, 10.0], [(HORIZON, 0.0)])
    motion = path_following(
        [[0.0, 10.0, np.nan, np.nan], [0.0, 0.0, 10.0, 10.0]],
        [[0.0, 10.0, np.nan, np.nan], [0.0, 0.0, 10.0, 10.0]],
        profile,
        HORIZON,
    )
    x, y = position_at(motion, 4.0)
    assert x == pytest.approx([40.0 / np.sqrt(2.0)] * 2)
    assert y == pytest.approx(x)


def test_a_single_point_takes_the_given_heading() -> None:
    profile = longitudinal_profile([2.0], [(HORIZON, 0.0)])
    motion = path_following([[1.0]], [[1.0]], profile, HORIZON, heading=np.pi / 2)
    assert position_at(motion, 2.0)[1][0] == pytest.approx(5.0)


def test_paths_that_do_not_fit_are_named() -> None:
    profile = longitudinal_profile([2.0], [(HORIZON, 0.0)])
    with pytest.raises(ValueError, match=r'shapes \(2, 3\) and \(2, 3\)'):
        path_following(np.zeros((2, 3)), np.zeros((2, 3)), profile, HORIZON)


def test_predicted_errors_are_those_of_a_sample() -> None:
    random = np.random.default_rng(7)
    count = 20000
    motion = constant_velocity(0.0, 0.0, 0.4, 15.0, HORIZON)
    errors = MotionUncertainty.of(0.5, 0.3, 0.05)
    found = covariance_at(motion, errors, 3.0)
    drawn = constant_velocity(
        random.normal(0.0, 0.5, count),
        random.normal(0.0, 0.5, count),
        random.normal(0.4, 0.05, count),
        random.normal(15.0, 0.3, count),
        HORIZON,
    )
    expected = np.cov(*position_at(drawn, 3.0))
    assert found.xx[0] == pytest.approx(expected[0, 0], rel=0.05)
    assert found.yy[0] == pytest.approx(expected[1, 1], rel=0.05)
    assert found.xy[0] == pytest.approx(expected[0, 1], rel=0.15)


def test_a_standing_object_may_yet_move_along_its_heading() -> None:
    motion = constant_velocity(0.0, 0.0, np.pi / 2, 0.0, HORIZON)
    found = covariance_at(motion, MotionUncertainty.of(0.1, 1.0, 0.1), 2.0)
    assert found.yy[0] == pytest.approx(0.01 + 4.0)
    assert found.xx[0] == pytest.approx(0.01)
