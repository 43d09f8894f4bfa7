# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The lanes and stop lines ahead of a vehicle, with distances along its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import Indicator
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.roads.movements import Basis, Movements, movements
from icv_v2x.translate.lanes import NOT_GIVEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads.model import RoadModel
    from icv_v2x.translate.lanes import Floats, Rows

LANES = 12
"""Lanes of a route at most."""


@dataclass(frozen=True)
class Route:
    """The way ahead over M lanes; distances count from where the vehicle is.

    Attributes:
        lane: (M,) indices of the lanes, the present one first.
        begin: (M,) [m] to the begin of each lane, negative for one that it is on.
        stop: (M,) [m] to the end of each lane, the stop line where `at_node`.
        at_node: (M,) False where only another section of the link follows.
        region: (M,) of the node at its end.
        node: (M,) its number.
        connection: (M,) taken there, `NOT_GIVEN` where it is not known or the road ends.
        phase: (M,) signal phase of that movement, `NOT_GIVEN` where none rules or it is open.
        certain: (M,) whether the movement follows from path, indicator or the lane's only way;
            else straight on is supposed.
        movements: What is possible at the end of each lane.
    """

    lane: Rows
    begin: Floats
    stop: Floats
    at_node: NDArray[np.bool_]
    region: NDArray[np.int32]
    node: NDArray[np.int32]
    connection: Rows
    phase: NDArray[np.int32]
    certain: NDArray[np.bool_]
    movements: tuple[Movements, ...]

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.lane)

    def distance_to(self, lane: int, station: float) -> float:
        """Return the way to a place on a lane [m], NaN where the lane is not on the route."""
        found = np.flatnonzero(self.lane == lane)
        return float(self.begin[found[0]]) + station if len(found) else float('nan')


def route_ahead(
    model: RoadModel,
    lane: int,
    station: float,
    *,
    path_x: Floats | None = None,
    path_y: Floats | None = None,
    indicator: Indicator = Indicator.NONE,
    distance: float = 2000.0,
) -> Route:
    """Return the route of a vehicle.

    A planned path tells the movements as far as it leads, the indicator that at the next node.
    Beyond that the route goes straight on, and ends where no lane does.

    Args:
        model: The road.
        lane: Index of the lane that the vehicle is on.
        station: [m] along it.
        path_x: (m,) [m] planned places ahead, None for no plan.
        path_y: (m,) [m].
        indicator: What the vehicle indicates.
        distance: The route ends with the first lane that ends farther than this [m].
    """
    lanes: list[int] = []
    begins: list[float] = []
    ways: list[int] = []
    found: list[Movements] = []
    certain: list[bool] = []
    begin = -station
    announced = indicator
    while lane >= 0 and len(lanes) < LANES and lane not in lanes:
        possible = movements(model, lane, path_x=path_x, path_y=path_y, indicator=announced)
        way = _taken(possible)
        lanes.append(lane)
        begins.append(begin)
        found.append(possible)
        ways.append(way)
        certain.append(possible.basis != Basis.POSSIBLE)
        end = begin + float(model.length[lane])
        if way < 0 or end > distance:
            break
        if model.lanes.ends_at_node[lane]:
            announced = Indicator.NONE
        lane = int(model.target[way])
        begin = end + float(model.connection_length[way])
    rows = np.array(lanes, np.int64)
    taken = np.array(ways, np.int64)
    phases = model.lanes.connections.phase
    return Route(
        lane=rows,
        begin=np.array(begins),
        stop=np.array(begins) + model.length[rows],
        at_node=model.lanes.ends_at_node[rows],
        region=model.lanes.region[rows],
        node=model.lanes.node[rows],
        connection=taken,
        phase=np.array([
            phases[way] if way >= 0 else _common(possible)
            for way, possible in zip(ways, found, strict=True)], np.int32),
        certain=np.array(certain, np.bool_),
        movements=tuple(found),
    )


def _taken(possible: Movements) -> int:
    """Return the connection taken: the only one that remains, else the only one straight on."""
    if len(possible.connection) == 1:
        return int(possible.connection[0])
    straight = np.flatnonzero(possible.maneuver == Maneuver.MANEUVER_STRAIGHT)
    if possible.basis != Basis.POSSIBLE and len(possible.connection):
        return int(possible.connection[0])
    return int(possible.connection[straight[0]]) if len(straight) == 1 else NOT_GIVEN


def _common(possible: Movements) -> int:
    """Return the phase of all movements, if it is one."""
    return int(possible.phase[0]) if len(possible.phase) and possible.sure else NOT_GIVEN
