# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Guides the vehicle from one instant to the next: to a slot that stays the same, or out."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.message_set.records.pam import ParkingNodeAttribute
from icv_v2x.parking.choice import Obstacle, choose, cost, hindrances, wish_of
from icv_v2x.parking.network import Network, OnDrive, Reach, Route, walking_distance
from icv_v2x.translate.parking_areas import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.parking.choice import Wish
    from icv_v2x.parking.network import Floats
    from icv_v2x.translate.parking_areas import ParkingArea, ParkingDrives, ParkingSlots
    from icv_v2x.world.ego import EgoState

# Who is so near to the centre of a slot, beyond half its length, is in it already [m].
_IN_SLOT = 1.0
_USUAL_LENGTH = 5.3
# Slower than this a vehicle stands [m/s]; nearer than this the end of the way is reached [m].
_STANDING, _THERE = 0.3, 2.0
_LEVEL = 1.8
# Ids of the own vehicle that are remembered.
_IDS = 3

_LOST_TO = {
    Obstacle.NOT_FREE: 'slot {} is taken', Obstacle.NOT_PERMITTED: 'slot {} is closed',
    Obstacle.TOO_SMALL: 'slot {} is too small', Obstacle.OUT_OF_REACH: 'no way leads to slot {}',
}


class Outcome(IntEnum):
    """What guidance came to."""

    ON_THE_WAY = 0
    ARRIVED = 1
    NO_SLOT = 2
    NO_WAY = 3


@dataclass(frozen=True)
class Guidance:
    """Where the vehicle is guided to at one instant.

    Attributes:
        area: The area.
        outcome: What guidance came to.
        slot: Number of the slot, `NOT_GIVEN` where out of the area or where there is none.
        sign: What is written on the slot, '' where unknown.
        floor: Of the goal, NaN where unknown.
        route: The way there, None where there is none or none is left.
        approach: From the vehicle to the beginning of the route, straight, where it is still
            outside of the area [m].
        x: Of the goal [m] in `map`, NaN without one.
        y: [m].
        z: [m].
        confirmed: The area itself gave this slot to this vehicle.
        change: Why the goal is another one than before, '' where it is not.
        obstacles: Where there is no slot: obstacle to number of slots.
    """

    area: ParkingArea
    outcome: Outcome
    slot: int = NOT_GIVEN
    sign: str = ''
    floor: float = math.nan
    route: Route | None = None
    approach: float = 0.0
    x: float = math.nan
    y: float = math.nan
    z: float = math.nan
    confirmed: bool = False
    change: str = ''
    obstacles: tuple[tuple[Obstacle, int], ...] = ()

    @property
    def distance(self) -> float:
        """How far the goal is to drive [m], NaN without a way."""
        return math.nan if self.route is None else self.route.distance


class _Place(NamedTuple):
    """The area that matters, and where the vehicle is in it or how far from it."""

    network: Network
    start: OnDrive | None
    approach: float


class ParkingGuide:
    """Keeps to a slot as long as it can be taken."""

    def __init__(self) -> None:
        """Begin without a goal."""
        self.clear()

    def clear(self) -> None:
        """Forget the goal."""
        self._goal: tuple[tuple[int, int], int] | None = None
        self._change = ''
        self._ids: tuple[int, ...] = ()
        self._walk: tuple[ParkingDrives, ParkingSlots, Floats] | None = None

    def update(
        self, areas: Sequence[ParkingArea], ego: EgoState, parameters: Parameters
    ) -> Guidance | None:
        """Return where to go now.

        Args:
            areas: Those that are known.
            ego: The ego now.
            parameters: Parameters of the package.

        Returns:
            The guidance, None where none is wanted or no area is near.
        """
        limits = parameters.parking
        if limits.wanted == 'nothing':
            self.clear()
            return None
        place = _place(areas, ego, parameters)
        if place is None:
            self._goal = None
            return None
        network = place.network
        reach = (
            network.reach_from_outside(ego.x, ego.y) if place.start is None
            else network.reach_from(place.start))
        if limits.wanted == 'exit':
            self._goal = None
            return None if place.start is None else _way_out(network, reach)
        return self._to_slot(place, reach, ego, parameters)

    def _to_slot(
        self, place: _Place, reach: Reach, ego: EgoState, parameters: Parameters
    ) -> Guidance:
        network = place.network
        area, slots = network.area, network.area.slots
        wish = wish_of(parameters, ego.length, ego.width)
        distance = network.distance_to(reach, slots.drive, slots.station)
        given = _given_to(area, self._own_ids(parameters.vehicle.temporary_id))
        held = self._goal[1] if self._goal and self._goal[0] == area.key else NOT_GIVEN
        inside = (slots.number == held) & _within(slots, ego)
        obstacle = hindrances(slots, wish, distance, (slots.number == given) | inside)
        row = self._row(area, wish, distance, obstacle, given, held)
        if row < 0:
            self._goal = None
            counts = Counter(Obstacle(int(one)) for one in obstacle)
            return Guidance(
                area, Outcome.NO_SLOT, change=self._change,
                obstacles=tuple(sorted(counts.items())))
        number = int(slots.number[row])
        if number != held:
            self._change = _change(slots, obstacle, held, given == number)
            self._goal = (area.key, number)
        goal = OnDrive(int(slots.drive[row]), float(slots.station[row]))
        arrived = bool(inside[row]) and abs(ego.speed) <= _STANDING
        return Guidance(
            area, Outcome.ARRIVED if arrived else Outcome.ON_THE_WAY, number, slots.sign[row],
            float(area.nodes.floor[area.drives.node[goal.drive]]), network.route(reach, goal),
            place.approach, float(slots.x[row]), float(slots.y[row]), float(slots.z[row]),
            given == number, self._change)

    def _row(
        self, area: ParkingArea, wish: Wish, distance: Floats, obstacle: NDArray[np.uint8],
        given: int, held: int,
    ) -> int:
        """Return the row of the slot given by the area, else held, else best; -1 for none."""
        slots = area.slots
        walk = self._walking(area)
        for number in (given, held):
            rows = np.flatnonzero((slots.number == number) & (obstacle == Obstacle.NONE))
            if number != NOT_GIVEN and len(rows):
                return int(rows[np.argmin(cost(slots, wish, distance, walk)[rows])])
        return choose(slots, wish, distance, walk, obstacle)

    def _own_ids(self, temporary_id: str) -> tuple[int, ...]:
        """Return the ids the vehicle had of late: a slot stays its own when its id changes."""
        own = int(temporary_id, 16) if temporary_id else None
        if own is not None and own not in self._ids:
            self._ids = (own, *self._ids)[:_IDS]
        return self._ids

    def _walking(self, area: ParkingArea) -> Floats:
        known = self._walk
        if known is None or known[0] is not area.drives or known[1] is not area.slots:
            known = self._walk = (area.drives, area.slots, walking_distance(area))
        return known[2]


def _place(
    areas: Sequence[ParkingArea], ego: EgoState, parameters: Parameters
) -> _Place | None:
    """Return the area that the vehicle is in, else the one with the nearest entrance."""
    limits = parameters.parking
    best: _Place | None = None
    # A limit that the vehicle just fits under is one that it fits under.
    height = parameters.vehicle.height + limits.height_margin - 1e-9
    width = ego.width + limits.side_margin - 1e-9
    for area in areas:
        network = Network(area, height, width)
        start = network.locate(ego.x, ego.y, ego.z, ego.heading)
        if start is not None:
            return _Place(network, start, 0.0)
        doors = network.nodes_with(ParkingNodeAttribute.ENTRANCE)
        if not len(doors):
            continue
        nodes = area.nodes
        approach = float(np.hypot(nodes.x[doors] - ego.x, nodes.y[doors] - ego.y).min())
        if approach <= limits.reach and (best is None or approach < best.approach):
            best = _Place(network, None, approach)
    return best


def _way_out(network: Network, reach: Reach) -> Guidance:
    area = network.area
    goal = network.nearest_exit(reach)
    route = None if goal is None else network.route(reach, goal)
    if goal is None or route is None:
        return Guidance(area, Outcome.NO_WAY)
    node = int(area.drives.node[goal.drive])
    return Guidance(
        area, Outcome.ARRIVED if route.distance <= _THERE else Outcome.ON_THE_WAY,
        floor=float(area.nodes.floor[node]), route=route, x=float(area.nodes.x[node]),
        y=float(area.nodes.y[node]), z=float(area.nodes.z[node]))


def _given_to(area: ParkingArea, own: tuple[int, ...]) -> int:
    """Return the slot that the area gave to one of some ids, `NOT_GIVEN` for none."""
    return next((one.slot for one in area.assignments if one.vehicle in own), NOT_GIVEN)


def _within(slots: ParkingSlots, ego: EgoState) -> NDArray[np.bool_]:
    """Return in which slots the ego stands, (S,)."""
    half = 0.5 * np.where(np.isnan(slots.length), _USUAL_LENGTH, slots.length)
    near = np.hypot(slots.x - ego.x, slots.y - ego.y) <= half + _IN_SLOT
    return np.asarray(near & ~(np.abs(slots.z - ego.z) > _LEVEL))


def _change(
    slots: ParkingSlots, obstacle: NDArray[np.uint8], held: int, given: bool
) -> str:
    """Return why another slot than the one held is the goal."""
    if held == NOT_GIVEN:
        return ''
    rows = np.flatnonzero(slots.number == held)
    if not len(rows):
        return f'slot {held} is not on the map any more'
    reason = Obstacle(int(obstacle[rows].min()))
    if reason == Obstacle.NONE:
        return 'the area gives another slot' if given else ''
    return _LOST_TO[reason].format(held)
