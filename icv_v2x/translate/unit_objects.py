# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Objects that the unit has decoded by itself, put to the same questions as those of messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import age
from icv_v2x.frames import to_wgs84
from icv_v2x.translate import plausibility
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.reports import DecodedReports, ObjectReports


def reports_from_unit(
    decoded: DecodedReports, map_frame: MapFrame, parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what the unit tells of road users, in the map frame.

    Sizes that are not given or impossible are those of the class; accelerations and yaw rates
    beyond what vehicles do are unavailable; deviations that are not given are those that senders
    have to keep.

    Args:
        decoded: The reports.
        map_frame: The map.
        parameters: Datums, and limits of the clock.

    Returns:
        The reports that are of use, and a refusal for every other one, in the order of frames.
    """
    reports = decoded.reports
    if decoded.geographic:
        reports = _placed(reports, map_frame, parameters)
    sieve = Sieve(len(reports))
    sieve.refuse_unverified(reports.verification)
    sieve.refuse(~np.isfinite(reports.x + reports.y), RefusalReason.NO_POSITION)
    sieve.refuse(
        ~(np.hypot(reports.x, reports.y) <= plausibility.AREA_RADIUS), RefusalReason.OUT_OF_AREA)
    speed = reports.speed
    sieve.refuse(~np.isfinite(speed), RefusalReason.NO_SPEED)
    sieve.refuse(np.abs(speed) > plausibility.SPEED_MAXIMUM, RefusalReason.IMPLAUSIBLE_SPEED)
    standing = np.abs(speed) < plausibility.STANDING_SPEED
    sieve.refuse(~np.isfinite(reports.heading) & ~standing, RefusalReason.NO_HEADING)
    late = age(reports.time, reports.reception_time)
    sieve.refuse(late > parameters.clock.age_maximum, RefusalReason.STALE)
    sieve.refuse(late < -parameters.clock.future_maximum, RefusalReason.FUTURE)
    return _completed(reports).take(sieve.good), sieve.refusals(reports.frame)


def _placed(
    reports: ObjectReports, map_frame: MapFrame, parameters: Parameters,
) -> ObjectReports:
    """Return reports with longitudes and latitudes put into the map."""
    latitude, longitude = to_wgs84(reports.y, reports.x, parameters.datum.vehicle)
    if parameters.datum.roadside != parameters.datum.vehicle:
        perceived = reports.object_id >= 0
        other = to_wgs84(reports.y, reports.x, parameters.datum.roadside)
        latitude = np.where(perceived, other[0], latitude)
        longitude = np.where(perceived, other[1], longitude)
    x, y, z = map_frame.to_map(latitude, longitude, reports.z)
    return replace(
        reports, x=x, y=y, z=z,
        heading=map_frame.heading_to_yaw(0.5 * np.pi - reports.heading, latitude, longitude))


def _completed(reports: ObjectReports) -> ObjectReports:
    """Return reports without gaps where the pipeline needs a value."""
    length, width, height = plausibility.with_usual_size(
        plausibility.within(reports.length, *plausibility.LENGTH_RANGE),
        plausibility.within(reports.width, *plausibility.WIDTH_RANGE),
        plausibility.within(reports.height, *plausibility.HEIGHT_RANGE),
        reports.object_class)
    usual = np.full(len(reports), plausibility.POSITION_DEVIATION**2)
    least = plausibility.POSITION_DEVIATION_MINIMUM**2
    known = (reports.variance_xx > 0.0) & (reports.variance_yy > 0.0)

    def deviation(
        value: NDArray[np.float64], otherwise: NDArray[np.float64] | float,
    ) -> NDArray[np.float64]:
        return np.where(value > 0.0, value, otherwise)

    return replace(
        reports, length=length, width=width, height=height,
        acceleration=plausibility.within(
            reports.acceleration, -plausibility.ACCELERATION_MAXIMUM,
            plausibility.ACCELERATION_MAXIMUM),
        yaw_rate=plausibility.within(
            reports.yaw_rate, -plausibility.YAW_RATE_MAXIMUM, plausibility.YAW_RATE_MAXIMUM),
        variance_xx=np.where(known, np.maximum(reports.variance_xx, least), usual),
        variance_yy=np.where(known, np.maximum(reports.variance_yy, least), usual),
        variance_xy=np.where(known & np.isfinite(reports.variance_xy), reports.variance_xy, 0.0),
        speed_deviation=deviation(reports.speed_deviation, plausibility.SPEED_DEVIATION),
        heading_deviation=deviation(
            reports.heading_deviation, plausibility.heading_deviation(reports.speed)))
