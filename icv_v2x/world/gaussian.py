# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Estimates of one place combined by their uncertainty, many at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Place = tuple[Floats, Floats]
Variance = tuple[Floats, Floats, Floats]

# Least variance that is believed [m2], so that the inverse is sound.
_LEAST = 1e-4


def information(variance: Variance) -> Variance:
    """Return the inverse of covariances.

    Args:
        variance: xx, xy and yy, (n,) each [m2].

    Returns:
        xx, xy and yy of the inverse [1/m2].
    """
    xx, yy = np.maximum(variance[0], _LEAST), np.maximum(variance[2], _LEAST)
    # Rounding must not make an ellipse of no width.
    xy = np.clip(variance[1], -0.99 * np.sqrt(xx * yy), 0.99 * np.sqrt(xx * yy))
    determinant = xx * yy - xy**2
    return yy / determinant, -xy / determinant, xx / determinant


def combined(
    first: Place, first_variance: Variance, second: Place, second_variance: Variance,
) -> tuple[Place, Variance]:
    """Return the best estimate from two independent ones.

    Args:
        first: x and y, (n,) each [m].
        first_variance: xx, xy and yy, (n,) each [m2].
        second: Likewise.
        second_variance: Likewise.

    Returns:
        Place and variance.
    """
    one, other = information(first_variance), information(second_variance)
    xx, xy, yy = (a + b for a, b in zip(one, other, strict=True))
    variance = information((xx, xy, yy))
    # From the first one, so that large coordinates lose no digits.
    east, north = second[0] - first[0], second[1] - first[1]
    weighted = other[0] * east + other[1] * north, other[1] * east + other[2] * north
    return (
        first[0] + variance[0] * weighted[0] + variance[1] * weighted[1],
        first[1] + variance[1] * weighted[0] + variance[2] * weighted[1],
    ), variance
