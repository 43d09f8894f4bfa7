# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How the ego and others are expected to move: what every scenario predicts alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import wrap_angle
from icv_v2x.motion import (
    PiecewiseMotion,
    constant_acceleration,
    constant_turn_rate,
    straight_after,
)
from icv_v2x.scenarios.intent import planned_way
from icv_v2x.world.turning import indicated_side

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.intent import Way
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

STANDING = 0.5
"""Who is slower than this stands: the heading says nothing about where he goes [m/s]."""

# Chords of a predicted arc [s].
_PIECE = 0.2
# Steps of a planned path shorter than this have no direction of their own [m].
_STEP = 0.05
# The way of a centre deviates from the yaw by no more than this in the tightest turn [rad].
_ASIDE = math.radians(60.0)


def ego_motion(ego: EgoState, parameters: Parameters) -> PiecewiseMotion:
    """Return the ego's motion, (1,): the planned one, else the present one.

    The present motion has the measured acceleration, and the turn that is expected to go on.
    """
    horizon = parameters.collision.horizon
    way = planned_way(ego, parameters)
    if way is not None:
        return _along(way, horizon)
    state = (ego.x, ego.y, ego.heading, ego.speed)
    if ego.turn_rate != 0.0 and ego.speed > STANDING:
        return _turning(state, ego.turn_rate, ego.turn_angle, ego.acceleration, horizon)
    return constant_acceleration(*state, ego.acceleration, horizon)


def motions(tracks: Tracks, acceleration: ArrayLike, horizon: float) -> PiecewiseMotion:
    """Return the motion of n objects with an acceleration and the turns expected to go on.

    Args:
        tracks: The objects.
        acceleration: (n,) or one for all, at most to standstill [m/s2]; NaN counts as 0.
        horizon: How far ahead [s].
    """
    state = (tracks.x, tracks.y, tracks.heading, tracks.speed)
    turn_rate = np.where(np.abs(tracks.speed) > STANDING, tracks.turn_rate, 0.0)
    if not turn_rate.any():
        return constant_acceleration(*state, acceleration, horizon)
    return _turning(state, turn_rate, tracks.turn_angle, acceleration, horizon)


def announced_motions(
    tracks: Tracks, parameters: Parameters
) -> tuple[PiecewiseMotion, NDArray[np.bool_]]:
    """Return the motion of those who do at once what their direction indicators announce.

    Args:
        tracks: n objects.
        parameters: Parameters of the package.

    Returns:
        A turn by a right angle from here on, as tight as usual, or as the one that has just begun
        where that is tighter; and (n,) who announces one: who is slow enough for it and has not
        turned far yet.
    """
    side = indicated_side(tracks.lights)
    speed = np.maximum(tracks.speed, STANDING)
    begun = side * tracks.turn_rate > 0.0
    rate = side * np.maximum(
        speed / np.maximum(parameters.lta.radius, speed),
        np.where(begun, np.abs(tracks.turn_rate), 0.0))
    angle = np.where(begun & np.isfinite(tracks.turn_angle), tracks.turn_angle, 0.5 * np.pi)
    announces = (side != 0.0) & (tracks.speed <= parameters.intent.turn_speed)
    announces &= 0.5 * np.pi - angle < np.radians(parameters.prediction.turn_onset)
    state = (tracks.x, tracks.y, tracks.heading, tracks.speed)
    motion = _turning(state, rate, angle, 0.0, parameters.collision.horizon)
    return motion, np.asarray(announces)


def _turning(
    state: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    turn_rate: ArrayLike,
    turn_angle: ArrayLike,
    acceleration: ArrayLike,
    horizon: float,
) -> PiecewiseMotion:
    """Return turns that end after their angle; one with rate 0 goes straight on anyway."""
    x, y, heading, speed = state
    motion = constant_turn_rate(
        x, y, heading, speed, turn_rate, horizon,
        acceleration=acceleration, piece_duration=_PIECE,
    )
    rate = np.abs(np.atleast_1d(np.asarray(turn_rate, dtype=np.float64)))
    time = np.where(rate > 0.0, turn_angle / np.where(rate > 0.0, rate, 1.0), np.inf)
    return straight_after(motion, time)


def _along(way: Way, horizon: float) -> PiecewiseMotion:
    """Return motion from point to point of a planned way, and straight on behind its end.

    In each piece the ego has the yaw of its middle; where the yaw of the plan has nothing to do
    with the way that it goes, as where nobody filled it in, the direction of the way.
    """
    used = max(int(np.searchsorted(way.time, horizon)), 1)
    time, x, y, yaw = (column[: used + 1] for column in (way.time, way.x, way.y, way.yaw))
    step = np.diff(time)
    velocity_x, velocity_y = np.diff(x) / step, np.diff(y) / step
    direction = yaw[:-1] + 0.5 * wrap_angle(np.diff(yaw))
    moves = np.hypot(np.diff(x), np.diff(y)) >= _STEP
    course = np.arctan2(velocity_y, velocity_x)
    aside = np.abs(wrap_angle(course - direction)) > _ASIDE
    # Backwards is no error.
    aside &= np.abs(wrap_angle(course - direction)) < np.pi - _ASIDE
    if np.count_nonzero(aside & moves) > 0.5 * np.count_nonzero(moves):
        # A standing piece keeps the direction of the one before.
        last = np.maximum.accumulate(np.where(moves, np.arange(len(step)), -1))
        direction = np.where(last >= 0, course[np.maximum(last, 0)], yaw[0])
    if time[-1] < horizon:
        time = np.append(time, horizon)
        x, y = np.append(x, x[-1]), np.append(y, y[-1])
        velocity_x = np.append(velocity_x, velocity_x[-1])
        velocity_y = np.append(velocity_y, velocity_y[-1])
        direction = np.append(direction, direction[-1])
    none = np.zeros((1, len(velocity_x)))
    return PiecewiseMotion(
        time[:-1], horizon, x[np.newaxis, :-1], y[np.newaxis, :-1],
        np.array([[math.remainder(angle, 2.0 * math.pi) for angle in direction]]),
        velocity_x[np.newaxis], velocity_y[np.newaxis], none, none,
    )
