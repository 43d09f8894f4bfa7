# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The drives of a parking area as a network for one vehicle: what it may use, shortest ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from icv_v2x.message_set.records.pam import ParkingNodeAttribute

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.translate.parking_areas import ParkingArea

    Floats = NDArray[np.float64]

# A weight of zero would be no edge [m].
_LEAST = 1e-6
# What beside it a turned heading costs in the search for the drive [m], and where it ends [m].
_TURNED, _FARTHEST = 4.0, 12.0
# and what a drive does that the vehicle may not use: it will hardly be there [m].
_UNFIT = 3.0
# Who is this far before the beginning or behind the end of a drive is not on it [m].
_BEYOND = 5.0
# Levels apart by more than this are different ones [m].
_LEVEL = 1.8
_NO_DRIVE = -1


class OnDrive(NamedTuple):
    """A place on a drive.

    Attributes:
        drive: Row of the drive.
        station: Along it [m]; negative a little before its beginning.
    """

    drive: int
    station: float


class _Sides(NamedTuple):
    """Straight pieces of drives: first point, drive, extent, and whether they are its end ones."""

    point: NDArray[np.int64]
    drive: NDArray[np.int64]
    east: Floats
    north: Floats
    length: Floats
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]


class Reach(NamedTuple):
    """How far the beginnings of the drives are by legal ways.

    Attributes:
        distance: (D,) [m], infinite where a drive cannot be reached.
        before: (D,) drive before each on that way, -1 for the first one.
        start: Where the vehicle is, None outside of the area.
    """

    distance: Floats
    before: NDArray[np.int64]
    start: OnDrive | None


@dataclass(frozen=True)
class Route:
    """A legal way to a place on a drive.

    Attributes:
        drives: Rows of the drives, the present one first.
        distance: To the place [m].
        x: (M,) [m] line from the vehicle's place on the drive to the goal's.
        y: (M,) [m].
        z: (M,) [m], NaN where unknown.
    """

    drives: tuple[int, ...]
    distance: float
    x: Floats
    y: Floats
    z: Floats


@dataclass(frozen=True)
class Network:
    """What a vehicle may use of an area.

    Attributes:
        area: The area.
        height: Of the vehicle with its margin [m].
        width: Likewise.
    """

    area: ParkingArea
    height: float
    width: float

    @cached_property
    def drivable(self) -> NDArray[np.bool_]:
        """Which drives the vehicle may use, (D,): high and wide enough, between open nodes."""
        drives, nodes = self.area.drives, self.area.nodes
        blocked = (nodes.attributes & int(ParkingNodeAttribute.BLOCKED)) != 0
        # NaN is no limit, so the comparisons are those that it fails.
        narrow = (drives.height < self.height) | (drives.width < self.width)
        return np.asarray(~(narrow | blocked[drives.upstream] | blocked[drives.node]))

    @cached_property
    def _turns(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        drives = self.area.drives
        usable = self.drivable[drives.turn_to]
        return drives.turn_from[usable], drives.turn_to[usable]

    def nodes_with(self, attribute: ParkingNodeAttribute) -> NDArray[np.int64]:
        """Return the rows of the nodes that have an attribute."""
        return np.flatnonzero(self.area.nodes.attributes & int(attribute))

    def locate(self, x: float, y: float, z: float, heading: float) -> OnDrive | None:
        """Return where on the drives a vehicle is, None outside of the area.

        Args:
            x: Of its centre [m].
            y: [m].
            z: [m], NaN where unknown.
            heading: [rad].
        """
        drives = self.area.drives
        sides = self._sides
        if not len(sides.point):
            return None
        row, east, north = sides.point, sides.east, sides.north
        share = ((x - drives.x[row]) * east + (y - drives.y[row]) * north) / sides.length ** 2
        inner = np.clip(share, 0.0, 1.0)
        apart = np.hypot(
            drives.x[row] + inner * east - x, drives.y[row] + inner * north - y)
        turned = 1.0 - np.cos(heading - np.arctan2(north, east))
        level = drives.z[row] + inner * (drives.z[row + 1] - drives.z[row])
        before = np.where(sides.first, np.maximum(-share, 0.0) * sides.length, 0.0)
        behind = np.where(sides.last, np.maximum(share - 1.0, 0.0) * sides.length, 0.0)
        cost = apart + _TURNED * turned + _UNFIT * ~self.drivable[sides.drive]
        # Levels that are not known exclude nothing.
        elsewhere = (np.maximum(before, behind) > _BEYOND) | (np.abs(level - z) > _LEVEL)
        best = int(np.argmin(np.where(elsewhere, np.inf, cost)))
        if elsewhere[best] or cost[best] >= _FARTHEST:
            return None
        station = drives.station[row]
        along = station + inner * (drives.station[row + 1] - station) - before
        return OnDrive(int(sides.drive[best]), float(along[best]))

    @cached_property
    def _sides(self) -> _Sides:
        """All straight pieces of the drives together."""
        drives = self.area.drives
        ends = np.zeros(len(drives.x), np.bool_)
        ends[drives.begin[1:] - 1] = True
        point = np.flatnonzero(~ends)
        owner = np.repeat(np.arange(len(drives)), np.diff(drives.begin))[point]
        east = drives.x[point + 1] - drives.x[point]
        north = drives.y[point + 1] - drives.y[point]
        return _Sides(
            point, owner, east, north, np.maximum(np.hypot(east, north), _LEAST),
            point == drives.begin[owner], ends[point + 1])

    def reach_from(self, start: OnDrive) -> Reach:
        """Return how far all drives are from a place on one of them."""
        begin, end = self._turns
        first = end[begin == start.drive]
        rest = float(self.area.drives.length[start.drive]) - start.station
        return self._reach(first, np.full(len(first), rest), start)

    def reach_from_outside(self, x: float, y: float) -> Reach:
        """Return how far all drives are over the entrances, which are reached straight."""
        drives, nodes = self.area.drives, self.area.nodes
        doors = self.nodes_with(ParkingNodeAttribute.ENTRANCE)
        first = np.flatnonzero(np.isin(drives.upstream, doors) & self.drivable)
        far = np.hypot(nodes.x - x, nodes.y - y)[drives.upstream[first]]
        return self._reach(first, far, None)

    def _reach(
        self, first: NDArray[np.int64], far: Floats, start: OnDrive | None
    ) -> Reach:
        """Search the shortest ways, the vehicle being a node behind the last drive."""
        drives = self.area.drives
        count = len(drives)
        begin, end = self._turns
        weight = np.maximum(np.concatenate([drives.length[begin], far]), _LEAST)
        graph = csr_matrix(
            (weight, (np.concatenate([begin, np.full(len(first), count)]),
                      np.concatenate([end, first]))), shape=(count + 1, count + 1))
        rows, chain = dijkstra(graph, indices=[count], return_predecessors=True)
        distance, before = rows[0], chain[0]
        # Nothing (-9999) and the vehicle itself are no drives.
        before = np.where(
            (before >= 0) & (before < count), before, _NO_DRIVE).astype(np.int64)
        return Reach(distance[:count], before[:count], start)

    def distance_to(
        self, reach: Reach, drive: NDArray[np.int64], station: Floats
    ) -> Floats:
        """Return how far places on drives are.

        Args:
            reach: From where.
            drive: (n,) rows of drives.
            station: (n,) along them [m].

        Returns:
            (n,) [m], infinite where there is no legal way.
        """
        distance = reach.distance[drive] + station
        start = reach.start
        if start is not None:
            ahead = (drive == start.drive) & (station >= start.station) & self.drivable[drive]
            distance = np.where(ahead, station - start.station, distance)
        return np.asarray(distance, float)

    def route(self, reach: Reach, goal: OnDrive) -> Route | None:
        """Return the way to a place on a drive, None where there is none."""
        start = reach.start
        if (
            start is not None and start.drive == goal.drive and self.drivable[goal.drive]
            and goal.station >= start.station
        ):
            return self._drawn((goal.drive,), goal.station - start.station, start, goal)
        if not np.isfinite(reach.distance[goal.drive]):
            return None
        chain = [goal.drive]
        while reach.before[chain[-1]] != _NO_DRIVE:
            chain.append(int(reach.before[chain[-1]]))
        if start is not None:
            chain.append(start.drive)
        return self._drawn(
            tuple(reversed(chain)), float(reach.distance[goal.drive]) + goal.station, start, goal)

    def nearest_exit(self, reach: Reach) -> OnDrive | None:
        """Return the end of the drive into the exit that is reached first, None without any."""
        drives = self.area.drives
        outward = np.flatnonzero(
            np.isin(drives.node, self.nodes_with(ParkingNodeAttribute.EXIT)) & self.drivable)
        if not len(outward):
            return None
        distance = self.distance_to(reach, outward, drives.length[outward])
        best = int(np.argmin(distance))
        if not np.isfinite(distance[best]):
            return None
        drive = int(outward[best])
        return OnDrive(drive, float(drives.length[drive]))

    def _drawn(
        self, chain: tuple[int, ...], distance: float, start: OnDrive | None, goal: OnDrive
    ) -> Route:
        drives = self.area.drives
        parts = []
        for place, drive in enumerate(chain):
            first = 0.0 if place or start is None else max(start.station, 0.0)
            last = goal.station if place == len(chain) - 1 else float(drives.length[drive])
            points = drives.points(drive)
            station = drives.station[points]
            inner = station[(station > first) & (station < last)]
            at = np.concatenate([[first], inner, [last]])
            parts.append(np.column_stack([
                np.interp(at, station, column[points])
                for column in (drives.x, drives.y, drives.z)]))
        line = np.concatenate(parts)
        return Route(chain, distance, line[:, 0], line[:, 1], line[:, 2])


def walking_distance(area: ParkingArea) -> Floats:
    """Return how far each slot is on foot from the nearest exit or entrance.

    People walk the drives in both directions and under every height limit.

    Args:
        area: The area.

    Returns:
        (S,) [m], 0 everywhere where the map names no exit.
    """
    drives, nodes, slots = area.drives, area.nodes, area.slots
    doors = np.flatnonzero(
        nodes.attributes & int(ParkingNodeAttribute.ENTRANCE | ParkingNodeAttribute.EXIT))
    if not len(doors) or not len(slots):
        return np.zeros(len(slots))
    count = len(nodes)
    # Of parallel drives the shortest counts; a sparse matrix would add them up.
    order = np.lexsort((-drives.length, drives.node, drives.upstream))
    shortest = {
        (int(drives.upstream[row]), int(drives.node[row])): float(drives.length[row])
        for row in order}
    graph = csr_matrix(
        (list(shortest.values()), tuple(np.array(list(shortest)).T)), shape=(count, count))
    far = dijkstra(graph, directed=False, indices=doors, min_only=True)
    rest = drives.length[slots.drive] - slots.station
    return np.asarray(np.minimum(
        far[drives.upstream[slots.drive]] + slots.station, far[drives.node[slots.drive]] + rest))
