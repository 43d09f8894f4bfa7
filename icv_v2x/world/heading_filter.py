# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Headings smoothed as far as their scatter asks for, led by the yaw rate that senders state.

A heading that is off by a degree puts a vehicle a lane aside within 200 m. The filter is that of
Kalman for one angle. What the messages scatter is learned from the messages themselves (Mehra,
On the identification of variances and adaptive Kalman filtering, 1970), so that exact senders
are followed at once and erring ones are averaged over a second or so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from icv_v2x.frames import wrap_angle

if TYPE_CHECKING:
    from icv_v2x.parameters.prediction_groups import HeadingFilter

Floats = NDArray[np.float64]

# Messages over which scatter and drift are learned.
_SCATTER_MEMORY = 16
_DRIFT_MEMORY = 8
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
    limits: HeadingFilter,
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
        limits: What headings and yaw rates are off by.

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
    unled = np.abs(drift) > limits.drift_limit * np.sqrt(before.scatter)
    error = math.radians(limits.yaw_rate_error)
    grown = before.variance + (error * lasts) ** 2 + (0.5 * (now - last) * lasts) ** 2
    grown = grown + np.where(unled, 4.0 * drift**2, 0.0)
    share = 1.0 / np.minimum(count + 1, _SCATTER_MEMORY)
    surest = math.radians(limits.surest)
    scatter = np.maximum(before.scatter + share * (off**2 - before.scatter), surest**2)
    gain = grown / (grown + scatter)
    return HeadingState(*(
        np.where(usable, smoothed, anew)
        for smoothed, anew in zip(
            (wrap_angle(predicted + gain * off), (1.0 - gain) * grown, scatter, drift),
            fresh, strict=True)
    ))
