# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The own vehicle on the road: its lane, its movement and its route, found once per cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import Indicator
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.roads.matcher import LaneMatcher
from icv_v2x.roads.movements import resampled
from icv_v2x.roads.route import route_ahead
from icv_v2x.translate.lanes import NOT_GIVEN

if TYPE_CHECKING:
    from icv_v2x.roads.matching import LaneMatches
    from icv_v2x.roads.model import RoadModel
    from icv_v2x.roads.route import Route
    from icv_v2x.translate.lanes import Floats
    from icv_v2x.world.ego import EgoState

# Slower than this a heading does not tell where a vehicle goes [m/s].
_STANDING = 0.5
# Accuracy of a position that does not state its own, 1 sigma [m].
_SIGMA = 1.0
_LEAST_SIGMA = 0.1
# A planned path speaks for the lanes that it runs on by so much, and a lane beside costs so much
# for every sigma that it is off; it is read at these points [m].
_WEIGHT = 6.0
_OFF_PATH = 0.5
# A lane that does not serve the turn indicated is so much less likely: this tells lanes apart that
# the map draws on one line, and no others, as who indicates may also be about to change lane.
_INDICATED = 1.0
_TURNS = {
    Indicator.LEFT: Maneuver.MANEUVER_LEFT_TURN, Indicator.RIGHT: Maneuver.MANEUVER_RIGHT_TURN,
}
_SPACING = 5.0
# A vehicle that was seen this close to a stop line and is on no lane now is crossing the node
# [m]; the crossing ends this far beyond where the next lane should begin [m].
_AT_LINE, _LATE = 15.0, 30.0
_KEY = np.zeros(1, np.uint64)


@dataclass(frozen=True)
class EgoRoad:
    """Where the ego is on the road at one instant.

    Attributes:
        model: The road.
        matches: The match of the ego, one row, of the centre of its footprint.
        route: The way ahead, None where the ego is on no known lane. Its distances count from
            the centre of the footprint.
        crossing: Connection that the ego follows over a node, `NOT_GIVEN` where it is on a lane
            or on none known.
    """

    model: RoadModel
    matches: LaneMatches
    route: Route | None
    crossing: int

    @property
    def lane(self) -> int:
        """Index of the lane that the ego is on, `NOT_GIVEN` for none."""
        return int(self.matches.lane[0])

    @property
    def station(self) -> float:
        """How far along its lane the ego is [m], NaN without lane."""
        return float(self.matches.station[0])

    @property
    def probability(self) -> float:
        """Probability of the lane."""
        return float(self.matches.probability[0])


class EgoRoadTracker:
    """Follows the ego from lane to lane."""

    def __init__(self) -> None:
        """Begin without history."""
        self._matcher = LaneMatcher()
        self._crossing: tuple[int, int] | None = None

    def clear(self) -> None:
        """Forget where the ego was."""
        self._matcher.clear()
        self._crossing = None

    def locate(self, model: RoadModel, ego: EgoState, base_link_to_center: float) -> EgoRoad:
        """Return where the ego is.

        Args:
            model: The road.
            ego: The ego, at instants that do not go back.
            base_link_to_center: [m], as planned paths are of base_link.
        """
        path = _planned(ego, base_link_to_center)
        x, y = (None, None) if path is None else path
        sigma = ego.position_deviation
        sigma = max(sigma, _LEAST_SIGMA) if math.isfinite(sigma) else _SIGMA
        matches = self._matcher.match(
            model, ego.stamp, _KEY, np.array([ego.x]), np.array([ego.y]),
            np.array([ego.heading]), position_sigma=sigma,
            moving=ego.speed > _STANDING, weight=_weight(model, ego, x, y))
        lane, station = int(matches.lane[0]), float(matches.station[0])
        crossing = NOT_GIVEN
        if lane < 0:
            lane, station, crossing = self._on_the_way_over(model, ego)
        if lane < 0:
            return EgoRoad(model, matches, None, crossing)
        route = route_ahead(model, lane, station, path_x=x, path_y=y, indicator=ego.indicator)
        if crossing < 0:
            way = int(route.connection[0])
            near = model.length[lane] - station < _AT_LINE + 0.5 * max(ego.speed, 0.0)
            self._crossing = (int(model.identity[lane]), way) if near and way >= 0 else None
        return EgoRoad(model, matches, route, crossing)

    def _on_the_way_over(self, model: RoadModel, ego: EgoState) -> tuple[int, float, int]:
        """Return the lane that the ego is crossing to, its negative way to it, and the way."""
        nothing = (NOT_GIVEN, math.nan, NOT_GIVEN)
        if self._crossing is None:
            return nothing
        identity, way = self._crossing
        if way >= len(model.target) or model.identity[
                model.lanes.connections.lane[way]] != identity:
            self._crossing = None
            return nothing
        lane, target = int(model.lanes.connections.lane[way]), int(model.target[way])
        gone = math.hypot(ego.x - model.stop_x[lane], ego.y - model.stop_y[lane])
        if gone > model.connection_length[way] + _LATE:
            self._crossing = None
            return nothing
        if target < 0:
            return NOT_GIVEN, math.nan, way
        first = model.lanes.begin[target]
        left = math.hypot(model.lanes.x[first] - ego.x, model.lanes.y[first] - ego.y)
        return target, -left, way


def _weight(model: RoadModel, ego: EgoState, x: Floats | None, y: Floats | None) -> Floats | None:
    """Return what the plan, else the indicator, says of lanes, None where there is neither."""
    if x is not None and y is not None:
        return path_weight(model, x, y)
    turn = _TURNS.get(ego.indicator)
    if turn is None or not len(model):
        return None
    ways = model.lanes.connections
    serves = np.zeros(len(model), np.bool_)
    serves[ways.lane[ways.maneuver == turn]] = True
    return np.where(serves, 0.0, -_INDICATED)


def path_weight(model: RoadModel, x: Floats, y: Floats) -> Floats:
    """Return how a planned path speaks for lanes, (L,) log-likelihoods, 0 at best.

    Where lanes part or run so close together that positions do not tell them apart, the way that
    the vehicle is going to take does.

    Args:
        model: The road.
        x: (m,) [m] planned places ahead.
        y: (m,) [m].
    """
    weight = np.zeros(len(model))
    if not len(model):
        return weight
    x, y = resampled(x, y, _SPACING)
    near = model.grid.near(x, y)
    beside = near.beyond == 0.0
    near = near.take(beside)
    if not len(near.lane):
        return weight
    cost = np.minimum(0.5 * (near.offset / _OFF_PATH) ** 2, _WEIGHT)
    total = np.bincount(near.lane, weights=cost, minlength=len(model))
    return np.asarray(-np.minimum(total, _WEIGHT))


def _planned(ego: EgoState, lever: float) -> tuple[Floats, Floats] | None:
    """Return the planned places of the ego's centre from now on, None where nothing is planned."""
    path = ego.path
    if path is None:
        return None
    ahead = path.time >= ego.stamp
    if np.count_nonzero(ahead) < 2:
        return None
    return (
        (path.x + lever * np.cos(path.yaw))[ahead],
        (path.y + lever * np.sin(path.yaw))[ahead],
    )
