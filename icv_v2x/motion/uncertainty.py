# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How sure the predicted positions are: errors of position, speed and course over time."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import FloatArray, MotionState, PiecewiseMotion, state_at


@dataclasses.dataclass(frozen=True)
class PositionCovariance:
    """Covariance of horizontal positions in the map frame, (n,) each [m2]."""

    xx: FloatArray
    xy: FloatArray
    yy: FloatArray

    def __add__(self, other: PositionCovariance) -> PositionCovariance:
        """Return the covariance of the difference of independent positions."""
        return PositionCovariance(self.xx + other.xx, self.xy + other.xy, self.yy + other.yy)

    def along(self, direction: npt.ArrayLike) -> FloatArray:
        """Return the standard deviation along a direction, (n,) [m].

        Args:
            direction: Angle from +x, (n,) [rad].
        """
        return self.along_axis(np.cos(direction), np.sin(direction))

    def along_axis(self, cosine: FloatArray, sine: FloatArray) -> FloatArray:
        """Return the standard deviation along directions of unit length, (n,) [m].

        Args:
            cosine: East component, (n,).
            sine: North component, (n,).
        """
        cross = 2.0 * self.xy * cosine * sine
        variance = self.xx * cosine * cosine + cross + self.yy * sine * sine
        deviation: FloatArray = np.sqrt(np.maximum(variance, 0.0))
        return deviation


@dataclasses.dataclass(frozen=True)
class MotionUncertainty:
    """Standard deviations of the present state of n objects, independent of each other.

    Attributes:
        position: Covariance of the position at time 0.
        speed: Standard deviation of the speed along the course, (n,) [m/s].
        course: Standard deviation of the direction of motion, (n,) [rad].
    """

    position: PositionCovariance
    speed: FloatArray
    course: FloatArray

    @classmethod
    def of(
        cls,
        position: npt.ArrayLike,
        speed: npt.ArrayLike = 0.0,
        course: npt.ArrayLike = 0.0,
    ) -> MotionUncertainty:
        """Return uncertainty with equal position errors east and north.

        Args:
            position: Standard deviation on each axis, (n,) or one value [m].
            speed: Standard deviation, (n,) or one value [m/s].
            course: Standard deviation, (n,) or one value [rad].
        """
        deviation, speed, course = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (position, speed, course))
        )
        variance = deviation**2
        return cls(PositionCovariance(variance, np.zeros_like(variance), variance), speed, course)

    def take(self, rows: npt.ArrayLike) -> MotionUncertainty:
        """Return the uncertainty of the chosen objects.

        Args:
            rows: Indices (m,) or mask (n,) of the objects.
        """
        index = np.asarray(rows)
        position = self.position
        return MotionUncertainty(
            PositionCovariance(position.xx[index], position.xy[index], position.yy[index]),
            self.speed[index],
            self.course[index],
        )


def covariance_at(
    motion: PiecewiseMotion,
    uncertainty: MotionUncertainty,
    time: npt.ArrayLike,
    *,
    state: MotionState | None = None,
) -> PositionCovariance:
    """Return the covariance of predicted positions, linearised about the prediction.

    A course error turns the way made since time 0 about its start; a speed error stretches it by
    the error times the time. An object that has not moved may yet move along its heading.

    Args:
        motion: Motion of n objects.
        uncertainty: Its errors at time 0, (n,) or (1,).
        time: One time for each object, (n,), or one for all, 0 or more [s]; one object takes
            any number of times (m,).
        state: State of the objects at these times, where it is known already.
    """
    moments = np.asarray(time, dtype=np.float64)
    if state is None:
        state = state_at(motion, moments)
    way_x, way_y = state.x - motion.x[:, 0], state.y - motion.y[:, 0]
    length = np.hypot(way_x, way_y)
    moved = length > 0.0
    divisor = np.where(moved, length, 1.0)
    cosine = np.where(moved, way_x / divisor, np.cos(state.heading))
    sine = np.where(moved, way_y / divisor, np.sin(state.heading))
    along = (uncertainty.speed * moments) ** 2
    across = (uncertainty.course * length) ** 2
    position = uncertainty.position
    return PositionCovariance(
        position.xx + along * cosine**2 + across * sine**2,
        position.xy + (along - across) * cosine * sine,
        position.yy + along * sine**2 + across * cosine**2,
    )
