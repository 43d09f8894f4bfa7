# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicles around the ego in terms of lanes: how far ahead, how far aside, on which course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.frames import wrap_angle
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenarios.conflicts import ONCOMING_SPEED
from icv_v2x.scenarios.motions import STANDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# What drives in lanes; everything else is no matter of a lane change.
_IN_LANES = np.ones(256, dtype=np.bool_)
_IN_LANES[[ObjectClass.PEDESTRIAN, ObjectClass.ANIMAL, ObjectClass.OBSTACLE]] = False


@dataclass(frozen=True)
class Beside:
    """n vehicles seen along a lane; all arrays (n,).

    Attributes:
        axis: [rad] direction of the lane.
        turn_rate: [rad/s] at which the vehicle follows a bend.
        ahead: [m] from the ego's centre to the vehicle's along the lane.
        left: [m] from the ego's centre to the vehicle's across the lane, left positive.
        side_gap: [m] from side to side, negative where they overlap seen along the lane.
        front_gap: [m] from the ego's front to the vehicle's near end, negative: not ahead.
        rear_gap: [m] from the ego's tail back to the vehicle's near end, negative: not behind.
    """

    axis: Floats
    turn_rate: Floats
    ahead: Floats
    left: Floats
    side_gap: Floats
    front_gap: Floats
    rear_gap: Floats

    @property
    def side(self) -> Floats:
        """Side of the ego that the vehicles are on, 1 left, -1 right."""
        return np.where(self.left >= 0.0, 1.0, -1.0)


def vehicles_near(
    ego: EgoState, tracks: Tracks, reach: float, parameters: Parameters
) -> NDArray[np.intp]:
    """Return the rows of vehicles with a place and a course on the ego's level.

    Args:
        ego: The ego now.
        tracks: All objects at the same instant.
        reach: [m] from centre to centre.
        parameters: Parameters of the package.
    """
    known = np.isfinite(tracks.x + tracks.y + tracks.heading)
    known &= ~(np.abs(tracks.z - ego.z) >= parameters.collision.height_difference)
    known &= _IN_LANES[tracks.object_class]
    known = gates.holds(
        gates.SELECTED, 'a vehicle on the level of the ego, its place and heading known', known)
    away = np.hypot(tracks.x - ego.x, tracks.y - ego.y)
    return np.flatnonzero(
        known & gates.at_most(gates.SELECTED, 'distance between centres [m]', away, reach))


def same_way(ego: EgoState, vehicles: Tracks, parameters: Parameters) -> Flags:
    """Return which vehicles move in the ego's direction, (n,)."""
    turned = np.abs(wrap_angle(vehicles.heading - ego.heading))
    limit = np.radians(parameters.collision.same_direction)
    along = gates.below(gates.SELECTED, 'heads off the ego by [rad]', turned, limit)
    return along & gates.above(gates.SELECTED, 'speed [m/s]', vehicles.speed, STANDING)


def oncoming(heading: float, vehicles: Tracks, parameters: Parameters) -> Flags:
    """Return which vehicles come towards one that heads in a direction [rad], (n,)."""
    turned = np.abs(wrap_angle(vehicles.heading - heading))
    limit = np.radians(parameters.collision.oncoming)
    towards = gates.above(gates.SELECTED, 'heads off the way by [rad]', turned, limit)
    return towards & gates.above(
        gates.SELECTED, 'speed of oncoming traffic [m/s]', vehicles.speed, ONCOMING_SPEED)


def seen_along_their_lanes(ego: EgoState, vehicles: Tracks) -> Beside:
    """Return vehicles seen along their own lanes, which a manoeuvre of the ego does not turn.

    A vehicle's lane is the arc of its present turn. Where the ego is abreast, that lane points
    in `axis`; places are measured along the chord, on which arcs side by side keep their
    distance.

    Args:
        ego: The ego now.
        vehicles: n vehicles, their headings known.
    """
    east, north = ego.x - vehicles.x, ego.y - vehicles.y
    to_ego = east * np.cos(vehicles.heading) + north * np.sin(vehicles.heading)
    bend = vehicles.turn_rate / np.maximum(vehicles.speed, STANDING) * to_ego
    return seen_along(ego, vehicles, vehicles.heading + 0.5 * bend, vehicles.heading + bend)


def seen_along(
    ego: EgoState, vehicles: Tracks, chord: Floats, axis: Floats | None = None
) -> Beside:
    """Return vehicles seen along given directions.

    Args:
        ego: The ego now.
        vehicles: n vehicles.
        chord: (n,) [rad] direction along which places are measured.
        axis: (n,) [rad] direction of the lane where the ego is, the chord where left out.
    """
    axis = chord if axis is None else axis
    east, north = vehicles.x - ego.x, vehicles.y - ego.y
    ahead = east * np.cos(chord) + north * np.sin(chord)
    left = north * np.cos(chord) - east * np.sin(chord)
    own_along, own_across = _half_extents(ego.length, ego.width, ego.heading - axis)
    along, across = _half_extents(vehicles.length, vehicles.width, vehicles.heading - chord)
    return Beside(
        axis=np.asarray(wrap_angle(axis)),
        turn_rate=vehicles.turn_rate,
        ahead=ahead,
        left=left,
        side_gap=np.abs(left) - across - own_across,
        front_gap=ahead - along - own_along,
        rear_gap=-ahead - along - own_along,
    )


def _half_extents(
    length: Floats | float, width: Floats | float, turned: Floats
) -> tuple[Floats, Floats]:
    """Return half the extents of rectangles along and across a direction [m]."""
    cosine, sine = np.abs(np.cos(turned)), np.abs(np.sin(turned))
    return (
        np.asarray(0.5 * (length * cosine + width * sine)),
        np.asarray(0.5 * (length * sine + width * cosine)),
    )
