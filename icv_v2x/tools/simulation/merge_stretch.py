# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle of SUMO has to change lane for its route, as the request of a planning stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from icv_v2x.inputs import MergeRequest

# Both lines are known this far before and behind the stretch, along the lanes [m].
_AROUND = 500.0
# With several lanes to cross, each change but the last has to leave this much [m].
_LEAST = 80.0
# A lane that leads on for less than this is not taken to get on faster [m].
_WORTH_IT = 250.0
_LINK_VIA = 4


@dataclass(frozen=True)
class LaneTask:
    """One change of lane.

    Attributes:
        request: For the planner; without a stamp.
        lanes: Edges on which the change may be made, to the indices there of the ego's lane and
            of the lane to change to.
        more: Changes that follow this one.
        optional: Whether the ego lane leads on, and the other one is only faster.
    """

    request: MergeRequest
    lanes: dict[str, tuple[int, int]]
    more: int = 0
    optional: bool = False


class Lanes:
    """The lanes of a network and how they follow each other."""

    def __init__(self, library: Any) -> None:
        """Look at all lanes of the running simulation once."""
        self._library = library
        self._before: dict[str, list[tuple[str, str]]] = {}
        self._after: dict[str, list[tuple[str, str]]] = {}
        for lane in library.lane.getIDList():
            if lane.startswith(':'):
                continue
            links = [(link[0], link[_LINK_VIA]) for link in library.lane.getLinks(lane)]
            self._after[lane] = links
            for following, via in links:
                self._before.setdefault(following, []).append((lane, via))

    def task(self, ego: str) -> LaneTask | None:
        """Return the next change that the route needs, None where the lane leads along it."""
        library, place = self._library, self._place(ego)
        if place is None:
            return None
        here, route = place
        own = self._along_route(here, route)
        last = own[-1]
        edge = library.lane.getEdgeID(last)
        if edge == route[-1]:
            return None
        index = int(last.rsplit('_', 1)[1])
        following = route[route.index(edge) + 1]
        leading = [
            number for number in range(library.edge.getLaneNumber(edge))
            if any(after.rsplit('_', 1)[0] == following
                   for after, _ in self._after[f'{edge}_{number}'])
        ]
        goal = min(leading, key=lambda number: abs(number - index))
        steps = abs(goal - index)
        target = index + (1 if goal > index else -1)
        before, ego_x, ego_y = self._line(own)
        length = float(library.lane.getLength(last))
        end = before + length
        if steps > 1:
            # What is left is shared among the changes.
            passed = before + max(float(library.vehicle.getLanePosition(ego)), 0.0) if (
                len(own) == 1) else before
            end = max(passed + (end - passed) / steps, min(passed + _LEAST, end))
        target_lanes = self._around(f'{edge}_{target}')
        _, target_x, target_y = self._line(target_lanes)
        return LaneTask(
            MergeRequest(
                0, ego_x, ego_y, target_x, target_y, before, end,
                float(library.vehicle.getAllowedSpeed(ego)) if len(own) == 1
                else float(library.lane.getMaxSpeed(last)) * float(
                    library.vehicle.getSpeedFactor(ego))),
            {edge: (index, target)}, steps - 1)

    def beside(self, ego: str, aside: int = 1) -> LaneTask | None:
        """Return the change to a lane on the left where both lanes lead on along the route.

        None where there is no such lane, or not for `_WORTH_IT` metres.

        Args:
            ego: Id of the vehicle.
            aside: 1: the next lane, 2: the one after it.
        """
        library, place = self._library, self._place(ego)
        if place is None:
            return None
        here, route = place
        edge, _, index = here.rpartition('_')
        left = f'{edge}_{int(index) + aside}'
        if int(index) + aside >= library.edge.getLaneNumber(edge):
            return None
        own, other = self._along_route(here, route), self._along_route(left, route)
        both = min(len(own), len(other))
        if library.lane.getEdgeID(other[-1]) != route[-1]:
            return None
        before, ego_x, ego_y = self._line(own[:both])
        passed = max(float(library.vehicle.getLanePosition(ego)), 0.0)
        end = before + float(library.lane.getLength(own[both - 1]))
        if end - passed < _WORTH_IT:
            return None
        _, target_x, target_y = self._line(self._around(left))
        return LaneTask(
            MergeRequest(
                0, ego_x, ego_y, target_x, target_y, passed - 1.0, end,
                float(library.vehicle.getAllowedSpeed(ego))),
            {
                one.rsplit('_', 1)[0]: (int(one.rsplit('_', 1)[1]), int(two.rsplit('_', 1)[1]))
                for one, two in zip(own[:both], other[:both], strict=True)},
            optional=True)

    def along(self, ego: str) -> MergeRequest | None:
        """Return the lane that the vehicle is on, along its route, as both lanes of a request.

        None between two edges.

        Args:
            ego: Id of the vehicle.
        """
        library, place = self._library, self._place(ego)
        if place is None:
            return None
        here, route = place
        way, x, y = self._line(self._along_route(here, route))
        return MergeRequest(
            0, x, y, x, y, 0.0, max(way, 1.0), float(library.vehicle.getAllowedSpeed(ego)))

    def _place(self, ego: str) -> tuple[str, list[str]] | None:
        """Return the lane of a vehicle and the rest of its route, None between two edges."""
        vehicle = self._library.vehicle
        here = vehicle.getLaneID(ego)
        if not here or here.startswith(':'):
            return None
        return here, list(vehicle.getRoute(ego))[vehicle.getRouteIndex(ego):]

    def _along_route(self, lane: str, route: list[str]) -> list[str]:
        """Return the lane and those that it leads to along the route."""
        own = [lane]
        for following in route[1:]:
            found = [
                after for after, _ in self._after[own[-1]]
                if after.rsplit('_', 1)[0] == following]
            if not found:
                break
            own.append(found[0])
        return own

    def _around(self, lane: str) -> list[str]:
        """Return a lane with those before and behind it."""
        lanes, length = [lane], 0.0
        while length < _AROUND and self._before.get(lanes[0]):
            lanes.insert(0, self._before[lanes[0]][0][0])
            length += float(self._library.lane.getLength(lanes[0]))
        length = 0.0
        while length < _AROUND and self._after.get(lanes[-1]):
            lanes.append(self._after[lanes[-1]][0][0])
            length += float(self._library.lane.getLength(lanes[-1]))
        return lanes

    def _line(self, lanes: list[str]) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the way before the last of the lanes [m], and the vertices of all [m]."""
        points: list[tuple[float, float]] = []
        way = 0.0
        for index, lane in enumerate(lanes):
            if index == len(lanes) - 1:
                shape = np.array([*points, self._library.lane.getShape(lane)[0]])
                way = float(np.hypot(*np.diff(shape, axis=0).T).sum()) if len(shape) > 1 else 0.0
            points += self._library.lane.getShape(lane)
            if index < len(lanes) - 1:
                via = dict(self._after[lane]).get(lanes[index + 1], '')
                points += self._library.lane.getShape(via) if via else []
        line = np.array(points)
        return way, line[:, 0], line[:, 1]
