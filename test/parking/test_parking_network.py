# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Ways in a parking area: as short as an independent search finds them, and never illegal."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import bellman_ford
from strategies.car_parks import area_of, message

from icv_v2x.message_set.records.pam import ParkingAreaMap, ParkingNodeAttribute, SlotStatus
from icv_v2x.parking import Network, Obstacle, Route, Wish, choose, hindrances
from icv_v2x.parking.network import OnDrive, walking_distance
from icv_v2x.scenes.car_park import CarPark
from icv_v2x.translate.parking_areas import ParkingArea

STATES = 1000
PARK = CarPark()
WISH = Wish(5.0, 2.3, 0, 'no', 0.0, 3.0)


class Oracle:
    """Ways by the message itself: its own legality, its own search, nothing of the package."""

    def __init__(self, record: ParkingAreaMap, height: float, blocked: set[int]) -> None:
        places = {node.id: node.reference_position for node in record.nodes}
        self.slots: dict[int, tuple[tuple[int, int], SlotStatus]] = {}
        self.leaves: dict[tuple[int, int], tuple[int, ...]] = {}
        self.length: dict[tuple[int, int], float] = {}
        self.all_leaves: dict[tuple[int, int], tuple[int, ...]] = {}
        for node in record.nodes:
            for drive in node.drives:
                way = (drive.upstream_pam_node_id, node.id)
                self.all_leaves[way] = drive.movements
                low = drive.height_restriction < height
                if not low and not blocked & set(way):
                    self.leaves[way] = drive.movements
                one, other = places[way[0]], places[way[1]]
                north = (other.latitude - one.latitude) * 111_034.0
                east = (other.longitude - one.longitude) * 85_640.0
                self.length[way] = math.sqrt(
                    north ** 2 + east ** 2 + (other.elevation - one.elevation) ** 2)
                for slot in drive.parking_slots:
                    self.slots[slot.slot_id] = (way, slot.status)

    def distances(self, way: tuple[int, int], station: float) -> dict[tuple[int, int], float]:
        """Returns how far the beginnings of all drives are, by SciPy's Bellman-Ford.

        The package searches by another algorithm, over a graph that it makes of its own records.
        """
        ways = list(self.leaves)
        number = {one: place for place, one in enumerate(ways)}
        source = len(ways)
        edges = [
            (number[one], number[one[1], target], self.length[one])
            for one, targets in self.leaves.items() for target in targets
            if (one[1], target) in number]
        rest = self.length[way] - station
        edges += [
            (source, number[way[1], target], rest) for target in self.all_leaves[way]
            if (way[1], target) in number]
        if not edges:
            return {}
        begin, end, weight = zip(*edges, strict=True)
        graph = csr_matrix((weight, (begin, end)), shape=(source + 1, source + 1))
        far = bellman_ford(graph, indices=source)
        return {one: float(far[place]) for one, place in number.items()
                if np.isfinite(far[place])}


@pytest.fixture(scope='module')
def area() -> ParkingArea:
    return area_of(PARK)


def way(area: ParkingArea, drive: int) -> tuple[int, int]:
    numbers, drives = area.nodes.number, area.drives
    return int(numbers[drives.upstream[drive]]), int(numbers[drives.node[drive]])


def in_state(
    area: ParkingArea, status: np.ndarray, blocked: set[int], heights: np.ndarray
) -> ParkingArea:
    attributes = np.where(
        np.isin(area.nodes.number, list(blocked)), int(ParkingNodeAttribute.BLOCKED), 0)
    return replace(
        area, nodes=replace(area.nodes, attributes=area.nodes.attributes | attributes),
        drives=replace(area.drives, height=heights), slots=replace(area.slots, status=status))


def test_ways_are_as_short_as_an_independent_search_finds_them(area: ParkingArea) -> None:
    random = np.random.default_rng(8)
    record = message(PARK)
    walk = walking_distance(area)
    drives, slots = area.drives, area.slots
    limited = np.isfinite(drives.height)
    reached = without = 0
    for _ in range(STATES):
        height = float(random.choice([1.5, 1.8, 2.0, 2.2, 2.5, 3.0]))
        blocked = set(random.choice(area.nodes.number, random.integers(0, 4)).tolist())
        heights = np.where(
            limited, random.choice([1.6, 1.9, 2.1, 2.4, 3.5], len(drives)), drives.height)
        status = np.where(
            random.random(len(slots)) < random.random(), int(SlotStatus.AVAILABLE),
            int(SlotStatus.OCCUPIED))
        state = in_state(area, status, blocked, heights)
        oracle = Oracle(with_heights(record, area, heights), height, blocked)
        network = Network(state, height, 2.3)
        start = OnDrive(int(random.integers(len(drives))), 0.0)
        start = OnDrive(start.drive, float(random.random() * drives.length[start.drive]))
        reach = network.reach_from(start)
        found = oracle.distances(way(area, start.drive), start.station)
        distance = network.distance_to(reach, slots.drive, slots.station)
        expected = np.array([
            station - start.station
            if drive == start.drive and station >= start.station
            and way(area, drive) in oracle.leaves
            else found.get(way(area, drive), math.inf) + station
            for drive, station in zip(slots.drive.tolist(), slots.station.tolist(), strict=True)])
        # Two roundings of positions on the wire and a flat earth in the search here.
        assert np.isfinite(distance).tolist() == np.isfinite(expected).tolist()
        finite = np.isfinite(expected)
        assert distance[finite] == pytest.approx(expected[finite], rel=1e-3, abs=0.1)

        obstacle = hindrances(state.slots, WISH, distance, np.zeros(len(slots), np.bool_))
        chosen = choose(state.slots, WISH, distance, walk, obstacle)
        usable = finite & (status == SlotStatus.AVAILABLE)
        without += not usable.any()
        if chosen < 0:
            assert not usable.any()
            continue
        reached += 1
        assert usable[chosen]
        costs = expected + WISH.walk_weight * walk
        assert costs[chosen] <= costs[usable].min() + 0.3
        goal = OnDrive(int(slots.drive[chosen]), float(slots.station[chosen]))
        route = network.route(reach, goal)
        assert route is not None
        assert_legal(route, area, oracle, start)
        assert route.distance == pytest.approx(float(distance[chosen]))
        assert length_of(route) == pytest.approx(route.distance, abs=0.05)
    assert reached > STATES // 2
    assert without > STATES // 100


def with_heights(
    record: ParkingAreaMap, area: ParkingArea, heights: np.ndarray
) -> ParkingAreaMap:
    """Returns the message with other height limits, in the order of the drives of the area."""
    limits = iter(heights.tolist())
    return replace(record, nodes=tuple(
        replace(node, drives=tuple(
            replace(drive, height_restriction=next(limits)) for drive in node.drives))
        for node in record.nodes))


def assert_legal(route: Route, area: ParkingArea, oracle: Oracle, start: OnDrive) -> None:
    ways = [way(area, drive) for drive in route.drives]
    assert route.drives[0] == start.drive
    # Where the vehicle stands is not the route's choice.
    for before, after in pairwise(ways):
        assert before[1] == after[0]
        assert after[1] in oracle.all_leaves[before]
        assert after in oracle.leaves
    if len(ways) == 1:
        assert ways[0] in oracle.leaves


def length_of(route: Route) -> float:
    steps = np.diff(np.column_stack((route.x, route.y, route.z)), axis=0)
    return float(np.sqrt((steps ** 2).sum(axis=1)).sum())


def test_a_slot_behind_the_vehicle_is_reached_around_the_block(area: ParkingArea) -> None:
    network = Network(area, 1.7, 2.3)
    slot = int(np.flatnonzero(area.slots.number == 1)[0])
    drive, station = int(area.slots.drive[slot]), float(area.slots.station[slot])
    past = network.reach_from(OnDrive(drive, station + 1.0))
    route = network.route(past, OnDrive(drive, station))
    assert route is not None
    assert (route.drives[0], route.drives[-1]) == (drive, drive)
    assert route.distance > 90.0


def test_a_vehicle_too_high_for_the_ramps_stays_on_its_floor(area: ParkingArea) -> None:
    slots, drives = area.slots, area.drives
    for height, floors in ((2.0, {0.0, -1.0, -2.0}), (2.3, {0.0, -1.0}), (3.0, {0.0})):
        network = Network(area, height, 2.3)
        reach = network.reach_from_outside(-30.0, 0.0)
        distance = network.distance_to(reach, slots.drive, slots.station)
        floor = area.nodes.floor[drives.node[slots.drive[np.isfinite(distance)]]]
        assert set(floor.tolist()) == floors


def test_a_closed_entrance_leaves_every_slot_out_of_reach() -> None:
    area = area_of(CarPark(blocked={PARK.node_number(0, 0, 0): 0.0}))
    network = Network(area, 1.7, 2.3)
    slots = area.slots
    distance = network.distance_to(
        network.reach_from_outside(-30.0, 0.0), slots.drive, slots.station)
    obstacle = hindrances(slots, WISH, distance, np.zeros(len(slots), np.bool_))
    assert set(obstacle.tolist()) == {Obstacle.OUT_OF_REACH}


def test_the_drive_is_that_of_the_own_level_and_direction(area: ParkingArea) -> None:
    network = Network(area, 1.7, 2.3)
    for level in range(3):
        for heading, ends in ((0.0, (1, 2)), (math.pi, (2, 1))):
            found = network.locate(45.0, 18.3, -3.0 * level, heading)
            assert found is not None
            assert way(area, found.drive) == tuple(
                PARK.node_number(level, column, 1) for column in ends)
            assert found.station == pytest.approx(15.0, abs=0.1)
    assert network.locate(200.0, 0.0, 0.0, 0.0) is None
