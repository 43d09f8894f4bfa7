# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Distances along the ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

_ELLIPSOID = Geod(ellps='WGS84')


def ground_distance(
    latitude: ArrayLike, longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Return how far places lie apart on the WGS-84 ellipsoid, at any distance.

    Args:
        latitude: (n,) [deg].
        longitude: (n,) [deg].
        to_latitude: (n,) [deg].
        to_longitude: (n,) [deg].

    Returns:
        (n,) [m], NaN where one of them is no place on earth.
    """
    places = [
        np.asarray(value, dtype=np.float64)
        for value in (latitude, longitude, to_latitude, to_longitude)]
    known = np.ones(len(places[0]), dtype=np.bool_)
    for value, most in zip(places, (90.0, 180.0, 90.0, 180.0), strict=True):
        known &= np.abs(value) <= most
    distance = np.full(len(known), np.nan)
    if known.any():
        north, east, to_north, to_east = (value[known] for value in places)
        distance[known] = _ELLIPSOID.inv(east, north, to_east, to_north)[2]
    return distance
