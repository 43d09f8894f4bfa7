# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Units and unavailable codes of the message set's numbers, in one table; the way to SI and back.

Axes stay as sent (headings clockwise from north, right and downward positive); only units change.
Sources: the tables of T/CSAE 53-2020 and 157-2020, GB/T 45315-2025 where it differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

STANDARD_GRAVITY = 9.80665
"""m/s2, the G of VerticalAcceleration."""
ABSENT = -(1 << 62)
"""Stands for a field that was not sent, in columns of codes only; below every code."""

Raw = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """How a number on the wire becomes an SI value.

    Attributes:
        step: SI value of one unit on the wire.
        unit: SI unit.
        limits: Lowest and highest code that is a value; saturating ends count as values. Codes
            outside are reserved or unavailable and never become a number.
        unavailable: The code that says that there is no value, if there is one.
        infinite: Code that means infinity (a straight path), if there is one.
    """

    step: float
    unit: str
    limits: tuple[int, int]
    unavailable: int | None = None
    infinite: int | None = None

    @cached_property
    def _inverse(self) -> int:
        """Units on the wire per SI unit, 0 where they are no whole number."""
        inverse = round(1.0 / self.step)
        whole = inverse > 0 and math.isclose(1.0 / inverse, self.step, rel_tol=1e-15)
        return inverse if whole else 0

    def _scaled(self, raw: Any) -> Any:
        # dividing by a whole number rounds once, so that 694 * 0.02 m/s is 13.88 and not 13.879..
        return raw / self._inverse if self._inverse else raw * self.step

    def to_si(self, raw: Raw) -> Real:
        """Turn codes into SI values.

        Args:
            raw: Codes, any shape; `ABSENT` where the field was not sent.

        Returns:
            SI values; NaN where unavailable or absent.
        """
        value: Real = self._scaled(raw)
        value[(raw < self.limits[0]) | (raw > self.limits[1])] = np.nan
        if self.infinite is not None:
            value[raw == self.infinite] = np.inf
        return value

    def value(self, code: int | None) -> float:
        """Turn one code into its SI value.

        Args:
            code: The code, or None where the field was not sent.

        Returns:
            The SI value; NaN where unavailable or absent.
        """
        if code is None:
            return math.nan
        if code == self.infinite:
            return math.inf
        if not self.limits[0] <= code <= self.limits[1]:
            return math.nan
        return float(self._scaled(code))

    def code(self, value: float) -> int | None:
        """Turn one SI value into its nearest code, saturated at the ends.

        Args:
            value: SI value; NaN is unavailable.

        Returns:
            The code, or None where the value is NaN and the type has no unavailable code.
        """
        if math.isnan(value):
            return self.unavailable
        if math.isinf(value):
            if self.infinite is not None:
                return self.infinite
            return self.limits[1] if value > 0 else self.limits[0]
        return min(max(round(value / self.step), self.limits[0]), self.limits[1])

    def codes(self, values: Real) -> Raw:
        """Turn SI values into their nearest codes, saturated at the ends; as `code` does.

        Args:
            values: SI values, any shape; NaN is unavailable.

        Returns:
            The codes; `ABSENT` where a value is NaN and the type has no unavailable code.
        """
        unavailable = np.isnan(values)
        ends = np.clip(np.rint(np.where(unavailable, 0.0, values) / self.step), *self.limits)
        codes: Raw = ends.astype(np.int64)
        codes[unavailable] = ABSENT if self.unavailable is None else self.unavailable
        if self.infinite is not None:
            codes[np.isinf(values)] = self.infinite
        return codes


_DEGREE = math.pi / 180.0

QUANTITIES: dict[str, Quantity] = {
    'DSecond': Quantity(0.001, 's', (0, 60999), 65535),
    'MinuteOfTheYear': Quantity(60.0, 's', (0, 527039), 527040),
    'TimeMark': Quantity(0.1, 's', (0, 35999), 36001, 36000),
    'TimeOffset': Quantity(0.01, 's', (1, 65534), 65535),
    'PlanningDuration': Quantity(0.1, 's', (0, 600)),
    'Latitude': Quantity(1e-7, 'deg', (-900000000, 900000000), 900000001),
    'Longitude': Quantity(1e-7, 'deg', (-1799999999, 1800000000), 1800000001),
    'Elevation': Quantity(0.1, 'm', (-4095, 61439), -4096),
    'SemiMajorAxisAccuracy': Quantity(0.05, 'm', (0, 254), 255),
    'SemiMinorAxisAccuracy': Quantity(0.05, 'm', (0, 254), 255),
    'SemiMajorAxisOrientation': Quantity(360.0 / 65535.0 * _DEGREE, 'rad', (0, 65534), 65535),
    'Speed': Quantity(0.02, 'm/s', (0, 8190), 8191),
    'Heading': Quantity(0.0125 * _DEGREE, 'rad', (0, 28799), 28800),
    'CoarseHeading': Quantity(1.5 * _DEGREE, 'rad', (0, 239), 240),
    'SteeringWheelAngle': Quantity(1.5 * _DEGREE, 'rad', (-126, 126), 127),
    'Acceleration': Quantity(0.01, 'm/s2', (-2000, 2000), 2001),
    'VerticalAcceleration': Quantity(
        0.02 * STANDARD_GRAVITY, 'm/s2', (-126, 127), -127),
    'YawRate': Quantity(0.01 * _DEGREE, 'rad/s', (-32767, 32767)),
    'PitchRate': Quantity(0.01 * _DEGREE, 'rad/s', (-32767, 32767)),
    'RollRate': Quantity(0.01 * _DEGREE, 'rad/s', (-32767, 32767)),
    'Pitch': Quantity(0.0125 * _DEGREE, 'rad', (-7200, 7200)),
    'Roll': Quantity(0.0125 * _DEGREE, 'rad', (-7200, 7200)),
    'Yaw': Quantity(0.0125 * _DEGREE, 'rad', (-14400, 14400)),
    'VehicleWidth': Quantity(0.01, 'm', (1, 1023), 0),
    'VehicleLength': Quantity(0.01, 'm', (1, 4095), 0),
    'VehicleHeight': Quantity(0.05, 'm', (1, 127), 0),
    'SizeValue': Quantity(0.1, 'm', (0, 1023)),
    'LaneWidth': Quantity(0.01, 'm', (0, 32767)),
    'Radius': Quantity(0.1, 'm', (0, 65535)),
    'RadiusOfCurvature': Quantity(0.1, 'm', (-32767, 32766), None, 32767),
    'Confidence': Quantity(0.005, '', (0, 200)),
    'VertOffset-B07': Quantity(0.1, 'm', (-63, 63), -64),
    'VertOffset-B08': Quantity(0.1, 'm', (-127, 127), -128),
    'VertOffset-B09': Quantity(0.1, 'm', (-255, 255), -256),
    'VertOffset-B10': Quantity(0.1, 'm', (-511, 511), -512),
    'VertOffset-B11': Quantity(0.1, 'm', (-1023, 1023), -1024),
    'VertOffset-B12': Quantity(0.1, 'm', (-2047, 2047), -2048),
    'OffsetLL-B12': Quantity(1e-7, 'deg', (-2048, 2047)),
    'OffsetLL-B14': Quantity(1e-7, 'deg', (-8192, 8191)),
    'OffsetLL-B16': Quantity(1e-7, 'deg', (-32768, 32767)),
    'OffsetLL-B18': Quantity(1e-7, 'deg', (-131072, 131071)),
    'OffsetLL-B22': Quantity(1e-7, 'deg', (-2097152, 2097151)),
    'OffsetLL-B24': Quantity(1e-7, 'deg', (-8388608, 8388607)),
    'PersonalSafetyMessage.overallRadius': Quantity(0.1, 'm', (0, 200)),
    'Non-motorDataExtension.overallRadius': Quantity(0.1, 'm', (0, 200)),
    'Req-SignalPriority.distance2Intersection': Quantity(0.1, 'm', (0, 10000)),
    'DetectedPTCData.tracking': Quantity(1.0, 's', (1, 65535)),
    'DetectedObstacleData.tracking': Quantity(1.0, 's', (1, 65535)),
    'ST-Point.s-axis': Quantity(0.1, 'm', (-1024, 65535)),
    'ST-Point.t-axis': Quantity(0.01, 'm', (-32768, 32767)),
    'PAMDrive.heightRestriction': Quantity(0.1, 'm', (0, 100)),
    'TollInfo.price': Quantity(0.01, 'CNY', (0, 424967295)),
    'VehicleDimensions.vehicleLength': Quantity(0.1, 'm', (0, 65535)),
    'VehicleDimensions.vehicleWidth': Quantity(0.1, 'm', (0, 255)),
    'VehicleDimensions.vehicleHeigth': Quantity(0.1, 'm', (0, 255)),
    'VehicleInfo.vehicleWheelBases': Quantity(0.1, 'm', (0, 65535)),
}
"""By type name, or by type and field where the type is written at its use.

Sizes of 0 are unavailable (GB/T 45315 demands the true size).
"""

_NAN = math.nan
_STEPS_OF_TEN = (_NAN, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05,
                 0.02, 0.01)
_MOTION_STEPS = (_NAN, 100.0, 10.0, 5.0, 1.0, 0.1, 0.05, 0.01)


# 100, 50, 20, 10 s, then 2 s (there is no 5 s step) and 1 s, then 5, 2, 1 of each decade
_TIME_STEPS = (
    _NAN, 100.0, 50.0, 20.0, 10.0, 2.0, 1.0,
    *(float(f'{digit}e-{exponent}') for exponent in range(1, 12) for digit in (5, 2, 1)),
)


LEVELS: dict[str, tuple[float, ...]] = {
    'PositionConfidence': _STEPS_OF_TEN,
    'ElevationConfidence': _STEPS_OF_TEN,
    'SizeValueConfidence': (
        _NAN, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01),
    'SpeedConfidence': _MOTION_STEPS,
    'HeadingConfidence': tuple(
        degree * _DEGREE for degree in (_NAN, 10.0, 5.0, 1.0, 0.1, 0.05, 0.01, 0.0125)),
    'SteeringWheelAngleConfidence': tuple(
        degree * _DEGREE for degree in (_NAN, 2.0, 1.0, 0.02)),
    'AccConfidence': _MOTION_STEPS,
    'AngularVConfidence': tuple(degree * _DEGREE for degree in _MOTION_STEPS),
    'TimeConfidence': _TIME_STEPS,
}
"""95 % confidence radius in SI by enumeration index (m, m/s, m/s2, rad, rad/s, s)."""

_LEVEL_ARRAYS: dict[str, Real] = {name: np.array(steps) for name, steps in LEVELS.items()}


def level_to_si(name: str, raw: Raw) -> Real:
    """Turn indices of a confidence enumeration into SI values.

    Args:
        name: Type name, a key of `LEVELS`.
        raw: Indices, any shape; `ABSENT` where the field was not sent.

    Returns:
        SI values; NaN where unavailable or absent.
    """
    # index 0 of every one of these enumerations means unavailable
    return _LEVEL_ARRAYS[name][np.maximum(raw, 0)]


def level_code(name: str, value: float) -> int:
    """Give the finest level that still covers an SI value.

    Args:
        name: Type name, a key of `LEVELS`.
        value: 95 % confidence radius in SI; NaN is unavailable.

    Returns:
        The index; 0 (unavailable) where the value is NaN or beyond the coarsest level.
    """
    if math.isnan(value):
        return 0
    fitting = [
        (step, index)
        for index, step in enumerate(LEVELS[name])
        if index and step >= value * (1.0 - 1e-9)
    ]
    return min(fitting)[1] if fitting else 0

