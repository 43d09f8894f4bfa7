# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the messages of a track tell: period, acceleration, and errors that grow with age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.world.track_table import EMPTY, HISTORY

if TYPE_CHECKING:
    from icv_v2x.translate.reports import ObjectReports

_COUNT_MODULUS = 128
_COUNT_GAP_MAXIMUM = 10
_PERIOD_RANGE = (0.01, 3.0)
_PERIOD_WEIGHT = 0.2
# How much a driver, and a person on foot, may speed up or slow down unseen, 1 sigma [m/s2].
_UNSEEN_ALONG = 1.5
_UNSEEN_ON_FOOT = 0.5
# A driver may turn unseen: 1 sigma across [m/s2], and of the yaw rate at low speed [rad/s].
_UNSEEN_ACROSS = 1.0
_UNSEEN_TURN = 0.1
_SLOPE_WINDOW = 0.6
_SLOPE_GAP = 1.5


def mean_period(
    period: NDArray[np.float64], elapsed: NDArray[np.float64], counted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean interval of messages; the message count tells how many were lost, (k,)."""
    sent = counted % _COUNT_MODULUS
    sent = np.where((sent >= 1) & (sent <= _COUNT_GAP_MAXIMUM), sent, 1)
    sample = np.clip(elapsed / sent, *_PERIOD_RANGE)
    return np.where(np.isfinite(period), period + _PERIOD_WEIGHT * (sample - period), sample)


def speed_slope(time: NDArray[np.int64], speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return accelerations by least squares through the newest speeds.

    Args:
        time: (k, HISTORY) [ns], newest last, EMPTY where there is none.
        speed: (k, HISTORY) [m/s].

    Returns:
        (k,) slope over the last 0.6 s, or over the last two messages where these are farther
        apart, but not more than 1.5 s [m/s2]; NaN where there is no such pair.
    """
    newest = time[:, -1:]
    past = (newest - time) / NANOSECONDS
    window = np.full(HISTORY, _SLOPE_WINDOW)
    window[-2:] = _SLOPE_GAP
    used = (time != EMPTY) & (past <= window)
    number = np.count_nonzero(used, axis=1)
    enough = number >= 2
    divisor = np.maximum(number, 1)[:, np.newaxis]
    past = np.where(used, past, 0.0)
    centred_time = np.where(used, past - past.sum(axis=1, keepdims=True) / divisor, 0.0)
    mean_speed = np.where(used, speed, 0.0).sum(axis=1, keepdims=True) / divisor
    spread = np.sum(centred_time**2, axis=1)
    covariance = np.sum(centred_time * np.where(used, speed - mean_speed, 0.0), axis=1)
    return np.where(enough, -covariance / np.where(enough, spread, 1.0), np.nan)


def unseen_along(object_class: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how much objects may speed up or slow down unseen, 1 sigma (n,) [m/s2]."""
    on_foot = object_class == int(ObjectClass.PEDESTRIAN)
    return np.where(on_foot, _UNSEEN_ON_FOOT, _UNSEEN_ALONG)


def unseen_turn(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how fast a driver may turn unseen, 1 sigma (n,) [rad/s]."""
    return np.minimum(_UNSEEN_TURN, _UNSEEN_ACROSS / np.maximum(np.abs(speed), 1.0))


def grown_variance(
    latest: ObjectReports, heading: NDArray[np.float64], elapsed: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return variances xx, xy, yy after a time [m2], in all directions where heading is unknown.

    Along the heading grow the error of speed and an unseen change of acceleration, across it the
    error of heading and an unseen turn.
    """
    passed = np.abs(elapsed)
    way = np.abs(latest.speed) * passed
    along = (latest.speed_deviation * passed) ** 2 + (
        0.5 * unseen_along(latest.object_class) * passed**2) ** 2
    across = (latest.heading_deviation * way) ** 2 + (
        0.5 * unseen_turn(latest.speed) * way * passed) ** 2
    known = np.isfinite(heading)
    across = np.where(known, across, along)
    cosine = np.where(known, np.cos(heading), 1.0)
    sine = np.where(known, np.sin(heading), 0.0)
    return (
        latest.variance_xx + along * cosine**2 + across * sine**2,
        latest.variance_xy + (along - across) * cosine * sine,
        latest.variance_yy + along * sine**2 + across * cosine**2,
    )
