# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Datums against published pairs, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from icv_v2x.frames import Datum, from_wgs84, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02

_GEOD = Geod(ellps='WGS84')


def test_gcj02_matches_the_published_pair_in_beijing() -> None:
    latitude, longitude = wgs84_to_gcj02(39.90105, 116.42079)
    assert latitude == pytest.approx(39.902446, abs=1e-6)
    assert longitude == pytest.approx(116.427022, abs=1e-6)


@pytest.mark.parametrize(('place', 'offset'), [
    ((39.90105, 116.42079), 554), ((31.2304, 121.4737), 482), ((23.1291, 113.2644), 621),
    ((30.5728, 104.0668), 363), ((45.8038, 126.5350), 514), ((43.8256, 87.6168), 265),
])
def test_gcj02_is_off_by_the_distance_known_for_the_city(
    place: tuple[float, float], offset: float
) -> None:
    latitude, longitude = wgs84_to_gcj02(*place)
    distance = _GEOD.inv(place[1], place[0], float(longitude), float(latitude))[2]
    # The centres of the cities are named here to a few hundred metres only.
    assert distance == pytest.approx(offset, rel=0.03)


@given(st.floats(1.0, 55.0), st.floats(73.0, 137.0))
def test_gcj02_returns_to_where_it_came_from(latitude: float, longitude: float) -> None:
    back = gcj02_to_wgs84(*wgs84_to_gcj02(latitude, longitude))
    np.testing.assert_allclose(back, (latitude, longitude), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize('place', [(48.85, 2.35), (-33.9, 151.2), (0.0, 0.0), (60.0, 100.0)])
def test_gcj02_leaves_places_outside_china_alone(place: tuple[float, float]) -> None:
    assert tuple(map(float, wgs84_to_gcj02(*place))) == place
    assert tuple(map(float, gcj02_to_wgs84(*place))) == place


def test_unavailable_positions_stay_unavailable_and_cost_no_other() -> None:
    latitude, longitude = gcj02_to_wgs84([np.nan, 39.902446], [116.4, 116.427022])
    assert np.isnan(latitude[0])
    assert latitude[1] == pytest.approx(39.90105, abs=1e-6)
    assert longitude[1] == pytest.approx(116.42079, abs=1e-6)


@pytest.mark.parametrize('datum', list(Datum))
def test_every_datum_converts_in_and_out(datum: Datum) -> None:
    latitude, longitude = np.array([29.56, 43.8]), np.array([106.55, 87.6])
    back = from_wgs84(*to_wgs84(latitude, longitude, datum), datum.value)
    np.testing.assert_allclose(back, (latitude, longitude), rtol=0.0, atol=1e-9)


def test_cgcs2000_is_the_same_within_a_millimetre() -> None:
    assert tuple(map(float, to_wgs84(39.9, 116.4, 'cgcs2000'))) == (39.9, 116.4)


def test_an_unknown_datum_is_named() -> None:
    with pytest.raises(ValueError, match='bd09'):
        to_wgs84(39.9, 116.4, 'bd09')
