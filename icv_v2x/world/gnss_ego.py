# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The pose of the ego from a satellite receiver, or from the messages that its unit sends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import MapFrame, to_wgs84
from icv_v2x.inputs import Odometry
from icv_v2x.world.ego_estimator import MAP_FRAME_ID

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.parameters.adapter_groups import EgoSource
    from icv_v2x.translate.reports import ObjectReports

# Fixes farther apart than this tell no rate of turn [s].
_LONG = 0.5
_FASTEST_TURN = 2.0


class FixRefusal(str, Enum):
    """Reason under which a fix is refused."""

    NO_FIX = 'no_fix'
    NO_POSITION = 'no_position'
    LATE = 'late'
    NO_HEADING = 'no_heading'
    NO_SPEED = 'no_speed'


@dataclass(frozen=True)
class Fix:
    """One position of the antenna.

    Attributes:
        stamp: [ns since the Unix epoch].
        latitude: In the datum of the ego [deg].
        longitude: [deg]
        altitude: Above the ellipsoid [m], NaN where unknown.
        valid: Whether the receiver has a fix.
        variance_east: [m2], NaN where unknown.
        variance_north: [m2]
    """

    stamp: int
    latitude: float
    longitude: float
    altitude: float
    valid: bool
    variance_east: float = math.nan
    variance_north: float = math.nan


class GnssEgo:
    """Puts fixes, headings and velocities together to poses of base_link in the map.

    Headings turn by the convergence of the map at the place. Without a heading the course over
    ground is taken, from the velocity or else from the fixes, and held while the vehicle is slow.
    """

    def __init__(self, parameters: Parameters, settings: EgoSource) -> None:
        """Start with nothing known.

        Args:
            parameters: Map and datum.
            settings: Where the antenna is, and what counts as a course.
        """
        origin = parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, parameters.map_projection)
        self._datum = parameters.datum.ego
        self._settings = settings
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._heading: tuple[int, float, float] | None = None
        self._velocity: tuple[int, float, float] | None = None
        self._last: tuple[int, float, float] | None = None
        self._pose: tuple[int, float] | None = None
        self._course = math.nan

    def configure(self, settings: EgoSource) -> None:
        """Take changed settings over."""
        self._settings = settings

    def turn(self, stamp: int, east_yaw: float, yaw_rate: float) -> None:
        """Take a heading.

        Args:
            stamp: [ns since the Unix epoch].
            east_yaw: Of the vehicle, from true east to the left [rad].
            yaw_rate: To the left [rad/s], NaN where unknown.
        """
        if math.isfinite(east_yaw):
            self._heading = (stamp, east_yaw, yaw_rate)

    def move(self, stamp: int, east: float, north: float) -> None:
        """Take a velocity over ground [m/s] at an instant [ns since the Unix epoch]."""
        if math.isfinite(east + north):
            self._velocity = (stamp, east, north)

    def fix(self, fix: Fix) -> Odometry | FixRefusal:
        """Take a fix and return the pose at its instant, or why there is none."""
        if not fix.valid:
            return FixRefusal.NO_FIX
        latitude, longitude = to_wgs84(
            np.array([fix.latitude]), np.array([fix.longitude]), self._datum)
        x, y, z = (float(value[0]) for value in self._map.to_map(
            latitude, longitude, fix.altitude))
        if not math.isfinite(x + y):
            return FixRefusal.NO_POSITION
        last, self._last = self._last, (fix.stamp, x, y)
        if last is not None and fix.stamp <= last[0]:
            self._last = last
            return FixRefusal.LATE
        # from true east to the axes of the map
        east = float(self._map.heading_to_yaw(0.5 * math.pi, latitude, longitude)[0])
        moved = self._moved(fix.stamp, last, east)
        if moved is None:
            return FixRefusal.NO_SPEED
        yaw, yaw_rate = self._direction(fix.stamp, moved, east)
        if not math.isfinite(yaw):
            return FixRefusal.NO_HEADING
        ahead, aside = self._settings.antenna_x, self._settings.antenna_y
        cosine, sine = math.cos(yaw), math.sin(yaw)
        forward = moved[0] * cosine + moved[1] * sine
        return Odometry(
            stamp=fix.stamp, frame_id=MAP_FRAME_ID,
            x=x - ahead * cosine + aside * sine, y=y - ahead * sine - aside * cosine, z=z,
            yaw=yaw, velocity_x=forward + yaw_rate * aside,
            velocity_y=moved[1] * cosine - moved[0] * sine - yaw_rate * ahead,
            yaw_rate=yaw_rate, variance_xx=fix.variance_east, variance_yy=fix.variance_north)

    def _moved(
        self, stamp: int, last: tuple[int, float, float] | None, east: float,
    ) -> tuple[float, float] | None:
        """Return the velocity of the antenna in the map [m/s], None where nothing tells it."""
        if self._velocity is not None and self._recent(self._velocity[0], stamp):
            _, to_east, to_north = self._velocity
            cosine, sine = math.cos(east), math.sin(east)
            return to_east * cosine - to_north * sine, to_east * sine + to_north * cosine
        if last is None or self._last is None:
            return None
        elapsed = (stamp - last[0]) / NANOSECONDS
        if not 0.0 < elapsed < _LONG:
            return None
        return (self._last[1] - last[1]) / elapsed, (self._last[2] - last[2]) / elapsed

    def _direction(
        self, stamp: int, moved: tuple[float, float], east: float,
    ) -> tuple[float, float]:
        """Return yaw and its rate in the map; NaN and 0 where nothing tells them."""
        if self._heading is not None and self._recent(self._heading[0], stamp):
            _, yaw, rate = self._heading
            yaw += east
            return self._turned(stamp, yaw, rate)
        if math.hypot(*moved) >= self._settings.course_speed:
            self._course = math.atan2(moved[1], moved[0])
        return self._turned(stamp, self._course, math.nan)

    def _turned(self, stamp: int, yaw: float, rate: float) -> tuple[float, float]:
        before, self._pose = self._pose, (stamp, yaw)
        if not math.isfinite(rate):
            rate = 0.0
            elapsed = 0.0 if before is None else (stamp - before[0]) / NANOSECONDS
            if before is not None and 0.0 < elapsed < _LONG and math.isfinite(before[1] + yaw):
                rate = math.remainder(yaw - before[1], 2.0 * math.pi) / elapsed
        return yaw, max(-_FASTEST_TURN, min(rate, _FASTEST_TURN))

    def _recent(self, stamp: int, now: int) -> bool:
        return abs(now - stamp) <= self._settings.heading_age * NANOSECONDS


def odometry_of_own(reports: ObjectReports, own_id: int, lever: float) -> list[Odometry]:
    """Return the poses that the own basic safety messages tell, the oldest first.

    Args:
        reports: Of a batch of messages.
        own_id: The own temporary id.
        lever: From base_link to the centre of the footprint, forward positive [m].
    """
    rows = np.flatnonzero((reports.sender_id == np.uint64(own_id)) & (reports.object_id < 0))
    rows = rows[np.isfinite(reports.heading[rows])]
    poses = []
    for row in rows[np.argsort(reports.time[rows], kind='stable')].tolist():
        yaw = float(reports.heading[row])
        rate = float(np.nan_to_num(reports.yaw_rate[row]))
        poses.append(Odometry(
            stamp=int(reports.time[row]), frame_id=MAP_FRAME_ID,
            x=float(reports.x[row]) - lever * math.cos(yaw),
            y=float(reports.y[row]) - lever * math.sin(yaw), z=float(reports.z[row]), yaw=yaw,
            velocity_x=float(reports.speed[row]), velocity_y=0.0, yaw_rate=rate,
            variance_xx=float(reports.variance_xx[row]),
            variance_xy=float(reports.variance_xy[row]),
            variance_yy=float(reports.variance_yy[row])))
    return poses
