# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How likely two footprints overlap, given how sure their positions, speeds and courses are.

About a moment (that of the contact or of the closest approach) both motions are taken as uniform
and the relative position as Gaussian. Seen along the relative velocity, the footprints meet if
the error brings the miss distance below half the width of both together, and if the meeting falls
into the time looked at. Both are taken as independent, and the octagon of both footprints as the
box about it along the relative velocity, which makes the result a little high at its corners.
Grazing by the side has the probability 0.5, deep overlap nearly 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from icv_v2x.conflict.footprint import Footprint
from icv_v2x.conflict.swept import pair_count
from icv_v2x.motion.pieces import FloatArray, PiecewiseMotion, state_at, stretched
from icv_v2x.motion.uncertainty import MotionUncertainty, covariance_at

# Nothing is known better than this; it turns a sure graze into 0.5 instead of 0 / 0 [m].
_SUREST = 1e-6


def overlap_probability(
    first: PiecewiseMotion,
    first_footprint: Footprint,
    first_uncertainty: MotionUncertainty,
    second: PiecewiseMotion,
    second_footprint: Footprint,
    second_uncertainty: MotionUncertainty,
    time: npt.ArrayLike,
) -> FloatArray:
    """Return the probability that pairs of moving footprints overlap within their common time.

    Args:
        first: Motion of n objects, or of one that is paired with each of the second.
        first_footprint: Its sizes, (n,) or (1,).
        first_uncertainty: Its errors, (n,) or (1,).
        second: Motion of n objects, or of one.
        second_footprint: Its sizes, (n,) or (1,).
        second_uncertainty: Its errors, (n,) or (1,).
        time: Moment of contact or closest approach about which the motions are taken as uniform,
            (n,) [s]; NaN stands for no approach at all and gives 0.

    Returns:
        Probability from 0 to 1, (n,).
    """
    count = pair_count(first, first_footprint, second, second_footprint)
    moments = stretched(np.asarray(time, dtype=np.float64), (count,))
    probability = np.zeros(count)
    rows = np.flatnonzero(np.isfinite(moments))
    if not len(rows):
        return probability
    moments = moments[rows]
    states, covariances, sizes = [], [], []
    for motion, footprint, uncertainty in (
        (first, first_footprint, first_uncertainty),
        (second, second_footprint, second_uncertainty),
    ):
        all_rows = len(rows) == count
        part = motion if all_rows or len(motion) == 1 else motion.take(rows)
        one = all_rows or len(uncertainty.speed) == 1
        errors = uncertainty if one else uncertainty.take(rows)
        sizes.append(footprint if all_rows or len(footprint) == 1 else footprint.take(rows))
        states.append(state_at(part, moments))
        covariances.append(covariance_at(part, errors, moments, state=states[-1]))
    offset_x, offset_y = states[1].x - states[0].x, states[1].y - states[0].y
    rate_x = states[1].velocity_x - states[0].velocity_x
    rate_y = states[1].velocity_y - states[0].velocity_y
    speed = np.hypot(rate_x, rate_y)
    # Without relative motion any direction does: that of the first footprint is the sharpest.
    direction = np.where(speed > 0.0, np.arctan2(rate_y, rate_x), states[0].heading)
    cosine, sine = np.cos(direction), np.sin(direction)
    half_along, half_across = np.zeros(len(rows)), np.zeros(len(rows))
    for state, size in zip(states, sizes, strict=True):
        turn = state.heading - direction
        turn_cosine, turn_sine = np.abs(np.cos(turn)), np.abs(np.sin(turn))
        half_along += 0.5 * (size.length * turn_cosine + size.width * turn_sine)
        half_across += 0.5 * (size.length * turn_sine + size.width * turn_cosine)
    covariance = covariances[0] + covariances[1]
    across = between(
        offset_y * cosine - offset_x * sine,
        covariance.along_axis(-sine, cosine),
        -half_across,
        half_across,
    )
    start = np.maximum(first.start_time[..., 0], second.start_time[..., 0])
    if start.ndim:
        start = stretched(start, (count,))[rows]
    end = min(first.end_time, second.end_time)
    along = between(
        offset_x * cosine + offset_y * sine,
        covariance.along_axis(cosine, sine),
        -half_along - speed * (end - moments),
        half_along + speed * (moments - start),
    )
    probability[rows] = np.nan_to_num(across * along, nan=0.0)
    return probability


def between(
    mean: FloatArray, deviation: FloatArray, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    """Return the probability that a Gaussian value lies between two bounds, (n,)."""
    deviation = np.maximum(deviation, _SUREST)
    # Symmetric about the middle, so that both bounds keep their digits in the same tail.
    middle, half = 0.5 * (lower + upper), 0.5 * (upper - lower)
    offset = np.abs(mean - middle)
    inner: FloatArray = ndtr((half - offset) / deviation) - ndtr((-half - offset) / deviation)
    return inner
