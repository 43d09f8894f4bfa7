# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Datums in use in China, to WGS-84 and back."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

# Constants of the public GCJ-02 formula: Krasovsky 1940 ellipsoid.
_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
# Where the offset applies: the rectangle of the public formula, latitude then longitude [deg].
_CHINA = ((0.8293, 55.8271), (72.004, 137.8347))
_INVERSE_TOLERANCE = 1e-11
_INVERSE_STEPS = 20


class Datum(str, Enum):
    """Datum of a latitude and longitude."""

    WGS84 = 'wgs84'
    CGCS2000 = 'cgcs2000'
    GCJ02 = 'gcj02'


def to_wgs84(latitude: ArrayLike, longitude: ArrayLike, datum: Datum | str) -> Coordinates:
    """Return WGS-84 coordinates of positions given in a datum.

    Args:
        latitude: Any shape [deg].
        longitude: Same shape [deg].
        datum: Datum of the input.

    Returns:
        Latitude and longitude [deg].

    Raises:
        ValueError: The datum is unknown.
    """
    return _TO_WGS84[Datum(datum)](latitude, longitude)


def from_wgs84(latitude: ArrayLike, longitude: ArrayLike, datum: Datum | str) -> Coordinates:
    """Return coordinates in a datum of positions given in WGS-84; the inverse of `to_wgs84`."""
    return _FROM_WGS84[Datum(datum)](latitude, longitude)


def cgcs2000_to_wgs84(latitude: ArrayLike, longitude: ArrayLike) -> Coordinates:
    """Return the coordinates unchanged.

    The ellipsoids differ by less than 1 mm. The frames drift apart with the plates, 3 to 4 cm a
    year since epoch 2000; that is not corrected, since no message carries its epoch.
    """
    return _as_arrays(latitude, longitude)


def wgs84_to_cgcs2000(latitude: ArrayLike, longitude: ArrayLike) -> Coordinates:
    """Return the coordinates unchanged, see `cgcs2000_to_wgs84`."""
    return _as_arrays(latitude, longitude)


def wgs84_to_gcj02(latitude: ArrayLike, longitude: ArrayLike) -> Coordinates:
    """Return GCJ-02 coordinates, up to 700 m off the true ones.

    Outside the rectangle 0.8293 to 55.8271 north, 72.004 to 137.8347 east the input is returned
    unchanged, as the public formula does.

    Args:
        latitude: WGS-84, any shape [deg].
        longitude: Same shape [deg].

    Returns:
        Latitude and longitude [deg].
    """
    latitude, longitude = _as_arrays(latitude, longitude)
    inside = _in_china(latitude, longitude)
    offset_latitude, offset_longitude = _offset(latitude, longitude)
    return (
        np.where(inside, latitude + offset_latitude, latitude),
        np.where(inside, longitude + offset_longitude, longitude),
    )


def gcj02_to_wgs84(latitude: ArrayLike, longitude: ArrayLike) -> Coordinates:
    """Return WGS-84 coordinates of GCJ-02 ones, by fixed-point iteration.

    The offset changes by less than 1 % of the way between two points, so that each step gains
    two decimals; the result satisfies `wgs84_to_gcj02` to 1e-9 deg. A position outside the
    rectangle of `wgs84_to_gcj02` is returned unchanged.

    Args:
        latitude: GCJ-02, any shape [deg].
        longitude: Same shape [deg].

    Returns:
        Latitude and longitude [deg].
    """
    latitude, longitude = _as_arrays(latitude, longitude)
    inside = _in_china(latitude, longitude)
    true_latitude, true_longitude = latitude, longitude
    for _ in range(_INVERSE_STEPS):
        offset_latitude, offset_longitude = _offset(true_latitude, true_longitude)
        next_latitude = latitude - offset_latitude
        next_longitude = longitude - offset_longitude
        change = np.maximum(
            np.abs(next_latitude - true_latitude), np.abs(next_longitude - true_longitude)
        )
        true_latitude, true_longitude = next_latitude, next_longitude
        if not np.any(change[inside] > _INVERSE_TOLERANCE):
            break
    return np.where(inside, true_latitude, latitude), np.where(inside, true_longitude, longitude)


def _as_arrays(latitude: ArrayLike, longitude: ArrayLike) -> Coordinates:
    return np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)


def _in_china(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.bool_]:
    (south, north), (west, east) = _CHINA
    return (
        (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
    )


def _offset(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Coordinates:
    """Return the GCJ-02 offset at WGS-84 positions [deg], by the public formula."""
    x = longitude - 105.0
    y = latitude - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
        + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
        + (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    )
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
        + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
        + (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    )
    sine = np.sin(np.radians(latitude))
    curvature = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    meridian_radius = _SEMI_MAJOR * (1.0 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_radius = _SEMI_MAJOR / np.sqrt(curvature) * np.cos(np.radians(latitude))
    return np.degrees(north / meridian_radius), np.degrees(east / parallel_radius)


_TO_WGS84 = {
    Datum.WGS84: _as_arrays,
    Datum.CGCS2000: cgcs2000_to_wgs84,
    Datum.GCJ02: gcj02_to_wgs84,
}
_FROM_WGS84 = {
    Datum.WGS84: _as_arrays,
    Datum.CGCS2000: wgs84_to_cgcs2000,
    Datum.GCJ02: wgs84_to_gcj02,
}
