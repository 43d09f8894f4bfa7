# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The rectangle an object covers on the ground, and its corners at a place and heading."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import FloatArray

CORNER_TOLERANCE = 1e-6
"""Corners this near to another rectangle touch it [m]."""

# Corners counter-clockwise from the front left one, in half lengths and half widths.
_CORNER_LENGTHS = np.array([1.0, -1.0, -1.0, 1.0])
_CORNER_WIDTHS = np.array([1.0, 1.0, -1.0, -1.0])


@dataclasses.dataclass(frozen=True)
class Footprint:
    """Sizes of the rectangles of n objects, each centred on the position of its motion.

    Attributes:
        length: Extent along the heading, (n,) [m].
        width: Extent across the heading, (n,) [m].
    """

    length: FloatArray
    width: FloatArray

    @classmethod
    def of(cls, length: npt.ArrayLike, width: npt.ArrayLike) -> Footprint:
        """Return footprints from anything array-like, also of one object.

        Args:
            length: Extent along the heading, (n,) or one value [m].
            width: Extent across the heading, (n,) or one value [m].

        Raises:
            ValueError: A size is negative.
        """
        sizes = np.broadcast_arrays(
            np.atleast_1d(np.asarray(length, dtype=np.float64)),
            np.atleast_1d(np.asarray(width, dtype=np.float64)),
        )
        for name, values in zip(('length', 'width'), sizes, strict=True):
            if np.any(values < 0.0):
                raise ValueError(f'{name} is {np.nanmin(values)} m, expected 0 or more')
        return cls(sizes[0], sizes[1])

    def __len__(self) -> int:
        """Return the number of objects n."""
        return int(self.length.shape[0])

    @property
    def radius(self) -> FloatArray:
        """Radius of the circle about each rectangle, (n,) [m]."""
        return 0.5 * np.hypot(self.length, self.width)

    def take(self, rows: npt.ArrayLike) -> Footprint:
        """Return the footprints of the chosen objects.

        Args:
            rows: Indices (m,) or mask (n,) of the objects.
        """
        index = np.asarray(rows)
        return Footprint(self.length[index], self.width[index])

    def grown_by(self, along: npt.ArrayLike, across: npt.ArrayLike) -> Footprint:
        """Return footprints that are larger on every side.

        Args:
            along: Margin at the front and at the rear, (n,) or one value [m].
            across: Margin at either side, (n,) or one value [m].
        """
        return Footprint.of(
            self.length + 2.0 * np.asarray(along, dtype=np.float64),
            self.width + 2.0 * np.asarray(across, dtype=np.float64),
        )


def corners(
    x: FloatArray, y: FloatArray, heading: FloatArray, footprint: Footprint
) -> tuple[FloatArray, FloatArray]:
    """Return the corners of the rectangles, counter-clockwise from the front left one.

    Args:
        x: Centres, east, (n,) [m].
        y: Centres, north, (n,) [m].
        heading: Orientations, (n,) [rad].
        footprint: Sizes, (n,).

    Returns:
        East and north of the corners, (n, 4) each [m].
    """
    along = 0.5 * footprint.length[:, np.newaxis] * _CORNER_LENGTHS
    across = 0.5 * footprint.width[:, np.newaxis] * _CORNER_WIDTHS
    cosine, sine = np.cos(heading)[:, np.newaxis], np.sin(heading)[:, np.newaxis]
    return (
        x[:, np.newaxis] + along * cosine - across * sine,
        y[:, np.newaxis] + along * sine + across * cosine,
    )


def overlap_point(
    first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return a point that two touching or overlapping rectangles share.

    It is the mean of the corners that lie in the other rectangle: the touching corner at a first
    contact, the middle of the common stretch where sides meet flush. Only rectangles that overlap
    like a cross have no such corner; there it is the mean of the points where the sides cross.

    Args:
        first: Corners of the first rectangles, counter-clockwise, (n, 4) each [m].
        second: Corners of the second rectangles, likewise.

    Returns:
        East and north, (n,) each [m]; NaN where the rectangles are apart.
    """
    x, y = np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])
    count = len(first[0])
    inside = _inside(
        x, y, np.concatenate([second[0], first[0]]), np.concatenate([second[1], first[1]])
    )
    weight = np.concatenate([inside[:count], inside[count:]], axis=1)
    x, y = (np.concatenate([v[:count], v[count:]], axis=1) for v in (x, y))
    crossed = ~weight.any(axis=1)
    if crossed.any():
        x, y, weight = (np.hstack([values, np.zeros((count, 8))]) for values in (x, y, weight))
        rows = [(part[0][crossed], part[1][crossed]) for part in (first, second)]
        x[crossed], y[crossed], weight[crossed] = _crossings(rows[0], rows[1])
    total = weight.sum(axis=1, dtype=np.float64)
    total[total == 0.0] = np.nan
    return (x * weight).sum(axis=1) / total, (y * weight).sum(axis=1) / total


def _inside(
    x: FloatArray,
    y: FloatArray,
    rectangle_x: FloatArray,
    rectangle_y: FloatArray,
) -> npt.NDArray[np.bool_]:
    """Return which points (n, 4) lie in the rectangles (n, 4) or touch them."""
    # Along its side from the third corner, a point inside has a share between 0 and 1.
    offset_x, offset_y = x - rectangle_x[:, 2:3], y - rectangle_y[:, 2:3]
    inside = np.ones(x.shape, dtype=np.bool_)
    for corner in (1, 3):
        side_x = rectangle_x[:, corner : corner + 1] - rectangle_x[:, 2:3]
        side_y = rectangle_y[:, corner : corner + 1] - rectangle_y[:, 2:3]
        square = side_x * side_x + side_y * side_y
        length = np.sqrt(square)
        along = offset_x * side_x + offset_y * side_y
        # What has no area holds no corners; its own may yet lie in the other rectangle.
        edge = CORNER_TOLERANCE * length
        inside &= (along > -edge) & (along < square + edge)
    return inside


def _crossings(
    first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return where the sides of two quadrangles cross, (n, 16), and which of these exist."""
    start_x, start_y = (values[:, :, np.newaxis] for values in first)
    side_x, side_y = (
        np.roll(v, -1, axis=1)[:, :, np.newaxis] - v[:, :, np.newaxis] for v in first
    )
    other_x, other_y = (values[:, np.newaxis, :] for values in second)
    across_x, across_y = (
        np.roll(v, -1, axis=1)[:, np.newaxis, :] - v[:, np.newaxis, :] for v in second
    )
    area = side_x * across_y - side_y * across_x
    scale = np.hypot(side_x, side_y) * np.hypot(across_x, across_y)
    crossing = np.abs(area) > 1e-9 * scale
    divisor = np.where(crossing, area, 1.0)
    gap_x, gap_y = other_x - start_x, other_y - start_y
    on_first = (gap_x * across_y - gap_y * across_x) / divisor
    on_second = (gap_x * side_y - gap_y * side_x) / divisor
    valid = crossing & (on_first >= 0) & (on_first <= 1) & (on_second >= 0) & (on_second <= 1)
    count = len(area)
    return (
        (start_x + on_first * side_x).reshape(count, 16),
        (start_y + on_first * side_y).reshape(count, 16),
        valid.reshape(count, 16),
    )
