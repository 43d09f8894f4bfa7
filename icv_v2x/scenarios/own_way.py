# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The way ahead of the ego's front: its planned path, else its lanes, else its present motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.road_events import LaneStretches, Way
from icv_v2x.scenarios.own_path import OwnPath, Trail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel, Route
    from icv_v2x.roads.ego import EgoRoad
    from icv_v2x.world.ego import EgoState

    Floats = NDArray[np.float64]

# How far a way goes straight on beyond what is known of it [m].
_BEYOND = 1000.0
_SPACING = 1e-3


def own_way(ego: EgoState, road: EgoRoad | None, parameters: Parameters) -> Way:
    """Return the way ahead of the ego's front.

    Args:
        ego: The ego now.
        road: Where it is on the road, None without a map.
        parameters: Parameters of the package.
    """
    half = 0.5 * ego.length
    lanes = LaneStretches()
    if road is not None and road.route is not None and len(road.route):
        lanes = _stretches(road.model, road.route, half)
        if ego.path is None:
            points, known = _along_lanes(ego, road.model, road.route, half)
            return Way(_without_begin(points, half), max(known, 0.0), lanes)
    points = OwnPath(ego, Trail(), parameters).points[1:]
    known = 0.0 if ego.path is None else _length(points) - _BEYOND - half
    return Way(_without_begin(_distinct(points), half), max(known, 0.0), lanes)


def _stretches(roads: RoadModel, route: Route, half: float) -> LaneStretches:
    lanes, rows = roads.lanes, route.lane
    return LaneStretches(
        region=lanes.region[rows], upstream=lanes.upstream_node[rows],
        downstream=lanes.node[rows], lane_id=lanes.lane_id[rows],
        begin=route.begin - half, end=route.stop - half)


def _along_lanes(
    ego: EgoState, roads: RoadModel, route: Route, half: float
) -> tuple[Floats, float]:
    """Return the line through the lanes of a route from the ego's centre on, and how far it is.

    It is known as far as the movements are.
    """
    parts = []
    for place, lane in enumerate(route.lane.tolist()):
        parts.append(roads.lanes.line(lane))
        if route.connection[place] >= 0:
            parts.append(roads.connection_line(int(route.connection[place])))
    points = _distinct(np.concatenate(parts))
    open_ends = np.flatnonzero(~route.certain)
    known = float(route.stop[open_ends[0]] if len(open_ends) else route.stop[-1]) - half
    last = points[-1] - points[-2]
    points = np.concatenate([points, [points[-1] + _BEYOND * last / np.hypot(*last)]])
    if route.begin[0] > 0.0:
        # Still on the way over a node to the first lane.
        return _distinct(np.concatenate([[[ego.x, ego.y]], points])), known
    return _without_begin(points, -float(route.begin[0])), known


def _distinct(points: Floats) -> Floats:
    steps = np.hypot(*np.diff(points, axis=0).T)
    distinct: Floats = points[np.concatenate([[True], steps > _SPACING])]
    return distinct


def _length(points: Floats) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def _without_begin(points: Floats, length: float) -> Floats:
    """Return a line without its first part of a length [m], which leaves something of it."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    ends = np.cumsum(steps)
    length = min(length, float(ends[-1]) - _SPACING)
    side = int(np.searchsorted(ends, length, side='right'))
    share = (length - (ends[side] - steps[side])) / steps[side]
    start = points[side] + share * (points[side + 1] - points[side])
    return _distinct(np.concatenate([[start], points[side + 1:]]))
