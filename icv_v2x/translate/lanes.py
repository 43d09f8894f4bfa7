# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lanes of intersections in the map frame: what adapters make of a road map message."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.records.map_common import SpeedLimitType

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]
Rows = NDArray[np.int64]

NOT_GIVEN = -1
"""Of regions, lane ids, phases and targets."""
UNKNOWN_MANEUVER = 255
"""Turn of a connection that does not tell it."""

# Columns with one entry for each point of a line.
_POINTS = ('x', 'y', 'z')


class LaneType(IntEnum):
    """Alternatives of LaneTypeAttributes, in their order."""

    VEHICLE = 0
    CROSSWALK = 1
    BIKE = 2
    SIDEWALK = 3
    BARRIER = 4
    STRIPING = 5
    TRACKED_VEHICLE = 6
    PARKING = 7


class ZoneKind(IntEnum):
    """Areas of an intersection (constants of `icv_v2x_msgs/LaneArray`)."""

    CENTRAL_CIRCLE = 0
    NON_MOTOR_VEHICLES = 1
    GRID_MARKING = 2


@dataclass(frozen=True)
class Connections:
    """Ways over intersections, C of them; their own lines of Q points together may be empty.

    Attributes:
        lane: (C,) index of the lane that the way leaves.
        region: (C,) of the node that it leads to, `NOT_GIVEN` where not given.
        node: (C,) number of that node.
        section: (C,) section of the lane there, 0 for none.
        lane_id: (C,) lane there, `NOT_GIVEN` where not given.
        maneuver: (C,) uint8, values of `Maneuver`, `UNKNOWN_MANEUVER` where not known.
        phase: (C,) signal phase that rules it, `NOT_GIVEN` for none.
        begin: (C + 1,) first point of each way's own line.
        x: (Q,) [m] from the stop line on.
        y: (Q,) [m].
    """

    lane: Rows
    region: Numbers
    node: Numbers
    section: Numbers
    lane_id: Numbers
    maneuver: NDArray[np.uint8]
    phase: Numbers
    begin: Rows
    x: Floats
    y: Floats

    def __len__(self) -> int:
        """Return the number of connections."""
        return len(self.lane)


@dataclass(frozen=True)
class Zones:
    """Areas to be kept free or not to be passed, Z of them as polygons of R corners together.

    Attributes:
        region: (Z,) of the node they belong to.
        node: (Z,)
        kind: (Z,) uint8, values of `ZoneKind`.
        begin: (Z + 1,) first corner of each.
        x: (R,) [m].
        y: (R,) [m].
    """

    region: Numbers
    node: Numbers
    kind: NDArray[np.uint8]
    begin: Rows
    x: Floats
    y: Floats

    def __len__(self) -> int:
        """Return the number of zones."""
        return len(self.kind)


@dataclass(frozen=True)
class Lanes:
    """Lanes, L of them, with centre lines of P points together.

    Attributes:
        region: (L,) of the node that the lane leads to, `NOT_GIVEN` where not given.
        node: (L,) number of that node.
        upstream_region: (L,) of the node that it comes from.
        upstream_node: (L,)
        section: (L,) section of its link, 0 where links have none.
        lane_id: (L,) number in its link, `NOT_GIVEN` where not known; with a section the place
            beside the reference line, left positive.
        ends_at_node: (L,) bool, False where the next section of the link follows.
        width: (L,) [m].
        lane_type: (L,) uint8, values of `LaneType`.
        attributes: (L,) uint16, bits of that type.
        sharing: (L,) uint16, bits of `LaneSharing`.
        maneuvers: (L,) uint16, bits of `AllowedManeuver`; 0 where not given.
        speed_limits: (L, 13) [m/s] by `SpeedLimitType`, NaN where there is none.
        begin: (L + 1,) first point of each centre line.
        x: (P,) [m] in travel direction; the last point of a line lies at the stop line.
        y: (P,) [m].
        z: (P,) [m], NaN where unknown.
        connections: Where they lead to.
        zones: Areas of their nodes.
    """

    region: Numbers
    node: Numbers
    upstream_region: Numbers
    upstream_node: Numbers
    section: Numbers
    lane_id: Numbers
    ends_at_node: NDArray[np.bool_]
    width: Floats
    lane_type: NDArray[np.uint8]
    attributes: NDArray[np.uint16]
    sharing: NDArray[np.uint16]
    maneuvers: NDArray[np.uint16]
    speed_limits: Floats
    begin: Rows
    x: Floats
    y: Floats
    z: Floats
    connections: Connections
    zones: Zones

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.lane_id)

    def line(self, lane: int) -> Floats:
        """Return the centre line of a lane, (M, 2) [m]."""
        points = slice(self.begin[lane], self.begin[lane + 1])
        return np.column_stack([self.x[points], self.y[points]])

    def take(self, rows: Rows) -> Lanes:
        """Return some lanes with their connections, and the areas of their nodes.

        Args:
            rows: Indices of the lanes, ascending.
        """
        place = np.full(len(self), NOT_GIVEN, np.int64)
        place[rows] = np.arange(len(rows))
        ways = np.flatnonzero(place[self.connections.lane] >= 0)
        connections = _columns(self.connections, ways)
        own = np.column_stack([self.region[rows], self.node[rows]])
        zones = np.array([
            row for row, key in enumerate(zip(self.zones.region, self.zones.node, strict=True))
            if (own == key).all(axis=1).any()
        ], np.int64)
        columns = _columns(self, rows, ('connections', 'zones'))
        return Lanes(
            **columns,
            connections=Connections(**{**connections, 'lane': place[connections['lane']]}),
            zones=Zones(**_columns(self.zones, zones)))


@dataclass(frozen=True)
class NodeMap:
    """The map of one node as one sender gave it.

    Attributes:
        region: Region that numbers the node, `NOT_GIVEN` where not given.
        node: Its number.
        x: [m] of its reference position.
        y: [m].
        lanes: Lanes that lead to the node.
        message_count: Counter of the message.
        time: When it was made [ns since the Unix epoch].
        verification: Value of `Verification`.
        signer: Certificate digest, 0 for none.
    """

    region: int
    node: int
    x: float
    y: float
    lanes: Lanes
    message_count: int
    time: int
    verification: int
    signer: int


@dataclass(frozen=True)
class RoadMaps:
    """Maps that a unit has decoded itself.

    Attributes:
        stamp: [ns since the Unix epoch].
        maps: One for each node.
    """

    stamp: int
    maps: tuple[NodeMap, ...]


def no_lanes() -> Lanes:
    """Return an empty set of lanes."""
    numbers, floats = np.zeros(0, np.int32), np.zeros(0)
    begin = np.zeros(1, np.int64)
    return Lanes(
        region=numbers, node=numbers, upstream_region=numbers, upstream_node=numbers,
        section=numbers, lane_id=numbers, ends_at_node=np.zeros(0, np.bool_), width=floats,
        lane_type=np.zeros(0, np.uint8), attributes=np.zeros(0, np.uint16),
        sharing=np.zeros(0, np.uint16), maneuvers=np.zeros(0, np.uint16),
        speed_limits=np.zeros((0, len(SpeedLimitType))), begin=begin, x=floats, y=floats,
        z=floats,
        connections=Connections(
            lane=np.zeros(0, np.int64), region=numbers, node=numbers, section=numbers,
            lane_id=numbers, maneuver=np.zeros(0, np.uint8), phase=numbers, begin=begin,
            x=floats, y=floats),
        zones=Zones(
            region=numbers, node=numbers, kind=np.zeros(0, np.uint8), begin=begin, x=floats,
            y=floats))


def joined(parts: Sequence[Lanes]) -> Lanes:
    """Return sets of lanes end to end; connections keep their lanes."""
    parts = parts or [no_lanes()]
    first = np.cumsum([0, *(len(part) for part in parts)])
    connections = [
        replace(part.connections, lane=part.connections.lane + offset)
        for part, offset in zip(parts, first[:-1], strict=True)
    ]
    return Lanes(
        **_ends(parts, ('connections', 'zones')), connections=Connections(**_ends(connections)),
        zones=Zones(**_ends([part.zones for part in parts])))


def _ends(parts: Sequence[Any], but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the columns of records end to end, `begin` counted on."""
    columns: dict[str, Any] = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(parts[0]) if f.name not in ('begin', *but)
    }
    steps = np.concatenate([np.diff(part.begin) for part in parts])
    columns['begin'] = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    return columns


def _columns(record: Any, rows: Rows, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the columns of some rows, the points of their lines with them."""
    steps = np.diff(record.begin)[rows]
    begin = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    points = np.arange(begin[-1]) + np.repeat(record.begin[:-1][rows] - begin[:-1], steps)
    return {
        'begin': begin,
        **{f.name: getattr(record, f.name)[points if f.name in _POINTS else rows]
           for f in fields(record) if f.name not in ('begin', *but)},
    }
