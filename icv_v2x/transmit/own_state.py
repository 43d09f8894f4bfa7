# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The own vehicle as its messages give it: in degrees, with a heading from north."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.frames import from_wgs84

if TYPE_CHECKING:
    from icv_v2x.frames import MapFrame
    from icv_v2x.world.ego import EgoState


@dataclass(frozen=True)
class OwnState:
    """The vehicle at one instant.

    Attributes:
        time: Instant of the state, a whole millisecond [ns since the Unix epoch].
        latitude: Centre of the footprint, in the datum of the messages [deg].
        longitude: [deg].
        heading: Of the nose, clockwise from north [rad].
        speed: Along the heading, negative backwards [m/s].
        acceleration: Forward positive [m/s2], NaN unavailable.
        yaw_rate: Counter-clockwise [rad/s].
        position_deviation: 1 sigma per axis [m], NaN unavailable.
    """

    time: int
    latitude: float
    longitude: float
    heading: float
    speed: float
    acceleration: float
    yaw_rate: float
    position_deviation: float

    def missing(self) -> str | None:
        """Return what is unavailable without which nothing may be sent, None where all is there.

        The profile has no code for an unavailable position, speed or yaw rate.
        """
        for name in ('latitude', 'longitude', 'speed', 'yaw_rate'):
            if not math.isfinite(getattr(self, name)):
                return name
        return None


def own_state(ego: EgoState, map_frame: MapFrame, datum: str) -> OwnState:
    """Turn the ego into what messages give.

    Args:
        ego: The ego.
        map_frame: Of its coordinates.
        datum: Of the positions in messages.

    Returns:
        The state.
    """
    latitude, longitude, _ = map_frame.to_geodetic(ego.x, ego.y, ego.z)
    heading = map_frame.yaw_to_heading(ego.heading, latitude, longitude)
    latitude, longitude = from_wgs84(latitude, longitude, datum)
    return OwnState(
        time=ego.stamp,
        latitude=float(latitude[0]),
        longitude=float(longitude[0]),
        heading=float(heading[0]),
        speed=ego.speed,
        acceleration=ego.acceleration,
        yaw_rate=ego.yaw_rate,
        position_deviation=ego.position_deviation,
    )
