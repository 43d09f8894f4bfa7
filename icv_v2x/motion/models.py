# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Prediction models: from the present state of many objects to their motion in pieces.

All models take one value or array (n,) per quantity and treat the objects at once. `heading` is
the orientation of the footprint, `course` the direction of the velocity; where no course is given
the object moves along its heading. `speed` counts along the course and may be negative for an
object that backs up. No model reverses: an object that brakes stands from its standstill on.

A NaN acceleration or yaw rate means that none is known and counts as 0. A NaN position, heading
or speed leads to NaN, and the conflict tests find no contact for it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import (
    FloatArray,
    PiecewiseMotion,
    aligned,
    no_acceleration,
    stretched,
)
from icv_v2x.motion.profile import (
    LongitudinalProfile,
    longitudinal_profile,
    standstill_time,
)

# Below this angle the closed forms of an arc lose digits and their series is exact to rounding.
_SMALL_ANGLE = 1e-2


def constant_velocity(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    speed: npt.ArrayLike,
    horizon: float,
    *,
    course: npt.ArrayLike | None = None,
) -> PiecewiseMotion:
    """Return motion with the present velocity, in one piece.

    Args:
        x: Centre of the footprint, east, (n,) [m].
        y: Centre of the footprint, north, (n,) [m].
        heading: Orientation of the footprint, (n,) [rad].
        speed: Speed along the course, (n,) [m/s].
        horizon: End of the motion [s].
        course: Direction of the velocity, (n,) [rad]; the heading where left out.
    """
    x, y, heading, speed, course = _columns(x, y, heading, speed, course)
    still = no_acceleration(x.shape)
    return PiecewiseMotion(
        np.zeros(1),
        horizon,
        x,
        y,
        heading,
        speed * np.cos(course),
        speed * np.sin(course),
        still,
        still,
    )


def constant_acceleration(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    speed: npt.ArrayLike,
    acceleration: npt.ArrayLike,
    horizon: float,
    *,
    course: npt.ArrayLike | None = None,
) -> PiecewiseMotion:
    """Return straight motion with the present acceleration, at most to standstill.

    Args:
        x: Centre of the footprint, east, (n,) [m].
        y: Centre of the footprint, north, (n,) [m].
        heading: Orientation of the footprint, (n,) [rad].
        speed: Speed along the course, (n,) [m/s].
        acceleration: Acceleration along the course, (n,) [m/s2]; NaN counts as 0.
        horizon: End of the motion [s].
        course: Direction of the velocity, (n,) [rad]; the heading where left out.
    """
    change = _known(acceleration)
    if change.ndim == 0 and not change:
        return constant_velocity(x, y, heading, speed, horizon, course=course)
    profile = longitudinal_profile(speed, [(horizon, change)])
    return along_course(x, y, heading, profile, horizon, course=course)


def speed_profile(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    speed: npt.ArrayLike,
    acceleration: npt.ArrayLike,
    horizon: float,
    *,
    delay: npt.ArrayLike,
    later_acceleration: npt.ArrayLike,
    course: npt.ArrayLike | None = None,
) -> PiecewiseMotion:
    """Return straight motion that changes its acceleration once: a driver who reacts late.

    Args:
        x: Centre of the footprint, east, (n,) [m].
        y: Centre of the footprint, north, (n,) [m].
        heading: Orientation of the footprint, (n,) [rad].
        speed: Speed along the course, (n,) [m/s].
        acceleration: Acceleration until the delay is over, (n,) [m/s2]; NaN counts as 0.
        horizon: End of the motion [s].
        delay: When the acceleration changes, (n,) [s].
        later_acceleration: Acceleration from then on, at most to standstill, (n,) [m/s2].
        course: Direction of the velocity, (n,) [rad]; the heading where left out.
    """
    profile = longitudinal_profile(speed, [(delay, acceleration), (horizon, later_acceleration)])
    return along_course(x, y, heading, profile, horizon, course=course)


def along_course(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    profile: LongitudinalProfile,
    horizon: float,
    *,
    course: npt.ArrayLike | None = None,
) -> PiecewiseMotion:
    """Return straight motion with any longitudinal profile.

    Args:
        x: Centre of the footprint, east, (n,) [m].
        y: Centre of the footprint, north, (n,) [m].
        heading: Orientation of the footprint, (n,) [rad].
        profile: Distance and speed over time of n objects.
        horizon: End of the motion [s].
        course: Direction of the velocity, (n,) [rad]; the heading where left out.
    """
    x, y, heading, _, course = _columns(x, y, heading, profile.speed[:, 0], course)
    cosine, sine = np.cos(course), np.sin(course)
    shape = profile.speed.shape
    return PiecewiseMotion(
        profile.start_time,
        horizon,
        x + profile.distance * cosine,
        y + profile.distance * sine,
        np.broadcast_to(heading, shape),
        profile.speed * cosine,
        profile.speed * sine,
        profile.acceleration * cosine,
        profile.acceleration * sine,
    )


def constant_turn_rate(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    speed: npt.ArrayLike,
    yaw_rate: npt.ArrayLike,
    horizon: float,
    *,
    acceleration: npt.ArrayLike = 0.0,
    piece_duration: float = 0.1,
    course: npt.ArrayLike | None = None,
) -> PiecewiseMotion:
    """Return motion with constant turn rate and constant velocity or acceleration.

    The pieces are chords whose ends lie on the exact path; a piece keeps the heading that the
    object has in its middle. A chord lies at most speed * |yaw_rate| * duration**2 / 8 beside
    the arc and its heading is at most |yaw_rate| * duration / 2 off; along it the place is at
    most |acceleration| * duration**2 / 8 off. All objects share one grid of times. The end
    points integrate the CTRA model in closed form (Schubert, Richter, Wanielik, "Comparison and
    evaluation of advanced motion models for vehicle tracking", FUSION 2008), written about the
    middle of each piece, where it has no singularity at a vanishing yaw rate.

    Args:
        x: Centre of the footprint, east, (n,) [m].
        y: Centre of the footprint, north, (n,) [m].
        heading: Orientation of the footprint, (n,) [rad].
        speed: Speed along the course, (n,) [m/s].
        yaw_rate: Turn rate, positive to the left, (n,) [rad/s]; NaN counts as 0. It ends where
            the object comes to a standstill.
        horizon: End of the motion [s].
        acceleration: Acceleration along the course, (n,) [m/s2]; NaN counts as 0.
        piece_duration: Longest duration of a piece [s].
        course: Direction of the velocity, (n,) [rad]; the heading where left out.

    Raises:
        ValueError: `piece_duration` is not positive.
    """
    if not piece_duration > 0.0:
        raise ValueError(f'piece_duration is {piece_duration} s, expected more than 0')
    # Any of the values may be the one that tells how many objects there are.
    speed = aligned(speed, _known(yaw_rate), _known(acceleration))[0]
    along = course is None
    x, y, heading, speed, course = _columns(x, y, heading, speed, course)
    count = len(x)
    yaw_rate = stretched(_known(yaw_rate), (count,))[:, np.newaxis]
    acceleration = stretched(_known(acceleration), (count,))[:, np.newaxis]
    standstill = standstill_time(speed, acceleration, np.full((count, 1), horizon))

    steps = max(1, int(np.ceil(horizon / piece_duration - 1e-9)))
    step = horizon / steps
    start_time: FloatArray = np.arange(steps, dtype=np.float64) * step
    turned = yaw_rate * (start_time + 0.5 * step)
    cosine, sine = np.cos(course + turned), np.sin(course + turned)
    chord, swerve = _arc_factors(0.5 * yaw_rate * step)
    forward = (speed + acceleration * (start_time + 0.5 * step)) * chord
    sideways = 0.5 * acceleration * step * swerve
    velocity_x = forward * cosine - sideways * sine
    velocity_y = forward * sine + sideways * cosine
    pieces_heading = heading + turned
    stopping = np.flatnonzero(standstill[:, 0] < horizon)
    if len(stopping):
        until = standstill[stopping]
        last = np.minimum((until / step).astype(np.intp), steps - 1)
        before = last * step
        rate, change = yaw_rate[stopping], acceleration[stopping]
        rest = arc_displacement(
            course[stopping] + rate * before,
            speed[stopping] + change * before,
            change,
            rate,
            until - before,
        )
        number = np.arange(steps)
        for velocity, way in zip((velocity_x, velocity_y), rest, strict=True):
            velocity[stopping] = np.where(
                number < last, velocity[stopping], np.where(number == last, way / step, 0.0)
            )
        middle = np.where(number == last, 0.5 * (before + until), until)
        pieces_heading[stopping] = np.where(
            number < last, pieces_heading[stopping], heading[stopping] + rate * middle
        )
        cosine[stopping] = np.cos(pieces_heading[stopping])
        sine[stopping] = np.sin(pieces_heading[stopping])
    shape = (count, steps)
    motion_x, motion_y = np.empty(shape), np.empty(shape)
    for motion, place, velocity in ((motion_x, x, velocity_x), (motion_y, y, velocity_y)):
        motion[:, :1] = place
        np.cumsum(velocity[:, :-1] * step, axis=1, out=motion[:, 1:])
        motion[:, 1:] += place
    none = no_acceleration(shape)
    found = PiecewiseMotion(
        start_time,
        horizon,
        motion_x,
        motion_y,
        pieces_heading,
        velocity_x,
        velocity_y,
        none,
        none,
    )
    return found.with_direction(cosine, sine) if along else found


def arc_displacement(
    course: FloatArray,
    speed: FloatArray,
    acceleration: FloatArray,
    yaw_rate: FloatArray,
    time: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the exact displacement at constant turn rate and acceleration.

    With the sums taken about the middle of the time it has no singularity anywhere.

    Args:
        course: Direction of the velocity at the start, any shape [rad].
        speed: Speed at the start, same shape [m/s].
        acceleration: Acceleration along the course, same shape [m/s2].
        yaw_rate: Turn rate, same shape [rad/s].
        time: Time for which it lasts, same shape [s].

    Returns:
        Displacement east and north [m].
    """
    chord, swerve = _arc_factors(0.5 * yaw_rate * time)
    middle = course + 0.5 * yaw_rate * time
    forward = time * (speed + 0.5 * acceleration * time) * chord
    sideways = 0.5 * acceleration * time * time * swerve
    cosine, sine = np.cos(middle), np.sin(middle)
    return forward * cosine - sideways * sine, forward * sine + sideways * cosine


def _arc_factors(half_turn: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return sin(z) / z and (sin(z) - z cos(z)) / z**2, the spherical Bessel functions 0 and 1."""
    small = np.abs(half_turn) < _SMALL_ANGLE
    angle = np.where(small, 1.0, half_turn)
    square = half_turn * half_turn
    sine, cosine = np.sin(angle), np.cos(angle)
    zeroth = np.where(small, 1.0 - square / 6.0 + square * square / 120.0, sine / angle)
    first = np.where(
        small,
        half_turn * (1.0 / 3.0 - square / 30.0 + square * square / 840.0),
        (sine - angle * cosine) / (angle * angle),
    )
    return zeroth, first


def _known(values: npt.ArrayLike) -> FloatArray:
    """Return values with 0 for what is not known."""
    array = np.asarray(values, dtype=np.float64)
    return np.where(np.isnan(array), 0.0, array)


def _columns(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    heading: npt.ArrayLike,
    speed: npt.ArrayLike,
    course: npt.ArrayLike | None,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the present state as columns (n, 1)."""
    columns = aligned(x, y, heading, speed, heading if course is None else course)
    x_column, y_column, heading_column, speed_column, course_column = (
        array[:, np.newaxis] for array in columns
    )
    return x_column, y_column, heading_column, speed_column, course_column
