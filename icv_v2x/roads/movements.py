# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which way over the intersection a vehicle takes from its lane, and the signal phase of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import Indicator
from icv_v2x.message_set.records.map_common import Maneuver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads.model import RoadModel
    from icv_v2x.translate.lanes import Floats, Rows

# A planned path tells the turn once it leads this far beyond the stop line [m].
_TELLS = 6.0
_STRAIGHT_ON = 18.0
# The way that a path takes over an intersection is read up to here [m].
_ACROSS = 60.0
# A path runs on a lane where it is nearer than this to its middle and no more turned [m], [rad].
_ON_LANE, _ALONG = 2.0, np.radians(40.0)
_STRAIGHT, _ROUND = np.radians(35.0), np.radians(150.0)
_POINT_SPACING = 2.0


class Basis(IntEnum):
    """What a movement is known by, the surest first."""

    PLANNED = 0
    INDICATED = 1
    ONLY = 2
    POSSIBLE = 3


@dataclass(frozen=True)
class Movements:
    """Ways over the node at the end of a lane that a vehicle may take, M of them.

    Attributes:
        lane: Index of the lane.
        region: Of the node.
        node: Its number.
        basis: What the choice rests on.
        connection: (M,) indices of connections, straight on first.
        maneuver: (M,) uint8, values of `Maneuver` or `UNKNOWN_MANEUVER`.
        phase: (M,) signal phases, `NOT_GIVEN` where no signal rules.
    """

    lane: int
    region: int
    node: int
    basis: Basis
    connection: Rows
    maneuver: NDArray[np.uint8]
    phase: NDArray[np.int32]

    @property
    def sure(self) -> bool:
        """Whether there is exactly one movement, or all of them have the same phase."""
        return len(np.unique(self.phase)) == 1


def movements(
    model: RoadModel,
    lane: int,
    *,
    path_x: Floats | None = None,
    path_y: Floats | None = None,
    indicator: Indicator = Indicator.NONE,
) -> Movements:
    """Return the movements of a vehicle on a lane.

    A planned path that leads over the node decides; else the direction indicator; else the
    lane's only way; else all that the lane allows remain possible.

    Args:
        model: The road.
        lane: Index of the lane.
        path_x: (m,) [m] places ahead where the vehicle is going to be, None for no plan.
        path_y: (m,) [m].
        indicator: What it indicates.
    """
    ways = model.connections_of(lane)
    maneuver = model.lanes.connections.maneuver[ways]
    order = np.argsort(maneuver, kind='stable')
    ways, maneuver = ways[order], maneuver[order]
    basis = Basis.POSSIBLE
    planned = _planned(model, lane, ways, maneuver, path_x, path_y)
    if planned.any():
        ways, basis = ways[planned], Basis.PLANNED
    elif len(ways) == 1:
        basis = Basis.ONLY
    else:
        indicated = _indicated(maneuver, indicator)
        if indicated.any():
            ways, basis = ways[indicated], Basis.INDICATED
    return Movements(
        lane=lane, region=int(model.lanes.region[lane]), node=int(model.lanes.node[lane]),
        basis=basis, connection=ways, maneuver=model.lanes.connections.maneuver[ways],
        phase=model.lanes.connections.phase[ways])


def _indicated(maneuver: NDArray[np.uint8], indicator: Indicator) -> NDArray[np.bool_]:
    """Return which turns an indicator announces; a turn round only where no left turn is."""
    if indicator == Indicator.RIGHT:
        return np.asarray(maneuver == Maneuver.MANEUVER_RIGHT_TURN)
    if indicator == Indicator.LEFT:
        left = np.asarray(maneuver == Maneuver.MANEUVER_LEFT_TURN)
        return left if left.any() else np.asarray(maneuver == Maneuver.MANEUVER_U_TURN)
    return np.zeros(len(maneuver), np.bool_)


def _planned(
    model: RoadModel,
    lane: int,
    ways: Rows,
    maneuver: NDArray[np.uint8],
    path_x: Floats | None,
    path_y: Floats | None,
) -> NDArray[np.bool_]:
    """Return which ways a planned path takes: by the lane it reaches, else by its turn."""
    none = np.zeros(len(ways), np.bool_)
    if path_x is None or path_y is None or not len(ways):
        return none
    x, y = resampled(np.asarray(path_x, np.float64), np.asarray(path_y, np.float64))
    end = model.lanes.begin[lane + 1] - 1
    east, north = model.lanes.x[end], model.lanes.y[end]
    into = np.arctan2(north - model.lanes.y[end - 1], east - model.lanes.x[end - 1])
    ahead = (x - east) * np.cos(into) + (y - north) * np.sin(into)
    # What comes first behind the stop line, so that a loop does not count as this crossing.
    behind = np.flatnonzero(ahead > 0.0)
    if not len(behind):
        return none
    first = behind[0]
    last = min(len(x) - 1, first + int(_ACROSS / _POINT_SPACING))
    if (last - first) * _POINT_SPACING < _TELLS:
        return none
    way_x, way_y = x[first:last + 1], y[first:last + 1]
    direction = np.arctan2(np.diff(way_y), np.diff(way_x))
    reached = _reached(model, model.target[ways], way_x[:-1], way_y[:-1], direction)
    if reached.any():
        return reached
    # A short piece of a path that goes straight on may turn yet.
    short = (last - first) * _POINT_SPACING < _STRAIGHT_ON
    turn = _turn(float(np.unwrap(np.concatenate([[into], direction]))[-1] - into))
    if turn == Maneuver.MANEUVER_STRAIGHT and short and len(ways) > 1:
        return none
    return np.asarray(maneuver == turn)


def _turn(angle: float) -> Maneuver:
    if abs(angle) < _STRAIGHT:
        return Maneuver.MANEUVER_STRAIGHT
    if abs(angle) > _ROUND:
        return Maneuver.MANEUVER_U_TURN
    return Maneuver.MANEUVER_LEFT_TURN if angle > 0.0 else Maneuver.MANEUVER_RIGHT_TURN


def _reached(
    model: RoadModel, target: Rows, x: Floats, y: Floats, direction: Floats
) -> NDArray[np.bool_]:
    """Return which lanes a path runs on."""
    near = model.grid.near(x, y)
    turned = np.abs(np.remainder(direction[near.point] - near.heading + np.pi, 2 * np.pi) - np.pi)
    on = (np.abs(near.offset) < _ON_LANE) & (near.beyond == 0.0) & (turned < _ALONG)
    if not on.any():
        return np.zeros(len(target), np.bool_)
    lanes, point, offset = near.lane[on], near.point[on], np.abs(near.offset[on])
    # Where lanes lie side by side the path's last point decides.
    end = point == point.max()
    last = lanes[end][np.argmin(offset[end])]
    reached = np.asarray(target == last)
    return reached if reached.any() else np.isin(target, lanes) & (target >= 0)


def resampled(x: Floats, y: Floats, spacing: float = _POINT_SPACING) -> tuple[Floats, Floats]:
    """Return points along a path at equal distances [m], the first one kept."""
    good = np.isfinite(x + y)
    x, y = x[good], y[good]
    if len(x) < 2:
        return x, y
    station = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    rising = np.concatenate([[True], np.diff(station) > 0.0])
    along = np.arange(0.0, min(station[-1], 2000.0) + 1e-9, spacing)
    return (
        np.interp(along, station[rising], x[rising]),
        np.interp(along, station[rising], y[rising]),
    )
