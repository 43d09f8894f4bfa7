# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""When two rectangles overlap while one moves past the other: the closed form for one piece.

Two rectangles with fixed headings are apart exactly where they are apart along one of the four
directions of their sides (separating axes; Gottschalk, Lin, Manocha, "OBBTree", SIGGRAPH 1996).
Along one axis the distance of the centres is linear or quadratic in time, so that the times of
overlap along it are known in closed form, and the times of overlap are their intersection.

Touching is no overlap: rectangles count as overlapping from a depth of 1 nm on, so that cars
parked flush are apart on every heading in spite of rounding.

All arrays here are flat over pairs, (m,), with the axes in front where there are any, (4, m).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from icv_v2x.conflict.footprint import Footprint
from icv_v2x.motion.pieces import FloatArray

# Depth from which on rectangles overlap [m].
TOUCH = 1e-9
# Rates below this one move nothing by more than 0.1 nm within a minute: [m/s] and [m/s2].
_SLOWEST = 1e-12


@dataclasses.dataclass(frozen=True)
class SeparatingAxes:
    """The side directions of pairs of rectangles and how near the centres must come along them.

    Attributes:
        cosine: East component of the axes, (4, m).
        sine: North component of the axes, (4, m).
        reach: Distance of the centres along the axis at which the rectangles touch, (4, m) [m].
    """

    cosine: FloatArray
    sine: FloatArray
    reach: FloatArray

    def project(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return the components of vectors (m,) along the axes, (4, m)."""
        projection: FloatArray = x * self.cosine
        projection += y * self.sine
        return projection


def separating_axes(
    first_direction: tuple[FloatArray, FloatArray],
    first: Footprint,
    second_direction: tuple[FloatArray, FloatArray],
    second: Footprint,
) -> SeparatingAxes:
    """Return the separating axes of pairs of rectangles.

    Args:
        first_direction: Cosine and sine of the headings, (m,) or (1,) each.
        first: Sizes, (m,) or (1,).
        second_direction: Cosine and sine of the headings, (m,) or (1,) each.
        second: Sizes, (m,) or (1,).
    """
    (cosine_1, sine_1), (cosine_2, sine_2) = first_direction, second_direction
    along = np.abs(cosine_1 * cosine_2 + sine_1 * sine_2)
    across = np.abs(cosine_1 * sine_2 - sine_1 * cosine_2)
    shape = (4, *np.broadcast_shapes(along.shape, first.length.shape, second.length.shape))
    axes = SeparatingAxes(np.empty(shape), np.empty(shape), np.empty(shape))
    for row, (cosine, sine) in enumerate(
        [
            (cosine_1, sine_1),
            (-sine_1, cosine_1),
            (cosine_2, sine_2),
            (-sine_2, cosine_2),
        ]
    ):
        axes.cosine[row], axes.sine[row] = cosine, sine
    axes.reach[0] = first.length + second.length * along + second.width * across
    axes.reach[1] = first.width + second.width * along + second.length * across
    axes.reach[2] = second.length + first.length * along + first.width * across
    axes.reach[3] = second.width + first.width * along + first.length * across
    reach = axes.reach
    reach *= 0.5
    reach -= TOUCH
    np.maximum(reach, 0.0, out=reach)
    return axes


def linear_overlap(
    axes: SeparatingAxes,
    position: tuple[FloatArray, FloatArray],
    velocity: tuple[FloatArray, FloatArray],
    duration: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return when rectangles overlap in uniform relative motion.

    Args:
        axes: Separating axes of the pairs.
        position: Centre of the second from the first at time 0, (m,) each [m].
        velocity: Velocity of the second relative to the first, (m,) each [m/s].
        duration: End of the piece, (m,) [s].

    Returns:
        Begin and end of the overlap within [0, duration], (m,) each [s]. There is an overlap
        where begin < end; the values mean nothing elsewhere.
    """
    return overlap_along(
        axes.project(*position), axes.project(*velocity), axes.reach, duration)


def overlap_along(
    middle: FloatArray, rate: FloatArray, reach: FloatArray, duration: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """Return when |middle + rate t| < reach holds on all axes, within [0, duration].

    Args:
        middle: Distance of the centres along the axes at time 0, (4, ..., m) [m]; used up.
        rate: Its change, (4, ..., m) [m/s]; used up.
        reach: Distance at which the rectangles touch, (4, ..., m) [m].
        duration: End of the piece, (..., m) or one for all [s].

    Returns:
        Begin and end, (..., m) each [s]. There is an overlap where begin < end; the values mean
        nothing elsewhere.
    """
    # A vanishing rate would need a branch: this small one puts the times far outside instead.
    still = np.abs(rate) < _SLOWEST
    if still.any():
        rate[still] = _SLOWEST
    np.divide(1.0, rate, out=rate)
    middle *= rate
    half = np.abs(rate, out=rate)
    half *= reach
    begin = np.max(-middle - half, axis=0)
    end = np.min(half - middle, axis=0)
    return np.maximum(begin, 0.0), np.minimum(end, duration)


@dataclasses.dataclass(frozen=True)
class _OverlapSets:
    """Times of overlap along each axis: one interval, less an open hole inside it; (4, m) [s]."""

    begin: FloatArray
    end: FloatArray
    hole_begin: FloatArray
    hole_end: FloatArray


def quadratic_overlap(
    axes: SeparatingAxes,
    position: tuple[FloatArray, FloatArray],
    velocity: tuple[FloatArray, FloatArray],
    acceleration: tuple[FloatArray, FloatArray],
    duration: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return when rectangles overlap in uniformly accelerated relative motion.

    Args:
        axes: Separating axes of the pairs.
        position: Centre of the second from the first at time 0, (m,) each [m].
        velocity: Velocity of the second relative to the first at time 0, (m,) each [m/s].
        acceleration: Acceleration of the second relative to the first, (m,) each [m/s2].
        duration: End of the piece, (m,) [s].

    Returns:
        Begin and end of the first overlap within [0, duration] and end of the last one, (m,)
        each [s]. There is an overlap where begin < end; the values mean nothing elsewhere.
    """
    sets = _overlap_sets(
        axes.reach,
        axes.project(*position),
        axes.project(*velocity),
        0.5 * axes.project(*acceleration),
    )
    earliest = np.maximum(sets.begin.max(axis=0), 0.0)
    latest = np.minimum(sets.end.min(axis=0), duration)
    begin, last = earliest, latest
    # Leaving one hole may lead into another, through all four of them at worst.
    for _ in range(len(sets.begin)):
        inside = (sets.hole_begin <= begin) & (begin < sets.hole_end)
        begin = np.maximum(begin, np.where(inside, sets.hole_end, -np.inf).max(axis=0))
        inside = (sets.hole_begin < last) & (last <= sets.hole_end)
        last = np.minimum(last, np.where(inside, sets.hole_begin, np.inf).min(axis=0))
    ahead = np.where(sets.hole_begin >= begin, sets.hole_begin, np.inf).min(axis=0)
    return begin, np.minimum(ahead, latest), last


def _overlap_sets(
    reach: FloatArray, constant: FloatArray, rate: FloatArray, curvature: FloatArray
) -> _OverlapSets:
    """Solve |constant + rate t + curvature t**2| < reach, (4, m) each."""
    mirrored = np.where(curvature < 0.0, -1.0, 1.0)
    constant, rate = constant * mirrored, rate * mirrored
    curvature = np.maximum(np.abs(curvature), _SLOWEST)
    begin, end = _between_roots(constant - reach, rate, curvature)
    hole_begin, hole_end = _between_roots(constant + reach, rate, curvature)
    return _OverlapSets(begin, end, hole_begin, hole_end)


def _between_roots(
    constant: FloatArray, rate: FloatArray, curvature: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where constant + rate t + curvature t**2 < 0 for a curvature > 0.

    Returns:
        The smaller and the larger root; +inf and -inf where the term is nowhere negative.
    """
    discriminant = rate * rate - 4.0 * curvature * constant
    real = discriminant > 0.0
    root = np.sqrt(np.where(real, discriminant, 0.0))
    # The sum of equal signs loses no digits; the other root follows from the product of both.
    stable = -0.5 * (rate + np.copysign(root, rate))
    one = stable / curvature
    other = constant / np.where(stable == 0.0, 1.0, stable)
    lower = np.where(real, np.minimum(one, other), np.inf)
    upper = np.where(real, np.maximum(one, other), -np.inf)
    return lower, upper
