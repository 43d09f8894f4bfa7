# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion along a known way: planned path, path prediction or lane centre line with a profile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import BoolArray, FloatArray, IndexArray, PiecewiseMotion
from icv_v2x.motion.profile import LongitudinalProfile

# An object this little before a vertex counts as past it, against rounding [m].
_VERTEX = 1e-6


def path_following(
    path_x: npt.ArrayLike,
    path_y: npt.ArrayLike,
    profile: LongitudinalProfile,
    horizon: float,
    *,
    start_distance: npt.ArrayLike = 0.0,
    heading: npt.ArrayLike = 0.0,
) -> PiecewiseMotion:
    """Return motion along polylines with any longitudinal profile.

    On each side of the polyline the object has that side's direction as heading, and beyond its
    last vertex it goes straight on. Points closer together make the turns finer.

    Args:
        path_x: Vertices, east, (n, M) [m]; shorter paths are filled up with NaN at their end.
        path_y: Vertices, north, (n, M) [m].
        profile: Distance along the path from the start and speed of n objects, not backing up.
        horizon: End of the motion [s].
        start_distance: Where on the path the objects are at time 0, (n,) [m].
        heading: Direction where a path has no length, (n,) [rad].

    Raises:
        ValueError: The paths are not (n, M) with the n of the profile and M >= 1.
    """
    x, y = np.asarray(path_x, dtype=np.float64), np.asarray(path_y, dtype=np.float64)
    count = len(profile.speed)
    if x.ndim != 2 or x.shape != y.shape or len(x) != count or x.shape[1] < 1:
        raise ValueError(
            f'paths have shapes {x.shape} and {y.shape}, expected (n, M) with n = {count}, M >= 1'
        )
    x, y = _filled(x), _filled(y)
    start = np.broadcast_to(np.asarray(start_distance, dtype=np.float64), (count,))[:, np.newaxis]
    side_x, side_y = np.diff(x, axis=1), np.diff(y, axis=1)
    length = np.hypot(side_x, side_y)
    station = np.concatenate([np.zeros((count, 1)), np.cumsum(length, axis=1)], axis=1)
    direction = _directions(side_x, side_y, length, heading)

    arrival = np.minimum(_arrival_times(profile, station[:, 1:-1] - start), horizon)
    grid = np.sort(np.concatenate([profile.start_time, arrival], axis=1), axis=1)
    piece = _last_not_after(profile.start_time, grid)
    elapsed = grid - _pick(profile.start_time, piece)
    speed, acceleration = _pick(profile.speed, piece), _pick(profile.acceleration, piece)
    distance = start + _pick(profile.distance, piece)
    distance = distance + elapsed * (speed + 0.5 * elapsed * acceleration)
    speed = speed + elapsed * acceleration

    side = _last_not_after(station[:, :-1], distance + _VERTEX) if length.shape[1] else 0 * piece
    heading_now = _pick(direction, side)
    beyond = distance - _pick(station, side)
    cosine, sine = np.cos(heading_now), np.sin(heading_now)
    return PiecewiseMotion(
        grid,
        horizon,
        _pick(x, side) + beyond * cosine,
        _pick(y, side) + beyond * sine,
        heading_now,
        speed * cosine,
        speed * sine,
        acceleration * cosine,
        acceleration * sine,
    )


def _filled(values: FloatArray) -> FloatArray:
    """Return paths with the last known vertex repeated to the end."""
    columns = np.arange(values.shape[1])
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, columns), axis=1)
    return _pick(values, known)


def _directions(
    side_x: FloatArray, side_y: FloatArray, length: FloatArray, heading: npt.ArrayLike
) -> FloatArray:
    """Return the direction of each side, (n, max(M - 1, 1)) [rad].

    A side of no length takes the direction of the last one before it that has one.
    """
    count, sides = length.shape
    fallback = np.broadcast_to(np.asarray(heading, dtype=np.float64), (count,))[:, np.newaxis]
    if sides == 0:
        return np.array(fallback)
    real: BoolArray = np.greater(length, 0.0)
    columns = np.arange(sides)
    first = np.argmax(real, axis=1)[:, np.newaxis]
    source = np.maximum(np.maximum.accumulate(np.where(real, columns, 0), axis=1), first)
    direction = _pick(np.arctan2(side_y, side_x), source)
    return np.where(np.any(real, axis=1, keepdims=True), direction, fallback)


def _arrival_times(profile: LongitudinalProfile, target: FloatArray) -> FloatArray:
    """Return when the profile reaches distances, (n, V) [s]; inf where it never does."""
    piece = _last_not_after(profile.distance, target)
    missing = target - _pick(profile.distance, piece)
    speed, acceleration = _pick(profile.speed, piece), _pick(profile.acceleration, piece)
    square = speed * speed + 2.0 * acceleration * missing
    divisor = speed + np.sqrt(np.maximum(square, 0.0))
    never = (square < 0.0) | (divisor <= 0.0)
    time = _pick(profile.start_time, piece) + 2.0 * missing / np.where(never, 1.0, divisor)
    return np.where(never, np.inf, np.maximum(time, 0.0))


def _last_not_after(ascending: FloatArray, values: FloatArray) -> IndexArray:
    """Return the index of the last entry of each row that is not greater, (n, V), at least 0."""
    count = np.count_nonzero(ascending[:, np.newaxis, :] <= values[:, :, np.newaxis], axis=2)
    index: IndexArray = np.maximum(count - 1, 0).astype(np.intp)
    return index


def _pick(values: FloatArray, index: IndexArray) -> FloatArray:
    """Return the entries (n, V) of values (n, K) at indices (n, V)."""
    return np.take_along_axis(values, index, axis=1)
