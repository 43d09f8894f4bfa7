# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Times, places and motion that many messages share."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.records.registry import record, sent_as


@record('DDateTime')
@dataclass(frozen=True)
class DateTime:
    """Date time: DDateTime of T/CSAE 53-2020.

    Attributes:
        year: Year; None absent.
        month: Month; None unknown.
        day: Day; None unknown.
        hour: Hour; None unknown.
        minute: Minute; None unknown.
        second: Time in its minute [s]; NaN unavailable.
        offset: Minutes from UTC; None absent.
    """

    year: int | None = field(metadata=sent_as('year'))
    month: int | None = field(metadata=sent_as('month'))
    day: int | None = field(metadata=sent_as('day'))
    hour: int | None = field(metadata=sent_as('hour'))
    minute: int | None = field(metadata=sent_as('minute'))
    second: float = field(metadata=sent_as('second'))
    offset: int | None = field(metadata=sent_as('offset'))


@record('PositionConfidenceSet')
@dataclass(frozen=True)
class PositionConfidence:
    """Position confidence: PositionConfidenceSet of T/CSAE 53-2020.

    Attributes:
        horizontal: Horizontal, 95 % [m]; NaN unavailable.
        elevation: Elevation, 95 % [m]; NaN unavailable.
    """

    horizontal: float = field(metadata=sent_as('pos'))
    elevation: float = field(metadata=sent_as('elevation'))


@record('Position3D')
@dataclass(frozen=True)
class Position:
    """Position: Position3D of T/CSAE 53-2020.

    Attributes:
        latitude: Latitude [deg]; NaN unavailable.
        longitude: Longitude [deg]; NaN unavailable.
        elevation: Above the ellipsoid [m]; NaN unavailable.
    """

    latitude: float = field(metadata=sent_as('lat'))
    longitude: float = field(metadata=sent_as('long'))
    elevation: float = field(metadata=sent_as('elevation'))


@record('PositionalAccuracy')
@dataclass(frozen=True)
class PositionAccuracy:
    """Position accuracy: PositionalAccuracy of T/CSAE 53-2020.

    Attributes:
        semi_major: Longer half axis of the error ellipse, 1 sigma [m]; NaN unavailable.
        semi_minor: Shorter half axis of the error ellipse, 1 sigma [m]; NaN unavailable.
        semi_major_orientation: Direction of the longer axis, clockwise from north [rad]; NaN
            unavailable.
    """

    semi_major: float = field(metadata=sent_as('semiMajor'))
    semi_minor: float = field(metadata=sent_as('semiMinor'))
    semi_major_orientation: float = field(metadata=sent_as('orientation'))


@record('MotionConfidenceSet')
@dataclass(frozen=True)
class MotionConfidenceSet:
    """Motion confidence set: MotionConfidenceSet of T/CSAE 53-2020.

    Attributes:
        speed_confidence: Speed confidence, 95 % [m/s]; NaN unavailable.
        heading_confidence: Heading confidence, 95 % [rad]; NaN unavailable.
        steering_wheel_angle_confidence: Steering wheel angle confidence, 95 % [rad]; NaN
            unavailable.
    """

    speed_confidence: float = field(metadata=sent_as('speedCfd'))
    heading_confidence: float = field(metadata=sent_as('headingCfd'))
    steering_wheel_angle_confidence: float = field(metadata=sent_as('steerCfd'))


@record('AccelerationSet4Way')
@dataclass(frozen=True)
class Accelerations:
    """Accelerations: AccelerationSet4Way of T/CSAE 53-2020.

    Attributes:
        longitudinal: Longitudinal, forward positive [m/s2]; NaN unavailable.
        lateral: Lateral, right positive [m/s2]; NaN unavailable.
        vertical: Vertical, downward positive [m/s2]; NaN unavailable.
        yaw_rate: Yaw rate, clockwise positive [rad/s].
    """

    longitudinal: float = field(metadata=sent_as('long'))
    lateral: float = field(metadata=sent_as('lat'))
    vertical: float = field(metadata=sent_as('vert'))
    yaw_rate: float = field(metadata=sent_as('yaw'))


@record('VehicleSize')
@dataclass(frozen=True)
class VehicleSize:
    """Vehicle size: VehicleSize of T/CSAE 53-2020.

    Attributes:
        width: Width, mirrors included [m]; NaN unavailable.
        length: Length [m]; NaN unavailable.
        height: Height [m]; NaN unavailable.
    """

    width: float = field(metadata=sent_as('width'))
    length: float = field(metadata=sent_as('length'))
    height: float = field(metadata=sent_as('height'))


@record('VehicleClassification')
@dataclass(frozen=True)
class VehicleClassification:
    """Vehicle classification: VehicleClassification of T/CSAE 53-2020.

    Attributes:
        classification: Classification.
        fuel_type: Fuel type; None absent.
    """

    classification: int = field(metadata=sent_as('classification'))
    fuel_type: int | None = field(metadata=sent_as('fuelType'))


@record('AccSet4WayConfidence')
@dataclass(frozen=True)
class AccelerationConfidence:
    """Acceleration confidence: AccSet4WayConfidence of T/CSAE 157-2020.

    Attributes:
        longitudinal: Longitudinal, 95 % [m/s2]; NaN unavailable.
        lateral: Lateral, 95 % [m/s2]; NaN unavailable.
        vertical: Vertical, 95 % [m/s2]; NaN unavailable.
        yaw_rate: Yaw rate, 95 % [rad/s]; NaN unavailable.
    """

    longitudinal: float = field(metadata=sent_as('lonAccConfidence'))
    lateral: float = field(metadata=sent_as('latAccConfidence'))
    vertical: float = field(metadata=sent_as('vertAccConfidence'))
    yaw_rate: float = field(metadata=sent_as('yawRateCon'))
