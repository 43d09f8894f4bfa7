# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Prediction models against numerical integration and the cases one knows by heart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, random_traffic, seeds

from icv_v2x.motion import (
    constant_acceleration,
    constant_turn_rate,
    constant_velocity,
    distance_travelled,
    position_at,
    speed_profile,
    state_at,
)

HORIZON = 6.0


def integrated(
    seed: int, time: float, *, turning: bool, steps: int = 6000
) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of random traffic by the midpoint rule on exact speeds and headings."""
    traffic = random_traffic(seed, 50)
    middle = (np.arange(steps) + 0.5) * (time / steps)
    speed = traffic.speed[:, np.newaxis] + traffic.acceleration[:, np.newaxis] * middle
    speed = np.maximum(speed, 0.0)
    heading = np.broadcast_to(traffic.heading[:, np.newaxis], speed.shape)
    if turning:
        heading = heading + traffic.yaw_rate[:, np.newaxis] * middle
    step = time / steps
    x = traffic.x + (speed * np.cos(heading)).sum(axis=1) * step
    return x, traffic.y + (speed * np.sin(heading)).sum(axis=1) * step


@pytest.mark.parametrize('time', [0.5, 1.0, 2.5, 6.0])
@pytest.mark.parametrize('model', ['constant_acceleration', 'constant_turn_rate'])
def test_positions_at_the_ends_of_pieces_are_those_of_the_exact_motion(
    model: str, time: float
) -> None:
    motion = random_traffic(1, 50).predicted(model, HORIZON)
    expected = integrated(1, time, turning=model == 'constant_turn_rate')
    found = position_at(motion, time)
    np.testing.assert_allclose(found[0], expected[0], atol=2e-3)
    np.testing.assert_allclose(found[1], expected[1], atol=2e-3)


def test_a_chord_stays_within_its_stated_distance_of_the_arc() -> None:
    traffic = random_traffic(2, 200)
    still = np.zeros(200)
    for duration in (0.1, 0.5):
        coarse, fine = (
            constant_turn_rate(
                traffic.x,
                traffic.y,
                traffic.heading,
                traffic.speed,
                traffic.yaw_rate,
                HORIZON,
                acceleration=still,
                piece_duration=step,
            )
            for step in (duration, 0.002)
        )
        times = np.broadcast_to(np.linspace(0.0, HORIZON, 500), (200, 500))
        states = state_at(coarse, times), state_at(fine, times)
        away = np.hypot(states[0].x - states[1].x, states[0].y - states[1].y).max(axis=1)
        assert np.all(away <= traffic.speed * np.abs(traffic.yaw_rate) * duration**2 / 8 + 1e-4)
        turned = np.abs(states[0].heading - states[1].heading).max(axis=1)
        assert np.all(turned <= np.abs(traffic.yaw_rate) * (duration + 0.002) / 2 + 1e-9)


@pytest.mark.parametrize('yaw_rate', [0.0, 1e-12, 1e-6, 1e-3, -1e-3])
def test_a_vanishing_turn_rate_is_straight_motion(yaw_rate: float) -> None:
    turning = constant_turn_rate(1.0, 2.0, 0.3, 12.0, yaw_rate, HORIZON, acceleration=1.0)
    straight = constant_acceleration(1.0, 2.0, 0.3, 12.0, 1.0, HORIZON)
    away = np.hypot(*(np.subtract(*p) for p in zip(
        position_at(turning, HORIZON), position_at(straight, HORIZON), strict=True)))
    assert away[0] == pytest.approx(abs(yaw_rate) * 90.0 * 6.0 * 0.3, abs=abs(yaw_rate) * 200)


def test_left_turns_go_left_and_right_turns_right() -> None:
    turning = constant_turn_rate(0.0, 0.0, 0.0, 10.0, [0.2, -0.2], HORIZON)
    _, north = position_at(turning, 3.0)
    assert north[0] > 1.0
    assert north[1] == pytest.approx(-north[0])
    heading = state_at(turning, 3.0).heading
    assert heading == pytest.approx([0.6, -0.6], abs=0.011)


@given(seed=seeds(), model=st.sampled_from(MODELS[1:]))
def test_nobody_reverses_and_who_stands_keeps_place_and_heading(seed: int, model: str) -> None:
    traffic = random_traffic(seed, 20)
    motion = traffic.predicted(model, HORIZON)
    times = np.broadcast_to(np.linspace(0.0, HORIZON, 121), (20, 121))
    travelled = np.stack([distance_travelled(motion, time) for time in times[0]], axis=1)
    assert np.all(np.diff(travelled, axis=1) >= -1e-9)
    stop = np.where(traffic.acceleration < 0.0, -traffic.speed, np.inf)
    stop = stop / np.where(traffic.acceleration < 0.0, traffic.acceleration, 1.0)
    stands = np.flatnonzero(stop < 5.0)
    early, late = (state_at(motion.take(stands), t) for t in (stop[stands] + 0.3, HORIZON))
    for name in ('x', 'y', 'heading'):
        np.testing.assert_array_equal(getattr(early, name), getattr(late, name))
    assert not late.velocity_x.any()
    assert not late.velocity_y.any()


def test_a_standing_object_that_brakes_stays_and_one_that_accelerates_starts() -> None:
    motion = constant_acceleration(0.0, 0.0, 0.0, 0.0, [-3.0, 0.0, 2.0], HORIZON)
    assert position_at(motion, 2.0)[0].tolist() == [0.0, 0.0, 4.0]


def test_an_object_that_backs_up_brakes_with_a_positive_acceleration() -> None:
    motion = constant_acceleration(0.0, 0.0, 0.0, -2.0, [1.0, -1.0], HORIZON)
    assert position_at(motion, 4.0)[0] == pytest.approx([-2.0, -16.0])


def test_a_late_driver_brakes_after_the_delay() -> None:
    motion = speed_profile(
        0.0, 0.0, np.pi / 2, 20.0, [0.0, 1.0, -10.0], 10.0, delay=1.0, later_acceleration=-5.0
    )
    _, north = position_at(motion, 10.0)
    # 20 m and 40 m; 20.5 m and 21**2 / 10; 15 m and 10**2 / 10.
    assert north == pytest.approx([60.0, 20.5 + 44.1, 25.0])


def test_the_course_may_differ_from_the_heading() -> None:
    motion = constant_velocity(0.0, 0.0, 0.0, 5.0, 2.0, course=np.pi / 2)
    state = state_at(motion, 2.0)
    assert (state.x[0], state.y[0]) == pytest.approx((0.0, 10.0))
    assert state.heading[0] == 0.0


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds())
def test_finite_states_never_give_nan(model: str, seed: int) -> None:
    motion = random_traffic(seed, 20).predicted(model, HORIZON)
    state = state_at(motion, np.broadcast_to(np.linspace(-1.0, 8.0, 50), (20, 50)))
    for values in vars(state).values():
        assert np.isfinite(values).all()


@given(
    speed=st.floats(0.0, 1e3),
    acceleration=st.floats(-1e3, 1e3),
    yaw_rate=st.floats(-100.0, 100.0),
)
def test_absurd_states_never_give_nan_either(
    speed: float, acceleration: float, yaw_rate: float
) -> None:
    turning = constant_turn_rate(
        0.0, 0.0, 0.0, speed, yaw_rate, HORIZON, acceleration=acceleration
    )
    braking = constant_acceleration(0.0, 0.0, 0.0, speed, acceleration, HORIZON)
    for motion in (turning, braking):
        assert np.isfinite(position_at(motion, HORIZON)).all()


def test_a_time_outside_counts_as_the_nearest_end() -> None:
    motion = constant_velocity(0.0, 0.0, 0.0, 5.0, 2.0)
    assert position_at(motion, -1.0)[0][0] == 0.0
    assert position_at(motion, 3.0)[0][0] == 10.0


def test_a_piece_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match='piece_duration is 0'):
        constant_turn_rate(0.0, 0.0, 0.0, 1.0, 0.1, 1.0, piece_duration=0.0)


@given(seed=seeds(), cut=st.integers(1, 19))
def test_batches_change_nothing(seed: int, cut: int) -> None:
    traffic = random_traffic(seed, 20)
    for model in MODELS:
        whole = position_at(traffic.predicted(model, HORIZON), 3.3)
        parts = [
            position_at(traffic.take(rows).predicted(model, HORIZON), 3.3)
            for rows in (np.arange(cut), np.arange(cut, 20))
        ]
        for axis in (0, 1):
            joined = np.concatenate([part[axis] for part in parts])
            np.testing.assert_allclose(joined, whole[axis], atol=1e-9)
