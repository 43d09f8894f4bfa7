# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Distances along the ground: those of the ellipsoid, whatever the direction and how far."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.frames import MapFrame, ground_distance

LATITUDE, LONGITUDE = st.floats(-85.0, 85.0), st.floats(-179.0, 179.0)


def one(*place: float) -> float:
    return float(ground_distance(*(np.array([value]) for value in place))[0])


def test_known_distances_come_out() -> None:
    # A degree of the equator, and a quarter of the meridian of WGS-84.
    assert one(0.0, 10.0, 0.0, 11.0) == pytest.approx(111_319.491, abs=0.001)
    assert one(0.0, 50.0, 90.0, 50.0) == pytest.approx(10_001_965.729, abs=0.001)


@given(LATITUDE, LONGITUDE, st.floats(-2000.0, 2000.0), st.floats(-2000.0, 2000.0))
def test_near_by_it_is_the_distance_in_the_map(
    latitude: float, longitude: float, east: float, north: float,
) -> None:
    there = MapFrame(latitude, longitude).to_geodetic(east, north, 0.0)
    assert one(latitude, longitude, float(there[0][0]), float(there[1][0])) == pytest.approx(
        math.hypot(east, north), abs=0.01)


@pytest.mark.parametrize('place', [
    (math.nan, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, math.nan), (91.0, 0.0, 0.0, 0.0),
    (0.0, 181.0, 0.0, 0.0), (0.0, math.inf, 0.0, 0.0),
])
def test_what_is_no_place_on_earth_has_no_distance(place: tuple[float, ...]) -> None:
    assert math.isnan(one(*place))


def test_nobody_is_nowhere() -> None:
    assert len(ground_distance([], [], [], [])) == 0
