# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Longitudinal profiles: distance and speed over time of objects that never reverse."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import FloatArray, aligned


@dataclasses.dataclass(frozen=True)
class LongitudinalProfile:
    """Distance and speed over time of n objects in K pieces of constant acceleration.

    Attributes:
        start_time: Start of each piece, not decreasing, (n, K) [s].
        distance: Distance along the path at the start of the piece, (n, K) [m].
        speed: Speed at the start of the piece, (n, K) [m/s].
        acceleration: Acceleration during the piece, (n, K) [m/s2].
    """

    start_time: FloatArray
    distance: FloatArray
    speed: FloatArray
    acceleration: FloatArray

    def __post_init__(self) -> None:
        """Check that all arrays have one shape.

        Raises:
            ValueError: An array is not (n, K).
        """
        shape = self.start_time.shape
        fits = shape == self.distance.shape == self.speed.shape == self.acceleration.shape
        # Profiles are made several times a cycle: the loop is for those that do not fit.
        for name in () if fits and len(shape) == 2 else (
            'start_time', 'distance', 'speed', 'acceleration'
        ):
            found = getattr(self, name).shape
            if len(shape) != 2 or found != shape:
                raise ValueError(f'{name} has shape {found}, expected (n, K) = {shape}')


def longitudinal_profile(
    speed: npt.ArrayLike, phases: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]
) -> LongitudinalProfile:
    """Return the profile that follows from phases of constant acceleration.

    Within a phase an object brakes at most to standstill and then stands until the phase ends;
    the next phase may set it off again. An object with a negative speed backs up and is treated
    alike: it brakes with a positive acceleration.

    Args:
        speed: Speed at the start, (n,) [m/s].
        phases: End of each phase, not decreasing, (n,) [s], and the acceleration in it, (n,)
            [m/s2]; NaN counts as 0.

    Returns:
        Two pieces for each phase in which an object comes to a standstill, else one.
    """
    present, *rest = aligned(speed, *itertools.chain.from_iterable(phases))
    time, travelled = np.zeros(present.shape), np.zeros(present.shape)
    columns: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]] = []
    for end, wanted in zip(rest[::2], rest[1::2], strict=True):
        acceleration = np.where(np.isnan(wanted), 0.0, wanted)
        span = np.maximum(end - time, 0.0)
        driven = standstill_time(present, acceleration, span)
        columns.append((time, travelled, present, acceleration))
        travelled = travelled + driven * (present + 0.5 * driven * acceleration)
        stopped = driven < span
        present = np.where(stopped, 0.0, present + driven * acceleration)
        if stopped.any():
            columns.append((time + driven, travelled, present, np.zeros_like(present)))
        time = time + span
    if len(columns) == 1:
        return LongitudinalProfile(*(field[:, np.newaxis] for field in columns[0]))
    start_time, distance, speeds, accelerations = (
        np.stack(field, axis=1) for field in zip(*columns, strict=True)
    )
    return LongitudinalProfile(start_time, distance, speeds, accelerations)


def standstill_time(speed: FloatArray, acceleration: FloatArray, limit: FloatArray) -> FloatArray:
    """Return when braking objects stand.

    Args:
        speed: Speed along the course, any shape [m/s].
        acceleration: Acceleration along the course, same shape [m/s2].
        limit: Largest value to return, for objects that do not brake too, same shape [s].

    Returns:
        Time to standstill, same shape [s]. A standing object that brakes stands at once.
    """
    braking = (speed * acceleration < 0.0) | ((speed == 0.0) & (acceleration < 0.0))
    rate = np.where(braking, -acceleration, 1.0)
    with np.errstate(over='ignore'):
        return np.where(braking, np.minimum(speed / rate, limit), limit)
