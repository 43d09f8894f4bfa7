# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the occupants are spared: acceleration, braking and jerk, each by the speed."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Bounds(NamedTuple):
    """Greatest amounts at given speeds, all positive and of one shape.

    Attributes:
        acceleration: [m/s2].
        braking: [m/s2].
        jerk: [m/s3].
    """

    acceleration: FloatArray
    braking: FloatArray
    jerk: FloatArray


@dataclasses.dataclass(frozen=True)
class ComfortLimits:
    """Limits outside emergencies, linear between a slow and a fast speed (ISO 15622:2018).

    Attributes:
        slow_speed: Up to this the slow values hold [m/s].
        fast_speed: From this on the fast values hold [m/s].
        acceleration: Slow and fast [m/s2].
        braking: Slow and fast [m/s2].
        jerk: Slow and fast [m/s3].
    """

    slow_speed: float
    fast_speed: float
    acceleration: tuple[float, float]
    braking: tuple[float, float]
    jerk: tuple[float, float]

    def __post_init__(self) -> None:
        """Check the order.

        Raises:
            ValueError: The fast speed is not above the slow one, or a limit is not positive.
        """
        if not self.slow_speed < self.fast_speed:
            raise ValueError(
                f'fast_speed is {self.fast_speed}, must be above slow_speed {self.slow_speed}')
        for name in ('acceleration', 'braking', 'jerk'):
            if min(getattr(self, name)) <= 0.0:
                raise ValueError(f'{name} is {getattr(self, name)}, must be positive')

    def at(self, speed: npt.ArrayLike) -> Bounds:
        """Return the limits at speeds of any shape [m/s]."""
        span = self.fast_speed - self.slow_speed
        share = np.clip((np.asarray(speed, dtype=np.float64) - self.slow_speed) / span, 0.0, 1.0)

        def between(values: tuple[float, float]) -> FloatArray:
            return values[0] + share * (values[1] - values[0])

        return Bounds(between(self.acceleration), between(self.braking), between(self.jerk))

    def scalar(self, speed: float) -> tuple[float, float, float]:
        """Return acceleration, braking and jerk at one speed, without arrays."""
        share = (speed - self.slow_speed) / (self.fast_speed - self.slow_speed)
        share = min(max(share, 0.0), 1.0)
        (low, high), (brake_low, brake_high) = self.acceleration, self.braking
        return (
            low + share * (high - low), brake_low + share * (brake_high - brake_low),
            self.jerk[0] + share * (self.jerk[1] - self.jerk[0]))

    def stopping_distance(self, speed: npt.ArrayLike, acceleration: float = 0.0) -> FloatArray:
        """Return the way to a comfortable standstill [m].

        Braking begins with the fast jerk and ends with the braking of the speed's own limit, so
        that the true way is no longer: v (a + b) / (2 j) + v2 / (2 b), with a > 0 still to be
        taken back.

        Args:
            speed: Speeds of any shape [m/s].
            acceleration: Present one [m/s2].
        """
        fast = np.maximum(np.asarray(speed, dtype=np.float64), 0.0)
        bounds = self.at(fast)
        lag = (max(acceleration, 0.0) + bounds.braking) / (2.0 * bounds.jerk)
        way: FloatArray = fast * lag + fast * fast / (2.0 * bounds.braking)
        return way
