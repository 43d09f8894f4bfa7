# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Headings smoothed as far as their scatter asks for, led by the yaw rate that senders state.

A heading that is off by a degree puts a vehicle a lane aside within 200 m. The filter is that of
Kalman for one angle. What the messages scatter is learned from the messages themselves (Mehra,
On the identification of variances and adaptive Kalman filtering, 1970), so that exact senders
are followed at once and erring ones are averaged over a second or so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.frames import wrap_angle

Floats = NDArray[np.float64]

# A yaw rate is off by about so much [rad/s].
_YAW_RATE_ERROR = np.radians(0.5)
# Headings are sent in steps of 0.0125 degrees; nobody measures better than this [rad].
_SUREST = np.radians(0.02)
# Messages over which scatter and drift are learned.
_SCATTER_MEMORY = 16
_DRIFT_MEMORY = 8
# Messages that scatter drift by a quarter of it; beyond three of these the yaw rate tells wrong.
_DRIFT_LIMIT = 0.75
# Beyond this the filter starts anew [s].
_GAP = 3.0


class HeadingState(NamedTuple):
    """What is known of n headings.

    Attributes:
        heading: (n,) smoothed [rad], in [-pi, pi).
        variance: (n,) of it [rad2].
        scatter: (n,) variance of the messages about the truth [rad2].
        drift: (n,) mean of what messages lately were off the prediction [rad].
    """

    heading: Floats
    variance: Floats
    scatter: Floats
    drift: Floats


def begun(heading: Floats, deviation: Floats) -> HeadingState:
    """Return what the first messages tell: a heading, and a deviation [rad], NaN for none."""
    variance = np.where(np.isfinite(deviation), deviation, 0.0) ** 2
    return HeadingState(heading, variance, variance, np.zeros(len(heading)))


def followed(
    before: HeadingState,
    heading: Floats,
    deviation: Floats,
    yaw_rates: tuple[Floats, Floats],
    elapsed: Floats,
    messages: NDArray[np.integer[Any]],
) -> HeadingState:
    """Return headings after another message each.

    Args:
        before: What was known.
        heading: (n,) as sent [rad].
        deviation: (n,) of it as stated [rad].
        yaw_rates: As sent with the last message and with this one, (n,) each [rad/s]; NaN where
            none was: then nothing leads the filter and the heading is taken as it is sent.
        elapsed: (n,) since the last message [s].
        messages: (n,) number of messages before this one in a row.

    Returns:
        What is known now.
    """
    fresh = begun(heading, deviation)
    last, now = yaw_rates
    usable = np.isfinite(before.heading) & np.isfinite(heading) & np.isfinite(last + now)
    usable &= (elapsed > 0.0) & (elapsed <= _GAP) & (before.scatter > 0.0)
    lasts = np.where(usable, elapsed, 0.0)
    last, now = (np.where(usable, rate, 0.0) for rate in (last, now))
    predicted = np.where(usable, before.heading, 0.0) + 0.5 * (last + now) * lasts
    off = wrap_angle(np.where(usable, heading, 0.0) - predicted)
    count = np.maximum(messages, 1)
    drift = before.drift + (off - before.drift) / np.minimum(count + 1, _DRIFT_MEMORY)
    unled = np.abs(drift) > _DRIFT_LIMIT * np.sqrt(before.scatter)
    grown = before.variance + (_YAW_RATE_ERROR * lasts) ** 2 + (0.5 * (now - last) * lasts) ** 2
    grown = grown + np.where(unled, 4.0 * drift**2, 0.0)
    share = 1.0 / np.minimum(count + 1, _SCATTER_MEMORY)
    scatter = np.maximum(before.scatter + share * (off**2 - before.scatter), _SUREST**2)
    gain = grown / (grown + scatter)
    return HeadingState(*(
        np.where(usable, smoothed, anew)
        for smoothed, anew in zip(
            (wrap_angle(predicted + gain * off), (1.0 - gain) * grown, scatter, drift),
            fresh, strict=True)
    ))
