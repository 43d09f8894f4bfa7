# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The arc that the own vehicle is about to follow, and how far that can be relied on."""

from __future__ import annotations

import math

from icv_v2x.clock import NANOSECONDS

# Two equal low passes in a row; the arc comes within 2 % of a new steady one after 2.9 s, where
# the profile allows 4 s.
_CUT_OFF = 2.0
_SLOWEST = 1.0
_LARGEST_RADIUS = 2500.0
_SMALLEST_RADIUS = 100.0
# A longer gap between two states says nothing about the turn in it [s].
_GAP = 1.0
# GB/T 45315-2025: confidence by lower limit of the filtered yaw acceleration [deg/s2]
_CONFIDENCES = (
    (25.0, 0.0), (20.0, 0.1), (15.0, 0.2), (10.0, 0.3), (5.0, 0.4), (2.5, 0.5), (2.0, 0.6),
    (1.5, 0.7), (1.0, 0.8), (0.5, 0.9), (0.0, 1.0),
)


class PathPrediction:
    """Radius by speed over filtered yaw rate, confidence by filtered yaw acceleration.

    Source: path prediction of GB/T 45315-2025.
    """

    def __init__(self) -> None:
        """Start straight ahead."""
        self._time: int | None = None
        self._speed = 0.0
        self._first = self._second = 0.0

    def update(self, time: int, speed: float, yaw_rate: float) -> None:
        """Take a state in.

        Args:
            time: [ns since the Unix epoch].
            speed: Negative backwards [m/s].
            yaw_rate: Counter-clockwise [rad/s].
        """
        elapsed = math.inf if self._time is None else (time - self._time) / NANOSECONDS
        self._time = time
        self._speed = speed
        if not 0.0 <= elapsed <= _GAP:
            self._first = self._second = yaw_rate
            return
        # exact for a yaw rate that stays the same in between
        decay = math.exp(-_CUT_OFF * elapsed)
        lead = self._first - yaw_rate
        lag = self._second - yaw_rate
        self._second = yaw_rate + (lag + _CUT_OFF * elapsed * lead) * decay
        self._first = yaw_rate + lead * decay

    def radius(self) -> float:
        """Return the radius, right turn positive, inf straight [m]."""
        radius = self._radius()
        return math.inf if abs(radius) > _LARGEST_RADIUS else radius

    def confidence(self) -> float:
        """Return the confidence, 0..1."""
        radius = abs(self._radius())
        if radius > _LARGEST_RADIUS:
            return 1.0
        if radius < _SMALLEST_RADIUS:
            return 0.0
        # the second low pass follows the first one at this rate
        yaw_acceleration = abs(math.degrees(_CUT_OFF * (self._first - self._second)))
        return next(share for limit, share in _CONFIDENCES if yaw_acceleration >= limit)

    def _radius(self) -> float:
        if abs(self._speed) < _SLOWEST or self._second == 0.0:
            return math.inf
        return -self._speed / self._second
