# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the way ahead of the ego: movements and their phases, routes, crossings, plans."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategies.recordings import RECORDINGS
from strategies.road_maps import LEFT, NOW, RIGHT, STRAIGHT, crossing, maps_of_value, two_nodes

from icv_v2x.inputs import Indicator, PlannedPath
from icv_v2x.roads import Basis, EgoRoadTracker, RoadModel, movements, road_model, route_ahead
from icv_v2x.tools.road_map_text import read_road_map
from icv_v2x.translate.lanes import NOT_GIVEN
from icv_v2x.world.ego import EgoState

YIZHUANG = RECORDINGS / 'yizhuang_map' / 'beijing_yizhuang_map.json'
CROSSING = road_model(crossing())
TWO = road_model(two_nodes())
TURN_ANGLES = {STRAIGHT: 0.0, LEFT: math.pi / 2, RIGHT: -math.pi / 2}


def way_over(model: RoadModel, lane: int, turn: int, before: float = 30.0, after: float = 20.0):
    """Returns a path from before the stop line around the corner."""
    x, y, heading = model.place(lane, model.length[lane] + np.arange(-before, 0.1, 2.0))
    bends = heading[-1] + TURN_ANGLES[turn] * np.linspace(0.0, 1.0, 12)
    bends = np.concatenate([bends, np.full(int(after), bends[-1])])
    return (
        np.concatenate([x, x[-1] + np.cumsum(1.5 * np.cos(bends))]),
        np.concatenate([y, y[-1] + np.cumsum(1.5 * np.sin(bends))]))


def ego_at(model: RoadModel, lane: int, station: float, step: int = 0, **changes) -> EgoState:
    x, y, heading = (float(v[0]) for v in model.place(lane, np.array([station])))
    return EgoState(**{
        'stamp': NOW + step * 100_000_000, 'x': x, 'y': y, 'z': 0.0, 'heading': heading,
        'speed': 10.0, 'acceleration': 0.0, 'yaw_rate': 0.0, 'length': 4.8, 'width': 1.9,
        'height': 1.5, 'position_deviation': 0.3, 'age': 0.0, **changes})


def planned(x, y) -> PlannedPath:
    heading = np.arctan2(np.diff(y), np.diff(x))
    time = NOW + (np.arange(len(x)) * 2e8).astype(np.int64)
    return PlannedPath(NOW, time, x, y, np.append(heading, heading[-1]))


def every_movement(model: RoadModel):
    ways = model.lanes.connections
    for way in range(len(model.target)):
        yield int(ways.lane[way]), int(ways.maneuver[way]), int(ways.phase[way])


@pytest.mark.parametrize(('lane', 'turn', 'phase'), list(every_movement(CROSSING)))
def test_each_movement_finds_its_phase_by_the_planned_path(lane, turn, phase) -> None:
    x, y = way_over(CROSSING, lane, turn)
    found = movements(CROSSING, lane, path_x=x, path_y=y)
    assert (found.basis, found.phase.tolist()) == (Basis.PLANNED, [phase])
    assert found.sure


@pytest.mark.skipif(not YIZHUANG.exists(), reason='the recorded map is not at hand')
def test_each_movement_of_a_real_map_finds_its_phase() -> None:
    model = road_model(maps_of_value(read_road_map(YIZHUANG)[0]['mapFrame']))
    every = list(every_movement(model))
    assert {phase for _, _, phase in every} == {
        6, 7, 8, 16, 17, 18, 26, 27, 28, 36, 37, 38}
    for lane, turn, phase in every:
        x, y = way_over(model, lane, turn)
        assert movements(model, lane, path_x=x, path_y=y).phase.tolist() == [phase]


def test_the_indicator_tells_the_turn_where_nothing_is_planned() -> None:
    right = movements(CROSSING, 1, indicator=Indicator.RIGHT)
    assert (right.basis, right.maneuver.tolist()) == (Basis.INDICATED, [RIGHT])
    # The left lane does not turn right: all its ways remain.
    strange = movements(CROSSING, 0, indicator=Indicator.RIGHT)
    assert (strange.basis, strange.maneuver.tolist()) == (Basis.POSSIBLE, [STRAIGHT, LEFT])
    assert not strange.sure


def test_a_plan_goes_before_the_indicator_and_one_that_ends_early_tells_nothing() -> None:
    x, y = way_over(CROSSING, 1, STRAIGHT)
    assert movements(
        CROSSING, 1, path_x=x, path_y=y, indicator=Indicator.RIGHT).maneuver.tolist() == [STRAIGHT]
    short = movements(CROSSING, 1, path_x=x[:17], path_y=y[:17], indicator=Indicator.RIGHT)
    assert short.basis == Basis.INDICATED


def test_a_route_counts_distances_over_the_node_to_the_next_stop_line() -> None:
    lane = TWO.lane_of(10, 23, 1)
    route = route_ahead(TWO, lane, 25.0)
    assert route.node.tolist() == [10, 11]
    assert route.stop[0] == pytest.approx(140.0, abs=0.1)
    assert route.begin[1] == pytest.approx(140.0 + 35.0, abs=1.0)
    assert route.stop[1] == pytest.approx(route.begin[1] + TWO.length[route.lane[1]], abs=0.1)
    assert not route.certain[0]
    assert route.distance_to(int(route.lane[1]), 10.0) == pytest.approx(route.begin[1] + 10.0)
    assert math.isnan(route.distance_to(999, 0.0))


def test_a_route_follows_the_planned_turn_and_ends_where_no_lane_is_known() -> None:
    lane = TWO.lane_of(10, 24, 2)
    x, y = way_over(TWO, lane, RIGHT)
    route = route_ahead(TWO, lane, 100.0, path_x=x, path_y=y)
    assert route.certain[0]
    assert TWO.lanes.upstream_node[route.lane[1]] == 10
    left = route_ahead(TWO, lane, 100.0, indicator=Indicator.LEFT)
    assert len(left) == 1
    # At the second node the indicator, which is for the first, tells nothing.
    again = route_ahead(TWO, lane, 100.0, indicator=Indicator.RIGHT)
    assert again.certain.tolist() == [True, False]


def test_the_ego_keeps_its_route_while_it_crosses_the_node() -> None:
    tracker = EgoRoadTracker()
    lane = TWO.lane_of(10, 23, 1)
    rest = []
    for step in range(120):
        ego = ego_at(TWO, lane, 150.0 + 0.5 * step, step)
        road = tracker.locate(TWO, ego, 0.0)
        assert road.route is not None
        stop = road.route.stop[road.route.node == 11]
        rest.append(float(stop[0]))
        if 4.0 < 150.0 + 0.5 * step - TWO.length[lane] < 30.0:
            assert road.lane == NOT_GIVEN
            assert road.crossing >= 0
    assert road.lane == road.route.lane[0] != lane
    np.testing.assert_allclose(np.diff(rest), -0.5, atol=0.6)
    assert rest[0] - rest[-1] == pytest.approx(59.5, abs=1.0)


def test_an_ego_that_leaves_the_known_road_has_no_route() -> None:
    tracker = EgoRoadTracker()
    for step in range(60):
        road = tracker.locate(CROSSING, ego_at(CROSSING, 0, 150.0 + 2.0 * step, step), 0.0)
    assert road.route is None
    assert road.crossing == NOT_GIVEN


def parting() -> RoadModel:
    """Returns a link whose lanes run on one line and part 60 m before their stop lines."""
    def point(east: float, north: float) -> dict:
        return {'posOffset': {'offsetLL': {'position-LL6': {
            'lon': round(east / 85.6e3 * 1e7), 'lat': round(north / 111.0e3 * 1e7)}}}}

    def lane(number: int, turn: str, aside: float) -> dict:
        return {
            'laneID': number, 'laneWidth': 350,
            'maneuvers': {'value': turn, 'length': 12},
            'connectsTo': [{'remoteIntersection': {'region': 1, 'id': 90 + number},
                            'phaseId': number}],
            'points': [point(-300, 0), point(-60, 0), point(0, aside)]}

    return road_model(maps_of_value({'msgCnt': 1, 'nodes': [{
        'id': {'region': 1, 'id': 5}, 'refPos': {'lat': 397950000, 'long': 1165060000},
        'inLinks': [{
            'upstreamNodeId': {'region': 1, 'id': 2}, 'linkWidth': 700,
            'lanes': [lane(1, '8000', 0.0), lane(2, '2000', -3.5)]}]}]}))


@pytest.mark.parametrize('lane', [0, 1])
def test_a_plan_tells_lanes_apart_that_the_map_draws_on_one_line(lane) -> None:
    model = parting()
    tracker = EgoRoadTracker()
    for step in range(20):
        station = 20.0 + step
        ahead = np.arange(station, model.length[lane] + 10.0, 2.0)
        x, y, _ = model.place(lane, ahead)
        road = tracker.locate(
            model, ego_at(model, lane, station, step, path=planned(x, y)), 0.0)
        assert road.lane == lane


def test_an_indicator_tells_such_lanes_apart_too_but_does_not_outweigh_a_position() -> None:
    model = parting()
    ego = ego_at(model, 1, 100.0, indicator=Indicator.RIGHT)
    assert EgoRoadTracker().locate(model, ego, 0.0).lane == 1
    near = ego_at(model, 0, model.length[0] - 2.0, indicator=Indicator.RIGHT)
    assert EgoRoadTracker().locate(model, near, 0.0).lane == 0
