# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What road users can be and do: limits of values, usual sizes, usual accuracies."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.vehicle_class import ObjectClass

AREA_RADIUS = 100_000.0
"""Farthest position from the map origin that is believed [m]; swapped coordinates lie farther."""

STANDING_SPEED = 0.3
"""Below this a vehicle stands: the accuracy of speed of GB/T 45315-2025 is 0.28 m/s [m/s]."""

SPEED_MAXIMUM = 100.0
"""Faster than any road vehicle [m/s]; a speed in units of 0.02 m/s taken for m/s is faster."""

ACCELERATION_MAXIMUM = 15.0
"""Beyond what tyres transfer, also the saturated codes of the message: unavailable [m/s2]."""

YAW_RATE_MAXIMUM = 2.0
"""Beyond what a vehicle turns without spinning: unavailable [rad/s]."""

LENGTH_RANGE = (0.2, 40.0)
"""Lengths that are believed; the largest codes of the message lie beyond [m]."""

WIDTH_RANGE = (0.2, 10.0)
"""Widths likewise; the widest mining trucks measure 9.8 m [m]."""

HEIGHT_RANGE = (0.1, 10.0)
"""Heights likewise [m]."""

# Radius that holds 68 % and 95 % of a round two-dimensional normal distribution, in sigma.
_RADIUS_68 = math.sqrt(-2.0 * math.log(1.0 - 0.68))
_RADIUS_95 = math.sqrt(-2.0 * math.log(1.0 - 0.95))
_TWO_SIDED_95 = 1.959964

POSITION_DEVIATION = 1.5 / _RADIUS_68
"""1 sigma per axis of the 1.5 m (68 %) that GB/T 45315-2025 asks of senders [m]."""

POSITION_DEVIATION_MINIMUM = 0.1
"""No receiver on a vehicle is better than this, whatever the message claims [m]."""

SPEED_DEVIATION = 0.28
"""1 sigma, GB/T 45315-2025 (68 %) [m/s]."""

_HEADING_DEVIATION_SLOW = math.radians(3.0)
_HEADING_DEVIATION_FAST = math.radians(2.0)
_HEADING_FAST_SPEED = 45.0 / 3.6

# Length, width, height [m]. Where GB 1589-2016 limits a kind of vehicle, its usual full size.
_SIZES = {
    ObjectClass.UNKNOWN: (4.8, 1.9, 1.6),
    ObjectClass.CAR: (4.8, 1.9, 1.6),
    ObjectClass.VAN: (5.9, 2.1, 2.5),
    ObjectClass.TRUCK: (12.0, 2.55, 3.8),
    ObjectClass.BUS: (12.0, 2.55, 3.2),
    ObjectClass.MOTORCYCLE: (2.2, 0.9, 1.5),
    ObjectClass.CYCLIST: (1.9, 0.7, 1.7),
    ObjectClass.PEDESTRIAN: (0.6, 0.6, 1.7),
    ObjectClass.EMERGENCY: (6.0, 2.1, 2.6),
    ObjectClass.SPECIAL: (8.0, 2.5, 3.0),
    ObjectClass.TRICYCLE: (3.2, 1.4, 1.8),
    ObjectClass.ANIMAL: (1.5, 0.6, 1.2),
    ObjectClass.OBSTACLE: (1.0, 1.0, 1.0),
    ObjectClass.TRAILER: (8.0, 2.55, 3.5),
}
_SIZE_TABLE = np.array([_SIZES[kind] for kind in ObjectClass])


def with_usual_size(
    length: NDArray[np.float64],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    object_class: NDArray[np.uint8],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return sizes, those of the class where the sender gave none.

    Args:
        length: (n,) [m], NaN where not given.
        width: (n,) [m], likewise.
        height: (n,) [m], likewise.
        object_class: (n,) values of `ObjectClass`.

    Returns:
        Length, width, height, never NaN [m].
    """
    known = np.where(object_class < len(_SIZE_TABLE), object_class, int(ObjectClass.UNKNOWN))
    usual = _SIZE_TABLE[known]
    return (
        np.where(np.isnan(length), usual[:, 0], length),
        np.where(np.isnan(width), usual[:, 1], width),
        np.where(np.isnan(height), usual[:, 2], height),
    )


def within(
    value: NDArray[np.float64], minimum: float, maximum: float
) -> NDArray[np.float64]:
    """Return the values, NaN where they lie outside the range."""
    return np.where((value >= minimum) & (value <= maximum), value, np.nan)


def implausible_size(
    length: NDArray[np.float64], width: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which sizes no vehicle has: out of range, or wider than long.

    Args:
        length: (n,) [m], NaN where not given.
        width: (n,) [m], likewise.

    Returns:
        (n,) mask.
    """
    return (
        (length < LENGTH_RANGE[0]) | (length > LENGTH_RANGE[1])
        | (width < WIDTH_RANGE[0]) | (width > WIDTH_RANGE[1]) | (width > length)
    )


def heading_deviation(speed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the accuracy of heading that GB/T 45315-2025 asks of senders.

    Args:
        speed: (n,) [m/s].

    Returns:
        1 sigma: 3 degrees up to 45 km/h, 2 degrees above (n,) [rad].
    """
    slow = np.abs(speed) <= _HEADING_FAST_SPEED
    return np.where(slow, _HEADING_DEVIATION_SLOW, _HEADING_DEVIATION_FAST)


def deviation_of_interval(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 sigma of a value that lies within +- confidence with 95 %."""
    return confidence / _TWO_SIDED_95


def deviation_of_radius(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 sigma per axis of a position that lies within the radius with 95 %."""
    return confidence / _RADIUS_95
