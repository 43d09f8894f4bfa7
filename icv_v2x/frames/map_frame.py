# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The map frame: from latitude, longitude and height to metres and back, and headings in it."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj, Transformer
from pyproj.enums import TransformDirection

from icv_v2x.frames.angles import wrap_angle

Points = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

# Scale on the central meridian, of UTM and of the transverse Mercator projection that Autoware
# lays through its map origin.
_SCALE = 0.9996
_MGRS_SQUARE = 100_000.0
_UTM_ZONE_WIDTH = 6.0
_UTM_LATITUDES = (-80.0, 84.0)


class Projection(str, Enum):
    """How latitude and longitude become map coordinates (parameter `map_projection`)."""

    LOCAL_TANGENT_PLANE = 'local_tangent_plane'
    UTM = 'utm'
    TRANSVERSE_MERCATOR = 'transverse_mercator'
    MGRS = 'mgrs'


class MapFrame:
    """Map coordinates around an origin on the WGS-84 ellipsoid; x east, y north, z up.

    `local_tangent_plane`: the plane that touches the ellipsoid at the origin; x, y, z are exact
    Cartesian coordinates. `transverse_mercator`: grid around the meridian of the origin, scale
    0.9996. `utm`: grid of the zone that the origin lies in (regular zones of 6 degrees); y is
    grid north. Both give x, y relative to the projected origin. `mgrs`: easting and northing of
    UTM within the 100 km square of the origin, continued beyond its edges, as Autoware does.

    In the three grids x and y are grid metres: up to 0.04 % shorter than true ones on the
    central meridian. z is the height above `origin_altitude` in the grids, so that a map with
    absolute heights takes an altitude of 0; in the tangent plane it is the Cartesian z, which
    sinks below the ellipsoid's surface with the square of the distance (7.8 cm at 1 km).

    Attributes:
        origin_latitude: [deg].
        origin_longitude: [deg].
        origin_altitude: [m] above the ellipsoid.
        projection: How latitude and longitude become map coordinates.
    """

    def __init__(
        self,
        origin_latitude: float,
        origin_longitude: float,
        origin_altitude: float = 0.0,
        projection: Projection | str = Projection.LOCAL_TANGENT_PLANE,
    ) -> None:
        """Build the transformations of the frame.

        Args:
            origin_latitude: WGS-84 latitude of the origin [deg].
            origin_longitude: WGS-84 longitude of the origin [deg].
            origin_altitude: Height of the origin above the ellipsoid [m].
            projection: A `Projection` or its name.

        Raises:
            ValueError: The origin is no place on earth, the projection is unknown, or it does
                not reach the origin.
        """
        if not (abs(origin_latitude) <= 90.0 and abs(origin_longitude) <= 180.0):
            raise ValueError(
                f'map origin {origin_latitude}, {origin_longitude} is no place on earth; latitude '
                'takes -90 to 90 deg, longitude -180 to 180 deg'
            )
        if not math.isfinite(origin_altitude):
            raise ValueError(f'map origin altitude {origin_altitude} m must be finite')
        self.origin_latitude = float(origin_latitude)
        self.origin_longitude = float(origin_longitude)
        self.origin_altitude = float(origin_altitude)
        self.projection = Projection(projection)
        self._grid: Proj | None = None
        self._offset = (0.0, 0.0)
        if self.projection is Projection.LOCAL_TANGENT_PLANE:
            self._topocentric = Transformer.from_pipeline(
                '+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad '
                '+step +proj=cart +ellps=WGS84 '
                f'+step +proj=topocentric +ellps=WGS84 +lat_0={self.origin_latitude!r} '
                f'+lon_0={self.origin_longitude!r} +h_0={self.origin_altitude!r}'
            )
        else:
            self._grid = self._make_grid()
            easting, northing = self._grid(self.origin_longitude, self.origin_latitude)
            if self.projection is Projection.MGRS:
                self._offset = (
                    math.floor(easting / _MGRS_SQUARE) * _MGRS_SQUARE,
                    math.floor(northing / _MGRS_SQUARE) * _MGRS_SQUARE,
                )
            else:
                self._offset = (easting, northing)

    def to_map(self, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike) -> Points:
        """Return map coordinates.

        Args:
            latitude: WGS-84, any shape [deg].
            longitude: Same shape [deg].
            height: Above the ellipsoid, same shape or one value [m]; where it is NaN, x and y
                are those at the altitude of the origin and z is NaN.

        Returns:
            x, y, z [m], at least one-dimensional; NaN where the position is not on earth.
        """
        latitude, longitude, height = _broadcast(latitude, longitude, height)
        valid = (np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0)
        known = np.isfinite(height)
        latitude = np.where(valid, latitude, self.origin_latitude)
        longitude = np.where(valid, longitude, self.origin_longitude)
        if self._grid is None:
            level = np.where(known, height, self.origin_altitude)
            x, y, z = self._topocentric.transform(longitude, latitude, level)
        else:
            x, y = self._grid(longitude, latitude)
            x, y = x - self._offset[0], y - self._offset[1]
            z = height - self.origin_altitude
        valid &= np.isfinite(x) & np.isfinite(y)
        return (
            np.where(valid, x, np.nan),
            np.where(valid, y, np.nan),
            np.where(valid & known, z, np.nan),
        )

    def to_geodetic(self, x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Points:
        """Return geodetic coordinates of points in the map.

        Args:
            x: Any shape [m].
            y: Same shape [m].
            z: Same shape or one value [m]; where it is NaN, the point is taken at z = 0 and the
                height is NaN.

        Returns:
            Latitude [deg], longitude [deg], height above the ellipsoid [m], at least
            one-dimensional; NaN where x or y is not finite.
        """
        x, y, z = _broadcast(x, y, z)
        valid = np.isfinite(x) & np.isfinite(y)
        known = np.isfinite(z)
        x, y = np.where(valid, x, 0.0), np.where(valid, y, 0.0)
        if self._grid is None:
            longitude, latitude, height = self._topocentric.transform(
                x, y, np.where(known, z, 0.0), direction=TransformDirection.INVERSE
            )
        else:
            longitude, latitude = self._grid(
                x + self._offset[0], y + self._offset[1], inverse=True
            )
            height = z + self.origin_altitude
        valid &= np.isfinite(longitude) & np.isfinite(latitude)
        return (
            np.where(valid, latitude, np.nan),
            np.where(valid, longitude, np.nan),
            np.where(valid & known, height, np.nan),
        )

    def heading_to_yaw(
        self, heading: ArrayLike, latitude: ArrayLike, longitude: ArrayLike
    ) -> NDArray[np.float64]:
        """Return yaw in the map of headings at given places.

        Args:
            heading: Clockwise from true north, any shape [rad].
            latitude: Where the heading was taken, WGS-84, same shape [deg].
            longitude: Same shape [deg].

        Returns:
            Counter-clockwise from the map's x axis, in [-pi, pi) [rad], at least
            one-dimensional; NaN where an input is unavailable.
        """
        heading, latitude, longitude = _broadcast(heading, latitude, longitude)
        if self._grid is not None:
            return wrap_angle(np.pi / 2 - heading + self._convergence(latitude, longitude))
        (east_x, north_x), (east_y, north_y) = self._horizontal_axes(latitude, longitude)
        sine, cosine = np.sin(heading), np.cos(heading)
        return wrap_angle(
            np.arctan2(sine * east_y + cosine * north_y, sine * east_x + cosine * north_x)
        )

    def yaw_to_heading(
        self, yaw: ArrayLike, latitude: ArrayLike, longitude: ArrayLike
    ) -> NDArray[np.float64]:
        """Return headings of yaws in the map; the inverse of `heading_to_yaw`.

        Args:
            yaw: Counter-clockwise from the map's x axis, any shape [rad].
            latitude: Of the place, WGS-84, same shape [deg].
            longitude: Same shape [deg].

        Returns:
            Clockwise from true north, in [0, 2 pi) [rad], at least one-dimensional; NaN where an
            input is unavailable.
        """
        yaw, latitude, longitude = _broadcast(yaw, latitude, longitude)
        if self._grid is not None:
            heading = np.pi / 2 - yaw + self._convergence(latitude, longitude)
        else:
            (east_x, north_x), (east_y, north_y) = self._horizontal_axes(latitude, longitude)
            sine, cosine = np.sin(yaw), np.cos(yaw)
            heading = np.arctan2(
                cosine * north_y - sine * north_x, sine * east_x - cosine * east_y
            )
        heading = wrap_angle(heading)
        turned = heading + 2.0 * np.pi
        # A hair below north rounds up to the full circle.
        return np.where(heading >= 0.0, heading, np.where(turned >= 2.0 * np.pi, 0.0, turned))

    def _make_grid(self) -> Proj:
        if self.projection is Projection.TRANSVERSE_MERCATOR:
            return Proj(
                proj='tmerc', ellps='WGS84', lat_0=0.0, lon_0=self.origin_longitude, k_0=_SCALE
            )
        south, north = _UTM_LATITUDES
        if not south <= self.origin_latitude <= north:
            raise ValueError(
                f'map origin latitude {self.origin_latitude} deg lies outside UTM, which takes '
                f'{south:g} to {north:g} deg'
            )
        zone = int((self.origin_longitude + 180.0) // _UTM_ZONE_WIDTH) % 60 + 1
        return Proj(proj='utm', zone=zone, ellps='WGS84', south=self.origin_latitude < 0.0)

    def _convergence(
        self, latitude: NDArray[np.float64], longitude: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how far grid north lies clockwise of true north [rad]."""
        assert self._grid is not None
        valid = (np.abs(latitude) < 90.0) & (np.abs(longitude) <= 180.0)
        convergence = np.full(latitude.shape, np.nan)
        if np.any(valid):
            factors = self._grid.get_factors(longitude[valid], latitude[valid])
            convergence[valid] = np.radians(factors.meridian_convergence)
        # pyproj marks what it cannot compute by infinity.
        return np.where(np.isfinite(convergence), convergence, np.nan)

    def _horizontal_axes(
        self, latitude: NDArray[np.float64], longitude: NDArray[np.float64]
    ) -> tuple[
        tuple[NDArray[np.float64], NDArray[np.float64]],
        tuple[NDArray[np.float64], NDArray[np.float64]],
    ]:
        """Return local east and north in the tangent plane: x of both, then y of both."""
        origin = math.radians(self.origin_latitude)
        phi = np.radians(np.where(np.abs(latitude) <= 90.0, latitude, np.nan))
        change = np.radians(
            np.where(np.abs(longitude) <= 180.0, longitude, np.nan) - self.origin_longitude
        )
        east = (np.cos(change), math.sin(origin) * np.sin(change))
        north = (
            -np.sin(phi) * np.sin(change),
            math.sin(origin) * np.sin(phi) * np.cos(change) + math.cos(origin) * np.cos(phi),
        )
        return (east[0], north[0]), (east[1], north[1])


def _broadcast(*values: ArrayLike) -> Points:
    first, second, third = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in values)
    )
    return first, second, third
