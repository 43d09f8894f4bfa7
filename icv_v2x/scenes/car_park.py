# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A car park for scenes: levels of aisles with slots, one-way rows, ramps, entrance and exit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.interchange.broadcast import SECOND
from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.pam import (
    ParkingAreaMap,
    ParkingDrive,
    ParkingGuide,
    ParkingLock,
    ParkingLotInfo,
    ParkingNode,
    ParkingNodeAttribute,
    ParkingSlot,
    ParkingSlotPosition,
    ParkingSpaceTheta,
    ParkingType,
    SlotStatus,
)
from icv_v2x.message_set.records.position_offset import PositionOffset

if TYPE_CHECKING:
    from icv_v2x.scenes.road_side import Site

Locate = Callable[[float, float, float], tuple[float, float, float]]
"""From a place in the axes of the scene [m] to latitude, longitude [deg] and elevation [m]."""

ENTRANCE, EXIT = 1, 2
"""Numbers of the nodes at the doors."""

_COLUMNS, _ROWS = 4, 3
_COLUMN_STEP, _ROW_STEP, _LEVEL_STEP = 30.0, 18.0, 3.0
# Slots stand at right angles on both sides of the aisles, the first one this far in [m].
_FIRST, _SLOT_WIDTH, _SLOT_LENGTH, _SETBACK = 5.0, 2.5, 5.3, 3.0
_PER_SIDE = 4
_CROSS_HEIGHT = 1.9


class _Way(NamedTuple):
    upstream: int
    node: int
    height: float
    slots: bool


@dataclass(frozen=True)
class CarPark:
    """A car park of which the corner at the entrance is at (0, 0) of the scene.

    On each level row 0 is driven to the east and row 2 to the west, row 1 both ways; column 0 is
    driven to the south, column 3 to the north, those between both ways but under low pipes. Ramps
    lead down in the east and up in the west.

    Attributes:
        number: Of the area.
        name: Of the area.
        levels: Levels, the topmost is floor 0.
        slots: Slots of all levels together; numbered from 1 on.
        occupied: Slots that are occupied from the beginning.
        taken: Slot to the time [s] from which it is occupied.
        blocked: Node to the time [s] from which it is blocked.
        ramp_heights: Height limit of the ramps to each level below the first [m].
        kinds: Slot to its kind, others are ordinary.
        guides: What is given to vehicles.
        guided_from: [s] from which that is told.
    """

    number: int = 7
    name: str = 'P7'
    levels: int = 3
    slots: int = 200
    occupied: frozenset[int] = frozenset()
    taken: Mapping[int, float] = field(default_factory=dict)
    blocked: Mapping[int, float] = field(default_factory=dict)
    ramp_heights: tuple[float, ...] = (2.4, 2.1)
    kinds: Mapping[int, ParkingType] = field(default_factory=dict)
    guides: tuple[ParkingGuide, ...] = ()
    guided_from: float = 0.0

    def sending(self, site: Site) -> ParkingAreaMap:
        """Return the message for `RoadSide.repeats`."""
        def locate(x: float, y: float, z: float) -> tuple[float, float, float]:
            east, north = site.scene.in_map(x, y)
            latitude, longitude, height = site.map_frame.to_geodetic(
                np.array([east]), np.array([north]), np.array([z]))
            return float(latitude[0]), float(longitude[0]), float(height[0])

        return self.message(locate, (site.instant - site.scene.start) / SECOND, site.count)

    def node_number(self, level: int, column: int, row: int) -> int:
        """Return the number of a node."""
        return 10 + (level * _ROWS + row) * _COLUMNS + column

    def place(self, node: int) -> tuple[float, float, float]:
        """Return where a node is in the axes of the scene [m]."""
        if node in (ENTRANCE, EXIT):
            return -20.0, 0.0 if node == ENTRANCE else (_ROWS - 1) * _ROW_STEP, 0.0
        rest, column = divmod(node - 10, _COLUMNS)
        level, row = divmod(rest, _ROWS)
        return column * _COLUMN_STEP, row * _ROW_STEP, -level * _LEVEL_STEP

    def message(self, locate: Locate, time: float = 0.0, count: int = 0) -> ParkingAreaMap:
        """Return the map as it is sent.

        Args:
            locate: Where a place of the scene lies on earth.
            time: [s] of the scene.
            count: Number of the message.
        """
        ways = list(self._ways())
        numbers = iter(range(1, self.slots + 1))
        drives: dict[int, list[ParkingDrive]] = {}
        for way in ways:
            drives.setdefault(way.node, []).append(self._drive(way, ways, numbers, locate, time))
        nodes = [ENTRANCE, EXIT] + [
            self.node_number(level, column, row) for level in range(self.levels)
            for row in range(_ROWS) for column in range(_COLUMNS)]
        return ParkingAreaMap(
            message_count=count % 128, time_of_year=math.nan,
            parking_lot_info=ParkingLotInfo(
                self.number, self.name, self.slots, self.levels, None),
            nodes=tuple(self._node(node, tuple(drives.get(node, ())), locate, time)
                        for node in nodes),
            parking_area_guidance=self.guides if time >= self.guided_from else ())

    def _ways(self) -> list[_Way]:
        ways: list[_Way] = []
        east, north = _COLUMNS - 1, _ROWS - 1
        for level in range(self.levels):
            def node(column: int, row: int, level: int = level) -> int:
                return self.node_number(level, column, row)

            free = math.nan
            for column in range(east):
                ways.append(_Way(node(column, 0), node(column + 1, 0), free, True))
                ways.append(_Way(node(column, 1), node(column + 1, 1), free, True))
                ways.append(_Way(node(column + 1, 1), node(column, 1), free, False))
                ways.append(_Way(node(column + 1, north), node(column, north), free, True))
            for row in range(north):
                ways.append(_Way(node(0, row + 1), node(0, row), free, False))
                ways.append(_Way(node(east, row), node(east, row + 1), free, False))
                for column in range(1, east):
                    south, back = node(column, row), node(column, row + 1)
                    ways.append(_Way(south, back, _CROSS_HEIGHT, False))
                    ways.append(_Way(back, south, _CROSS_HEIGHT, False))
            if level:
                limit = self.ramp_heights[min(level, len(self.ramp_heights)) - 1]
                above = self.node_number(level - 1, east, 0)
                ways.append(_Way(above, node(east, 1), limit, False))
                ways.append(_Way(
                    node(0, 1), self.node_number(level - 1, 0, north), limit, False))
        ways.append(_Way(ENTRANCE, self.node_number(0, 0, 0), 3.5, False))
        ways.append(_Way(self.node_number(0, 0, north), EXIT, 3.5, False))
        return ways

    def _node(
        self, node: int, drives: tuple[ParkingDrive, ...], locate: Locate, time: float
    ) -> ParkingNode:
        x, y, z = self.place(node)
        attributes = ParkingNodeAttribute(0)
        if node == ENTRANCE:
            attributes |= ParkingNodeAttribute.ENTRANCE
        if node == EXIT:
            attributes |= ParkingNodeAttribute.EXIT
        if time >= self.blocked.get(node, math.inf):
            attributes |= ParkingNodeAttribute.BLOCKED
        return ParkingNode(
            id=node, reference_position=Position(*locate(x, y, z)),
            floor=round(z / _LEVEL_STEP), attributes=attributes, drives=drives)

    def _drive(
        self, way: _Way, ways: list[_Way], numbers: Iterator[int], locate: Locate, time: float
    ) -> ParkingDrive:
        # Nobody turns back on the spot.
        movements = tuple(sorted({
            other.node for other in ways
            if other.upstream == way.node and other.node != way.upstream}))
        return ParkingDrive(
            upstream_pam_node_id=way.upstream, drive_id=None, two_way_separation=None,
            speed_limit=5.0 if way.slots else math.nan, height_restriction=way.height,
            drive_width=6.0, lane_num=1, points=(), movements=movements,
            parking_slots=self._slots(way, numbers, locate, time) if way.slots else ())

    def _slots(
        self, way: _Way, numbers: Iterator[int], locate: Locate, time: float
    ) -> tuple[ParkingSlot, ...]:
        (x, y, z), (end, _, _) = self.place(way.upstream), self.place(way.node)
        forward = math.copysign(1.0, end - x)
        base = locate(end, y, z)

        def offset(along: float, aside: float) -> PositionOffset:
            latitude, longitude, _ = locate(x + forward * along, y + aside, z)
            return PositionOffset(latitude - base[0], longitude - base[1])

        made = []
        for place in range(2 * _PER_SIDE):
            number = next(numbers, None)
            if number is None:
                break
            side = 1.0 if place % 2 else -1.0
            along = _FIRST + (place // 2) * _SLOT_WIDTH
            near, far = side * _SETBACK, side * (_SETBACK + _SLOT_LENGTH)
            busy = number in self.occupied or time >= self.taken.get(number, math.inf)
            made.append(ParkingSlot(
                slot_id=number,
                position=ParkingSlotPosition(
                    offset(along, far), offset(along + _SLOT_WIDTH, far), offset(along, near)),
                sign=f'B{number}', parking_type=self.kinds.get(number, ParkingType.ORDINARY),
                status=SlotStatus.OCCUPIED if busy else SlotStatus.AVAILABLE,
                parking_space_theta=ParkingSpaceTheta.VERTICAL,
                parking_lock=ParkingLock.NOLOCK))
        return tuple(made)
