# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""States carried on, against numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from icv_v2x.world.extrapolation import MovedState, move

_SPEED = st.floats(-8.0, 40.0)
_ACCELERATION = st.floats(-8.0, 4.0)
_YAW_RATE = st.one_of(st.floats(-1.0, 1.0), st.floats(-1e-3, 1e-3), st.just(0.0))
_HEADING = st.floats(-math.pi, math.pi)
_DURATION = st.floats(0.0, 3.0)


def _integrated(
    heading: float, speed: float, acceleration: float, yaw_rate: float, duration: float
) -> tuple[complex, float]:
    """Return displacement and speed by the trapezoidal rule, standing still once stopped."""
    time = np.linspace(0.0, duration, 20_001)
    speeds = speed + acceleration * time
    stopped = (
        np.sign(speeds) != np.sign(speed) if speed else np.full(time.shape, acceleration <= 0.0))
    begin = np.argmax(stopped) if stopped.any() else len(time)
    speeds[begin:] = 0.0
    along = speeds * np.exp(1j * (heading + yaw_rate * time))
    return complex(trapezoid(along, time)), float(speeds[-1])


@given(_HEADING, _SPEED, _ACCELERATION, _YAW_RATE, _DURATION)
def test_the_closed_form_is_the_integral(
    heading: float, speed: float, acceleration: float, yaw_rate: float, duration: float
) -> None:
    expected, last_speed = _integrated(heading, speed, acceleration, yaw_rate, duration)
    there = move(0.0, 0.0, heading, speed, acceleration, yaw_rate, duration)
    assert complex(there.x, there.y) == pytest.approx(expected, abs=1e-5)
    assert float(there.speed) == pytest.approx(last_speed, abs=2e-3)


@given(_HEADING, st.floats(1.0, 40.0), st.floats(-0.3, 4.0), _YAW_RATE, _DURATION)
def test_back_in_time_leads_to_where_it_came_from(
    heading: float, speed: float, acceleration: float, yaw_rate: float, duration: float
) -> None:
    there = move(3.0, -4.0, heading, speed, acceleration, yaw_rate, duration)
    back = move(*there, acceleration, yaw_rate, -duration)
    np.testing.assert_allclose(
        np.stack(back), (3.0, -4.0, heading, speed), rtol=0.0, atol=1e-8)


@given(_HEADING, _HEADING, _SPEED, _ACCELERATION, _YAW_RATE, _DURATION)
def test_it_does_not_matter_where_north_is(
    heading: float, turn: float, speed: float, acceleration: float, yaw_rate: float,
    duration: float,
) -> None:
    plain = move(0.0, 0.0, heading, speed, acceleration, yaw_rate, duration)
    turned = move(0.0, 0.0, heading + turn, speed, acceleration, yaw_rate, duration)
    rotated = complex(plain.x, plain.y) * np.exp(1j * turn)
    assert complex(turned.x, turned.y) == pytest.approx(rotated, abs=1e-9)


@pytest.mark.parametrize(('speed', 'acceleration', 'way'), [
    (10.0, -5.0, 10.0), (-2.0, 1.0, -2.0), (0.0, -3.0, 0.0), (0.0, 2.0, 9.0),
    (-2.0, 0.0, -6.0),
])
def test_it_stops_at_standstill_and_never_begins_to_reverse(
    speed: float, acceleration: float, way: float
) -> None:
    there = move(0.0, 0.0, 0.0, speed, acceleration, 0.0, 3.0)
    assert float(there.x) == pytest.approx(way)


@given(_SPEED, _ACCELERATION, _DURATION)
def test_a_vehicle_that_stopped_stands_exactly(
    speed: float, acceleration: float, duration: float
) -> None:
    there = move(0.0, 0.0, 0.0, speed, acceleration, 0.0, duration)
    if speed and np.sign(speed + acceleration * duration) == -np.sign(speed):
        assert float(there.speed) == 0.0
    again = move(there.x, there.y, 0.0, there.speed, -abs(acceleration), 0.0, 1.0)
    if float(there.speed) == 0.0:
        assert float(again.x) == float(there.x)


def test_a_vehicle_that_stopped_does_not_turn_on_the_spot() -> None:
    there = move(0.0, 0.0, 0.0, 5.0, -5.0, 0.5, 3.0)
    assert float(there.heading) == pytest.approx(0.5)
    assert float(there.speed) == 0.0


def test_unknown_turn_and_acceleration_mean_none_and_unknown_heading_stays() -> None:
    there = move([0.0, 7.0], 0.0, [0.0, np.nan], [10.0, 10.0], np.nan, np.nan, 1.0)
    assert there.x.tolist() == [10.0, 7.0]
    assert np.isnan(there.heading[1])
    assert there.speed.tolist() == [10.0, 10.0]


def test_no_objects_are_no_error() -> None:
    nothing = np.empty(0)
    there = move(nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    assert isinstance(there, MovedState)
    assert len(there.x) == 0
