# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ego vehicle at one instant, as every scenario reads it."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.inputs import Indicator, PlannedPath


@dataclass(frozen=True)
class EgoState:
    """The ego at one instant; positions are of the centre of its footprint, not of base_link.

    Attributes:
        stamp: Instant of the state [ns since the Unix epoch].
        x: [m] centre of the footprint in `map`.
        y: [m].
        z: [m], NaN where unknown.
        heading: [rad] counter-clockwise from the map's x axis.
        speed: [m/s] along the heading, negative backwards.
        acceleration: [m/s2] measured, 0 where it cannot be known yet.
        yaw_rate: [rad/s] counter-clockwise.
        length: [m].
        width: [m].
        height: [m], NaN where unknown.
        position_deviation: [m] 1 sigma per axis, NaN where unknown.
        age: [s] from the newest odometry to the instant.
        indicator: Direction indicator, NONE where no status came.
        path: Planned path, None where none is in force.
        turn_rate: [rad/s] the turn that is expected to go on, 0 for none.
        turn_angle: [rad] how far it is expected to go on, infinite in a bend.
    """

    stamp: int
    x: float
    y: float
    z: float
    heading: float
    speed: float
    acceleration: float
    yaw_rate: float
    length: float
    width: float
    height: float
    position_deviation: float
    age: float
    indicator: Indicator = Indicator.NONE
    path: PlannedPath | None = None
    turn_rate: float = 0.0
    turn_angle: float = float('inf')
