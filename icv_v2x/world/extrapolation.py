# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""States carried a short time on: constant turn rate and acceleration in closed form."""

from __future__ import annotations

import cmath
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Complex = TypeVar('_Complex', complex, NDArray[np.complex128])

# Below this turn the closed form loses digits, while its series to the fifth power is exact to
# 1e-11: 1 / (k + 1)! and 1 / (k! (k + 2)), highest power first.
_SMALL_TURN = 0.05
_STEADY_SERIES = (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0)
_RISING_SERIES = (1 / 840, 1 / 144, 1 / 30, 1 / 8, 1 / 3, 1 / 2)


class MovedState(NamedTuple):
    """States after the time.

    Attributes:
        x: (n,) [m].
        y: (n,) [m].
        heading: (n,) [rad], not wrapped.
        speed: (n,) [m/s].
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    heading: NDArray[np.float64]
    speed: NDArray[np.float64]


class MovedOne(NamedTuple):
    """State of one vehicle after the time.

    Attributes:
        x: [m].
        y: [m].
        heading: [rad], not wrapped.
        speed: [m/s].
    """

    x: float
    y: float
    heading: float
    speed: float


def move(
    x: ArrayLike,
    y: ArrayLike,
    heading: ArrayLike,
    speed: ArrayLike,
    acceleration: ArrayLike,
    yaw_rate: ArrayLike,
    duration: ArrayLike,
) -> MovedState:
    """Return states after a time of constant turn rate and acceleration.

    With speed v + a t and heading h + w t the displacement is the integral of
    (v + a s) exp(i (h + w s)) over 0 to t. A vehicle that comes to a standstill stays where it
    stands, heading included; none starts to reverse. Backwards in time likewise: one that would
    have stood before, stood.

    Args:
        x: (n,) [m].
        y: (n,) [m].
        heading: (n,) [rad], NaN where unknown: the position stays, as the direction is unknown.
        speed: (n,) along the heading [m/s].
        acceleration: (n,) along the heading [m/s2], NaN counts as 0.
        yaw_rate: (n,) [rad/s], NaN counts as 0.
        duration: (n,) [s], any sign.

    Returns:
        The states.
    """
    speed = np.asarray(speed, dtype=np.float64)
    heading = np.asarray(heading, dtype=np.float64)
    acceleration = _zero_where_unknown(acceleration)
    time, stands = _time_to_standstill(speed, acceleration, duration)
    turn = _zero_where_unknown(yaw_rate) * time
    steady, rising = _arc_integrals(turn)
    along = time * (speed * steady + acceleration * time * rising)
    known = np.isfinite(heading)
    displacement = np.where(
        known, along * np.exp(1j * (heading if known.all() else np.nan_to_num(heading))), 0.0)
    return MovedState(
        x=np.asarray(x, dtype=np.float64) + displacement.real,
        y=np.asarray(y, dtype=np.float64) + displacement.imag,
        heading=heading + turn,
        # Exactly zero: a rest of either sign could set off with the acceleration.
        speed=np.where(stands, 0.0, speed + acceleration * time),
    )


def move_one(
    x: float, y: float, heading: float, speed: float, acceleration: float, yaw_rate: float,
    duration: float,
) -> MovedOne:
    """Return what `move` does for a single vehicle, many times as fast; all numbers finite.

    Args:
        x: [m].
        y: [m].
        heading: [rad].
        speed: Along the heading [m/s].
        acceleration: Along the heading [m/s2].
        yaw_rate: [rad/s].
        duration: [s], any sign.
    """
    later = speed + acceleration * duration
    stands, time = speed == 0.0 and acceleration * duration <= 0.0, duration
    if stands:
        time = 0.0
    elif speed * later < 0.0:
        stands, time = True, -speed / acceleration
    turn = yaw_rate * time
    phase = complex(0.0, turn)
    if abs(turn) < _SMALL_TURN:
        steady, rising = _series(_STEADY_SERIES, phase), _series(_RISING_SERIES, phase)
    else:
        end = cmath.exp(phase)
        steady = (end - 1.0) / phase
        rising = (end - steady) / phase
    along = time * (speed * steady + acceleration * time * rising)
    displacement = along * cmath.exp(complex(0.0, heading))
    return MovedOne(
        x + displacement.real, y + displacement.imag, heading + turn, 0.0 if stands else later)


def _time_to_standstill(
    speed: NDArray[np.float64], acceleration: NDArray[np.float64], duration: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the part of the duration before standstill [s], and whether there is one.

    A standing vehicle moves only where it speeds up forwards: the rest is a brake that still
    reads a deceleration.
    """
    duration = np.asarray(duration, dtype=np.float64)
    stays = (speed == 0.0) & (acceleration * duration <= 0.0)
    stops = np.sign(speed) * np.sign(speed + acceleration * duration) < 0.0
    standstill = -speed / np.where(stops, acceleration, 1.0)
    return np.where(stays, 0.0, np.where(stops, standstill, duration)), stays | stops


def _arc_integrals(
    turn: NDArray[np.float64],
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return the integrals of exp(i turn u) and u exp(i turn u) over u from 0 to 1."""
    small = np.abs(turn) < _SMALL_TURN
    # Mostly all objects are on the same side of the limit, and one of the forms is enough.
    if small.all():
        short = 1j * turn.astype(np.complex128)
        return _series(_STEADY_SERIES, short), _series(_RISING_SERIES, short)
    phase = 1j * np.where(small, 1.0, turn)
    end = np.exp(phase)
    steady = (end - 1.0) / phase
    rising = (end - steady) / phase
    if not small.any():
        return steady, rising
    short = 1j * np.where(small, turn, 0.0).astype(np.complex128)
    return (
        np.where(small, _series(_STEADY_SERIES, short), steady),
        np.where(small, _series(_RISING_SERIES, short), rising),
    )


def _series(coefficients: tuple[float, ...], value: _Complex) -> _Complex:
    """Return a polynomial by Horner's rule, the coefficient of the highest power first."""
    total = coefficients[0] * value
    for coefficient in coefficients[1:-1]:
        total = (total + coefficient) * value
    return total + coefficients[-1]


def _zero_where_unknown(values: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(values), values, 0.0)
