# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reports of any source brought to what the world relies on: nothing impossible, no gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from icv_v2x.translate import plausibility
from icv_v2x.translate.reports import ObjectReports

# Map coordinates beyond this are no metres; in MGRS they reach 100 km and what lies around.
_COORDINATE_MAXIMUM = 1_000_000.0
# Errors beyond these are none that a sender states on purpose.
_VARIANCE_MAXIMUM = 1e6
_SPEED_DEVIATION_MAXIMUM = 100.0
_HEADING_DEVIATION_MAXIMUM = np.pi


def completed(reports: ObjectReports) -> tuple[ObjectReports, NDArray[np.intp]]:
    """Return the usable reports without gaps.

    A report needs a position and a speed. Sizes that are unavailable or impossible become those
    of the class, unavailable errors those that GB/T 45315 asks of senders; accelerations and yaw
    rates that nothing reaches become unavailable.

    Args:
        reports: n reports, unavailable is NaN.

    Returns:
        The k usable reports, and their rows (k,) in the order given.
    """
    usable = (
        (np.abs(reports.x) <= _COORDINATE_MAXIMUM)
        & (np.abs(reports.y) <= _COORDINATE_MAXIMUM)
        & (np.abs(reports.speed) <= plausibility.SPEED_MAXIMUM)
        & (reports.time >= 0)
    )
    rows = np.flatnonzero(usable)
    if len(rows) != len(reports):
        reports = reports.take(rows)
    length, width, height = plausibility.with_usual_size(
        plausibility.within(reports.length, *plausibility.LENGTH_RANGE),
        plausibility.within(reports.width, *plausibility.WIDTH_RANGE),
        plausibility.within(reports.height, *plausibility.HEIGHT_RANGE),
        reports.object_class,
    )
    circle = plausibility.POSITION_DEVIATION**2
    xx = plausibility.within(reports.variance_xx, 0.0, _VARIANCE_MAXIMUM)
    xy = plausibility.within(reports.variance_xy, -_VARIANCE_MAXIMUM, _VARIANCE_MAXIMUM)
    yy = plausibility.within(reports.variance_yy, 0.0, _VARIANCE_MAXIMUM)
    ellipse = xy**2 < xx * yy
    return replace(
        reports,
        heading=np.where(np.isfinite(reports.heading), reports.heading, np.nan),
        z=np.where(np.isfinite(reports.z), reports.z, np.nan),
        acceleration=plausibility.within(
            reports.acceleration, -plausibility.ACCELERATION_MAXIMUM,
            plausibility.ACCELERATION_MAXIMUM),
        yaw_rate=plausibility.within(
            reports.yaw_rate, -plausibility.YAW_RATE_MAXIMUM, plausibility.YAW_RATE_MAXIMUM),
        length=length,
        width=width,
        height=height,
        variance_xx=np.where(ellipse, xx, circle),
        variance_xy=np.where(ellipse, xy, 0.0),
        variance_yy=np.where(ellipse, yy, circle),
        speed_deviation=_stated(
            reports.speed_deviation, _SPEED_DEVIATION_MAXIMUM, plausibility.SPEED_DEVIATION),
        heading_deviation=_stated(
            reports.heading_deviation, _HEADING_DEVIATION_MAXIMUM,
            plausibility.heading_deviation(reports.speed)),
        path_radius=np.where(np.isinf(reports.path_radius), np.inf, reports.path_radius),
        path_confidence=plausibility.within(reports.path_confidence, 0.0, 1.0),
    ), rows


def _stated(
    deviation: NDArray[np.float64], maximum: float, otherwise: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return deviations, the other ones where they are unavailable or impossible."""
    stated = plausibility.within(deviation, 0.0, maximum)
    return np.where(np.isnan(stated), otherwise, stated)
