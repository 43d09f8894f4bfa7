# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Positions and headings in the map against geodesics and projections computed elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj

from icv_v2x.frames import MapFrame, Projection, wrap_angle

_GEOD = Geod(ellps='WGS84')
_PLACES = {
    'Beijing': (39.9042, 116.4074), 'Chongqing': (29.5630, 106.5516),
    'Urumqi': (43.8256, 87.6168), 'Sanya': (18.2528, 109.5119), '60 N': (60.0, 117.9),
    'Sydney': (-33.8688, 151.2093),
}
_EVERY_PLACE = pytest.mark.parametrize('place', _PLACES.values(), ids=_PLACES.keys())
_EVERY_PROJECTION = pytest.mark.parametrize('projection', list(Projection))
_AZIMUTHS = np.arange(0.0, 360.0, 15.0)


def _circle(
    place: tuple[float, float], distance: float
) -> tuple[np.ndarray, np.ndarray]:
    count = len(_AZIMUTHS)
    longitude, latitude, _ = _GEOD.fwd(
        np.full(count, place[1]), np.full(count, place[0]), _AZIMUTHS, np.full(count, distance))
    return latitude, longitude


@_EVERY_PLACE
def test_the_tangent_plane_puts_100_m_where_the_geodesic_ends(
    place: tuple[float, float],
) -> None:
    x, y, z = MapFrame(*place).to_map(*_circle(place, 100.0), 0.0)
    azimuth = np.radians(_AZIMUTHS)
    np.testing.assert_allclose(x, 100.0 * np.sin(azimuth), atol=1e-3)
    np.testing.assert_allclose(y, 100.0 * np.cos(azimuth), atol=1e-3)
    np.testing.assert_allclose(z, -(100.0**2) / 2 / 6.37e6, atol=1e-4)


@_EVERY_PLACE
@_EVERY_PROJECTION
def test_headings_are_the_directions_of_short_geodesics(
    place: tuple[float, float], projection: Projection
) -> None:
    frame = MapFrame(*place, 0.0, projection)
    for latitude, longitude in zip(*_circle(place, 5000.0), strict=True):
        here = (float(latitude), float(longitude))
        yaw = frame.heading_to_yaw(np.radians(_AZIMUTHS), *here)
        ahead_x, ahead_y, _ = frame.to_map(*_circle(here, 1.0), 0.0)
        back_x, back_y, _ = frame.to_map(*_circle(here, -1.0), 0.0)
        np.testing.assert_allclose(
            wrap_angle(np.arctan2(ahead_y - back_y, ahead_x - back_x) - yaw), 0.0, atol=1e-6)


@_EVERY_PROJECTION
@given(
    north=st.floats(-30.0, 30.0), east=st.floats(-30.0, 30.0), height=st.floats(-100.0, 4000.0),
    heading=st.floats(0.0, 6.28),
)
def test_positions_and_headings_return_to_where_they_came_from(
    projection: Projection, north: float, east: float, height: float, heading: float
) -> None:
    frame = MapFrame(29.563, 106.5516, 240.0, projection)
    latitude, longitude = 29.563 + north / 111.0, 106.5516 + east / 97.0
    back = frame.to_geodetic(*frame.to_map(latitude, longitude, height))
    np.testing.assert_allclose(np.ravel(back)[:2], (latitude, longitude), rtol=0, atol=1e-9)
    assert back[2][0] == pytest.approx(height, abs=1e-6)
    yaw = frame.heading_to_yaw(heading, latitude, longitude)
    there = frame.yaw_to_heading(yaw, latitude, longitude)
    assert wrap_angle(there - heading)[0] == pytest.approx(0.0, abs=1e-12)


def test_convergence_in_chongqing_is_that_of_its_zone() -> None:
    # 1.55 degrees east of the central meridian of zone 48, at 29.563 north.
    frame = MapFrame(29.563, 106.5516, 0.0, 'utm')
    yaw = frame.heading_to_yaw(0.0, 29.563, 106.5516)
    expected = math.atan(math.tan(math.radians(1.5516)) * math.sin(math.radians(29.563)))
    assert yaw[0] - math.pi / 2 == pytest.approx(expected, rel=1e-3)


def test_grids_are_relative_to_the_origin_and_mgrs_to_its_square() -> None:
    place = (39.9042, 116.4074)
    easting, northing = Proj(proj='utm', zone=50, ellps='WGS84')(place[1], place[0])
    for projection in (Projection.UTM, Projection.TRANSVERSE_MERCATOR):
        x, y, z = MapFrame(*place, 50.0, projection).to_map(*place, 50.0)
        np.testing.assert_allclose((x, y, z), 0.0, atol=1e-6)
    x, y, _ = MapFrame(*place, 50.0, Projection.MGRS).to_map(*place, 50.0)
    assert x[0] == pytest.approx(easting % 100_000.0, abs=1e-6)
    assert y[0] == pytest.approx(northing % 100_000.0, abs=1e-6)


def test_mgrs_continues_beyond_the_edge_of_its_square() -> None:
    frame = MapFrame(39.9042, 116.4074, 0.0, Projection.MGRS)
    edge = frame.to_geodetic([99_999.0, 100_001.0], [10_000.0, 10_000.0], 0.0)
    x, _, _ = frame.to_map(*edge)
    np.testing.assert_allclose(x, [99_999.0, 100_001.0], atol=1e-6)


def test_without_height_the_position_is_that_at_the_altitude_of_the_origin() -> None:
    frame = MapFrame(43.8256, 87.6168, 900.0)
    latitude, longitude = _circle((43.8256, 87.6168), 500.0)
    x, y, z = frame.to_map(latitude, longitude, np.nan)
    level_x, level_y, level_z = frame.to_map(latitude, longitude, 900.0)
    np.testing.assert_array_equal(x, level_x)
    np.testing.assert_array_equal(y, level_y)
    assert np.all(np.isnan(z))
    assert np.all(np.isfinite(level_z))


@_EVERY_PROJECTION
def test_what_is_no_place_on_earth_is_unavailable_and_costs_no_other(
    projection: Projection,
) -> None:
    frame = MapFrame(39.9, 116.4, 0.0, projection)
    latitude = [np.nan, 116.4, 39.9, np.inf, 39.9]
    longitude = [116.4, 39.9, 180.00000001, 116.4, 116.4]
    x, y, _ = frame.to_map(latitude, longitude, 0.0)
    assert np.isnan(x).tolist() == np.isnan(y).tolist() == [True, True, True, True, False]
    yaw = frame.heading_to_yaw(0.0, latitude, longitude)
    assert np.isnan(yaw).tolist() == [True, True, True, True, False]


@_EVERY_PROJECTION
def test_no_points_are_no_error(projection: Projection) -> None:
    frame = MapFrame(39.9, 116.4, 0.0, projection)
    nothing = np.empty(0)
    assert all(len(c) == 0 for c in frame.to_map(nothing, nothing, nothing))
    assert all(len(c) == 0 for c in frame.to_geodetic(nothing, nothing, nothing))
    assert len(frame.heading_to_yaw(nothing, nothing, nothing)) == 0


@pytest.mark.parametrize(('arguments', 'named'), [
    ((116.4, 39.9 + 180.0), '116.4'), ((39.9, 200.0), '200'), ((np.nan, 116.4), 'nan'),
    ((39.9, 116.4, np.inf), 'inf'), ((39.9, 116.4, 0.0, 'mercator'), 'mercator'),
    ((85.0, 116.4, 0.0, 'utm'), '85'),
])
def test_an_impossible_frame_is_refused_with_its_value(
    arguments: tuple[float, ...], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        MapFrame(*arguments)


@given(st.floats(-1e6, 1e6))
def test_wrapped_angles_point_the_same_way(angle: float) -> None:
    wrapped = float(wrap_angle(angle))
    assert -math.pi <= wrapped < math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle), abs=1e-9)
    assert math.sin(wrapped) == pytest.approx(math.sin(angle), abs=1e-9)


def test_a_hair_below_minus_pi_stays_in_range() -> None:
    assert float(wrap_angle(np.nextafter(-math.pi, -10.0))) < math.pi
    assert np.isnan(wrap_angle([np.nan, np.inf])).all()


@pytest.mark.parametrize('projection', list(Projection))
def test_unavailable_yaw_gives_no_heading(projection: Projection) -> None:
    frame = MapFrame(39.9, 116.4, 0.0, projection)
    assert np.isnan(frame.yaw_to_heading([np.nan], [39.9], [116.4])).all()
