# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What Autoware tells of the vehicle and of its map, as records and parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pyproj import Proj

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Gear, Indicator, VehicleStatus
from icv_v2x.interchange.from_message import ConversionError, nanoseconds

_TURN = {1: Indicator.NONE, 2: Indicator.LEFT, 3: Indicator.RIGHT}
_HAZARD_ON = 2
_NEUTRAL, _FIRST, _LAST_FORWARD, _LAST_REVERSE, _PARK, _LOW = 1, 2, 19, 21, 22, 24
# Reports that are older than this say nothing [ns].
_OLD = 1_000_000_000
_SQUARE = 100_000.0
# Letters of MGRS without I and O; bands of 8 degrees from 80 degrees south on.
_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
_BANDS = 'CDEFGHJKLMNPQRSTUVWX'
_ROWS = 20
_ZONES = 60
_GRID_LETTERS = 3


class AutowareStatus:
    """Gathers the reports of autoware_vehicle_msgs to a vehicle status.

    Reports come one by one; each stands until it is a second old.
    """

    def __init__(self, steering_ratio: float) -> None:
        """Start with nothing reported.

        Args:
            steering_ratio: Turn of the steering wheel for a turn of the tyres, 0: not known.
        """
        self._ratio = steering_ratio
        self._reports: dict[str, tuple[int, float]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._reports.clear()

    def take(self, kind: str, message: Any) -> VehicleStatus:
        """Take a report and return what is known at its instant.

        Args:
            kind: `turn_indicators`, `hazard_lights`, `gear`, `steering` or `acceleration`.
            message: A report, or a geometry_msgs/AccelWithCovarianceStamped.
        """
        if kind == 'acceleration':
            stamp, value = message.header.stamp, message.accel.accel.linear.x
        elif kind == 'steering':
            stamp, value = message.stamp, message.steering_tire_angle
        else:
            stamp, value = message.stamp, message.report
        now = nanoseconds(stamp)
        self._reports[kind] = (now, float(value))
        turn = self._value('turn_indicators', now)
        indicator = _TURN.get(0 if math.isnan(turn) else int(turn), Indicator.NONE)
        if self._value('hazard_lights', now) == _HAZARD_ON:
            indicator = Indicator.HAZARD
        steering = self._value('steering', now) * self._ratio if self._ratio > 0.0 else math.nan
        return VehicleStatus(
            stamp=now, indicator=indicator, gear=gear_of(self._value('gear', now)), brake=None,
            acceleration=self._value('acceleration', now), steering_wheel_angle=steering,
            lights=0)

    def _value(self, kind: str, now: int) -> float:
        stamp, value = self._reports.get(kind, (-_OLD, math.nan))
        return value if abs(now - stamp) < _OLD else math.nan


def gear_of(report: float) -> Gear:
    """Return the gear of a GearReport, UNAVAILABLE for NaN and what is none."""
    if math.isnan(report):
        return Gear.UNAVAILABLE
    for last, gear in (
        (0, Gear.UNAVAILABLE), (_NEUTRAL, Gear.NEUTRAL), (_LAST_FORWARD, Gear.FORWARD),
        (_LAST_REVERSE, Gear.REVERSE), (_PARK, Gear.PARK), (_LOW, Gear.FORWARD),
    ):
        if report <= last:
            return gear
    return Gear.UNAVAILABLE


def projection_parameters(info: Any) -> dict[str, Any]:
    """Return the parameters that an autoware_map_msgs/MapProjectorInfo asks for.

    Args:
        info: Object with the fields of the message.

    Returns:
        Dotted name to value: `map_projection`, `map_origin.latitude`, `.longitude` and
        `.altitude`. For MGRS the origin is the middle of the square, which names it as well as
        any other place in it.

    Raises:
        ConversionError: A projection that has no counterpart here, or a grid that is none.
    """
    kind = str(info.projector_type)
    origin = (float(info.map_origin.latitude), float(info.map_origin.longitude))
    projection = {
        'LocalCartesian': 'local_tangent_plane', 'LocalCartesianUTM': 'utm',
        'TransverseMercator': 'transverse_mercator', 'MGRS': 'mgrs',
    }.get(kind)
    if projection is None:
        raise ConversionError(
            f'projector_type = {kind!r}: such a map has no place on earth; it takes '
            'LocalCartesian, LocalCartesianUTM, TransverseMercator or MGRS')
    if projection == 'mgrs':
        origin = middle_of_square(str(info.mgrs_grid))
    return {
        'map_projection': projection, 'map_origin.latitude': origin[0],
        'map_origin.longitude': origin[1], 'map_origin.altitude': 0.0}


def distance_between(own: MapFrame, wanted: dict[str, Any]) -> float:
    """Return how far apart two maps put one place near the origin [m].

    Args:
        own: The map in force.
        wanted: What `projection_parameters` returned.
    """
    other = MapFrame(
        wanted['map_origin.latitude'], wanted['map_origin.longitude'], 0.0,
        wanted['map_projection'])
    latitude = own.origin_latitude + np.array([0.0, 0.005])
    longitude = own.origin_longitude + np.array([0.0, 0.005])
    first, second = (made.to_map(latitude, longitude, 0.0) for made in (own, other))
    return float(np.hypot(first[0] - second[0], first[1] - second[1]).max())


def middle_of_square(grid: str) -> tuple[float, float]:
    """Return latitude and longitude [deg] of the middle of an MGRS square such as `54SUE`.

    Raises:
        ConversionError: There is no such square.
    """
    text = grid.strip().upper()
    zone, letters = text[:-_GRID_LETTERS], text[-_GRID_LETTERS:]
    known = zone.isdigit() and 1 <= int(zone) <= _ZONES and len(letters) == _GRID_LETTERS and (
        letters[0] in _BANDS and letters[1] in _LETTERS and letters[2] in _LETTERS[:_ROWS])
    if not known:
        raise ConversionError(f'mgrs_grid = {grid!r} is no square, such as 54SUE')
    number = int(zone)
    column = _LETTERS.index(letters[1]) - 8 * ((number - 1) % 3)
    row = (_LETTERS.index(letters[2]) - (0 if number % 2 else 5)) % _ROWS
    south = -80.0 + 8.0 * _BANDS.index(letters[0])
    north = 84.0 if letters[0] == _BANDS[-1] else south + 8.0
    projection = Proj(proj='utm', zone=number, ellps='WGS84', south=south < 0.0)
    easting = (column + 1.5) * _SQUARE
    for lap in range(5):
        northing = (row + _ROWS * lap + 0.5) * _SQUARE
        longitude, latitude = projection(easting, northing, inverse=True)
        # a square at the edge of its band has its middle in the next one
        if 0 <= column < 8 and south - 0.5 <= latitude <= north + 0.5:
            return float(latitude), float(longitude)
    raise ConversionError(f'mgrs_grid = {grid!r} is no square, such as 54SUE')
