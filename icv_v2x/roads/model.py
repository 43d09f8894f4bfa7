# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road as an unchanging snapshot: lanes of all nodes heard of, stitched together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import Verification
from icv_v2x.message_set.records.map_common import SpeedLimitType
from icv_v2x.roads.segments import SegmentGrid
from icv_v2x.roads.stitching import stitched
from icv_v2x.roads.ways import connection_line
from icv_v2x.translate.lanes import NOT_GIVEN, Lanes, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.translate.lanes import Floats, NodeMap, Rows

_HEAVY_LIMIT = SpeedLimitType.TRUCK_MAX_SPEED
_LIMIT = SpeedLimitType.VEHICLE_MAX_SPEED
SAME, BESIDE, NEXT = 1, 2, 3
"""How lanes relate to each other, see `RoadModel.relation`; 0 for not at all."""


@dataclass(frozen=True, eq=False)
class RoadModel:
    """Lanes, L of them, with everything that follows from their lines.

    Attributes:
        version: Grows with every change of the model.
        lanes: The lanes.
        station: (P,) [m] along its lane of each point of the centre lines.
        length: (L,) [m].
        target: (C,) lane that each connection leads to, `NOT_GIVEN` where it is not known.
        time: (L,) int64, when the lane was heard of last [ns since the Unix epoch].
        verification: (L,) uint8, values of `Verification`.
        signer: (L,) uint64, certificate digest.
        nodes: (N, 2) region and number of the nodes whose maps are known.
        node_x: (N,) [m] of their reference positions.
        node_y: (N,) [m].
    """

    version: int
    lanes: Lanes
    station: Floats
    length: Floats
    target: Rows
    time: NDArray[np.int64]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    nodes: NDArray[np.int32]
    node_x: Floats
    node_y: Floats

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.lanes)

    @cached_property
    def stop_x(self) -> Floats:
        """East of the stop line of each lane, (L,) [m]."""
        return np.asarray(self.lanes.x[self.lanes.begin[1:] - 1])

    @cached_property
    def stop_y(self) -> Floats:
        """North of the stop line of each lane, (L,) [m]."""
        return np.asarray(self.lanes.y[self.lanes.begin[1:] - 1])

    @cached_property
    def identity(self) -> NDArray[np.int64]:
        """A number by which a lane is found again in later versions, (L,)."""
        lanes = self.lanes
        columns = np.stack([
            lanes.region, lanes.node, lanes.upstream_region, lanes.upstream_node,
            lanes.section, lanes.lane_id,
        ]).astype(np.uint64)
        number = np.zeros(len(lanes), np.uint64)
        # Wraps around; a collision of two near lanes only costs history.
        for column in columns:
            number = number * np.uint64(6364136223846793005) + column + np.uint64(1442695040889)
        return number.view(np.int64)

    @cached_property
    def grid(self) -> SegmentGrid:
        """The lines of all lanes, to find those near a place."""
        lanes = self.lanes
        return SegmentGrid(lanes.begin, lanes.x, lanes.y, self.station)

    @cached_property
    def relation(self) -> NDArray[np.uint8]:
        """What a lane is to another one, (L, L): `SAME`, `BESIDE` in one link, `NEXT` or 0."""
        lanes = self.lanes
        link = np.stack([
            lanes.region, lanes.node, lanes.upstream_region, lanes.upstream_node, lanes.section])
        _, number = np.unique(link, axis=1, return_inverse=True)
        number = number.reshape(-1)
        relation = np.where(number[:, np.newaxis] == number, BESIDE, 0).astype(np.uint8)
        known = self.target >= 0
        relation[lanes.connections.lane[known], self.target[known]] = NEXT
        np.fill_diagonal(relation, SAME)
        return relation

    @cached_property
    def connection_length(self) -> Floats:
        """How long the ways over the nodes are, (C,) [m]."""
        return np.array([
            np.hypot(*np.diff(self.connection_line(way), axis=0).T).sum()
            for way in range(len(self.target))], np.float64)

    def connection_line(self, way: int) -> Floats:
        """Return the line of a connection from the stop line to the lane behind, (M, 2) [m]."""
        line = self._connection_lines.get(way)
        if line is None:
            line = connection_line(self.lanes, self.target, way)
            self._connection_lines[way] = line
        return line

    @cached_property
    def _connection_lines(self) -> dict[int, Floats]:
        """Lines of connections that were asked for; the same few are every cycle."""
        return {}

    @cached_property
    def first_connection(self) -> Rows:
        """Where the connections of each lane begin, (L + 1,); they are sorted by lane."""
        return np.searchsorted(self.lanes.connections.lane, np.arange(len(self) + 1))

    def connections_of(self, lane: int) -> Rows:
        """Return the indices of the connections that leave a lane."""
        first = self.first_connection
        return np.arange(first[lane], first[lane + 1])

    def lane_of(
        self, node: int, upstream_node: int, lane_id: int, region: int = NOT_GIVEN
    ) -> int:
        """Return the index of a lane by its numbers, `NOT_GIVEN` where it is not known.

        Args:
            node: Node that it leads to.
            upstream_node: Node that it comes from.
            lane_id: Its number in the link.
            region: Of the node, `NOT_GIVEN` for any.
        """
        lanes = self.lanes
        same = (lanes.node == node) & (lanes.upstream_node == upstream_node)
        same &= (lanes.lane_id == lane_id) & lanes.ends_at_node
        if region != NOT_GIVEN:
            same &= lanes.region == region
        found = np.flatnonzero(same)
        return int(found[0]) if len(found) else NOT_GIVEN

    def speed_limit(self, *, heavy: bool = False) -> Floats:
        """Return the highest speed by day of each lane, (L,) [m/s], NaN where there is none."""
        limits = self.lanes.speed_limits
        if not heavy:
            return np.asarray(limits[:, _LIMIT])
        return np.asarray(np.fmin(limits[:, _LIMIT], limits[:, _HEAVY_LIMIT]))

    def minimum_speed(self, *, heavy: bool = False) -> Floats:
        """Return the lowest speed that each lane asks for, (L,) [m/s], NaN where none."""
        limits = self.lanes.speed_limits
        cars = limits[:, SpeedLimitType.VEHICLE_MIN_SPEED]
        if not heavy:
            return np.asarray(cars)
        trucks = limits[:, SpeedLimitType.TRUCK_MIN_SPEED]
        return np.asarray(np.where(np.isnan(trucks), cars, trucks))

    def place(self, lane: int, station: Floats) -> tuple[Floats, Floats, Floats]:
        """Return points on the centre line of a lane.

        Args:
            lane: Index of the lane.
            station: (n,) [m] along it; beyond its ends the line goes straight on.

        Returns:
            x [m], y [m], heading [rad] in travel direction, (n,) each.
        """
        points = slice(self.lanes.begin[lane], self.lanes.begin[lane + 1])
        x, y, along = self.lanes.x[points], self.lanes.y[points], self.station[points]
        side = np.clip(np.searchsorted(along, station, side='right') - 1, 0, len(x) - 2)
        heading = np.arctan2(np.diff(y), np.diff(x))[side]
        beyond = np.asarray(station) - along[side]
        return x[side] + beyond * np.cos(heading), y[side] + beyond * np.sin(heading), heading

    def known(self) -> NDArray[np.bool_]:
        """Return which lanes a verified sender told of, (L,)."""
        return np.asarray(self.verification == int(Verification.VERIFIED))


def road_model(maps: Sequence[NodeMap], version: int = 0) -> RoadModel:
    """Return the model of the maps of nodes.

    Args:
        maps: One for each node.
        version: Number of the model.
    """
    lanes = joined([one.lanes for one in maps])
    counts = [len(one.lanes) for one in maps]
    station = stations(lanes)
    length = station[lanes.begin[1:] - 1] if len(lanes) else np.zeros(0)
    lanes, target = stitched(lanes)

    def per_lane(values: list[int], kind: type) -> NDArray[np.int64]:
        return np.repeat(np.array(values, dtype=kind), counts)

    return RoadModel(
        version=version,
        lanes=lanes,
        station=station,
        length=length,
        target=target,
        time=per_lane([one.time for one in maps], np.int64),
        verification=per_lane([one.verification for one in maps], np.uint8).astype(np.uint8),
        signer=per_lane([one.signer for one in maps], np.uint64).astype(np.uint64),
        nodes=np.array([(one.region, one.node) for one in maps], np.int32).reshape(-1, 2),
        node_x=np.array([one.x for one in maps], np.float64),
        node_y=np.array([one.y for one in maps], np.float64),
    )


def stations(lanes: Lanes) -> Floats:
    """Return how far along its lane each point of the centre lines lies, (P,) [m]."""
    if not len(lanes.x):
        return np.zeros(0)
    step = np.hypot(np.diff(lanes.x, prepend=lanes.x[:1]), np.diff(lanes.y, prepend=lanes.y[:1]))
    step[lanes.begin[:-1]] = 0.0
    total = np.cumsum(step)
    return np.asarray(total - np.repeat(total[lanes.begin[:-1]], np.diff(lanes.begin)))
