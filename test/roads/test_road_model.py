# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the road model: lanes where the map draws them, stitched, revised, bounded, expired."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.road_maps import (
    LEFT,
    NOW,
    RIGHT,
    STRAIGHT,
    crossing,
    crossing_links,
    map_frame,
    maps_of,
    maps_of_value,
    parameters,
    refused_or,
    two_nodes,
)

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.interchange.map_plans import map_octets
from icv_v2x.message_set import decode, message_of
from icv_v2x.message_set.records.map_common import SpeedLimitType
from icv_v2x.roads import RoadStore, match_lanes, road_model, route_ahead
from icv_v2x.roads.model import BESIDE, NEXT, SAME
from icv_v2x.translate.csae_map import MapMemory, node_maps_from_map
from icv_v2x.translate.lanes import NOT_GIVEN, ZoneKind

SECOND = 1_000_000_000
CENTIMETRE = 0.02


def point(east: float, north: float) -> dict:
    """Returns a point by its offset in 1e-7 deg."""
    return {'posOffset': {'offsetLL': {'position-LL6': {'lon': round(east), 'lat': round(north)}}}}


def plain_link(**fields) -> dict:
    return {
        'upstreamNodeId': {'region': 1, 'id': 2}, 'linkWidth': 700,
        'lanes': [{'laneID': 1}, {'laneID': 2}], **fields}


def map_value(*links: dict, **node) -> dict:
    return {'msgCnt': 3, 'nodes': [{
        'id': {'region': 1, 'id': 5}, 'refPos': {'lat': 397950000, 'long': 1165060000},
        'inLinks': list(links), **node}]}


def test_lanes_end_at_their_stop_lines_with_the_attributes_of_the_map() -> None:
    model = road_model(crossing())
    assert len(model) == 8
    np.testing.assert_allclose(np.hypot(model.stop_x, model.stop_y), np.hypot(
        15.0, np.tile([1.75, 5.25], 4)), atol=CENTIMETRE)
    np.testing.assert_allclose(model.length, 185.0, atol=CENTIMETRE)
    np.testing.assert_allclose(model.speed_limit(), 50 / 3.6, atol=0.02)
    np.testing.assert_allclose(model.lanes.width, 3.5)
    assert model.lane_of(10, 22, 2) == 3
    assert model.lane_of(10, 22, 3) == NOT_GIVEN
    ways = model.connections_of(3)
    assert model.lanes.connections.phase[ways].tolist() == [4, 6]
    assert model.lanes.connections.maneuver[ways].tolist() == [STRAIGHT, RIGHT]


def test_places_on_a_lane_run_with_its_line() -> None:
    model = road_model(crossing())
    x, y, heading = model.place(0, np.array([0.0, 85.0, 185.0, 190.0]))
    np.testing.assert_allclose(x, [200.0, 115.0, 15.0, 10.0], atol=0.05)
    np.testing.assert_allclose(y, 1.75, atol=0.05)
    np.testing.assert_allclose(np.abs(heading), math.pi, atol=1e-3)


@pytest.mark.parametrize('renumbered', [0, 4], ids=['numbers match', 'numbers do not match'])
def test_two_maps_are_stitched_lane_to_lane(renumbered) -> None:
    model = road_model(two_nodes(second_numbers=renumbered))
    for number in (1, 2):
        lane = model.lane_of(10, 23, number)
        way = next(way for way in model.connections_of(lane)
                   if model.lanes.connections.maneuver[way] == STRAIGHT)
        target = model.target[way]
        assert model.lanes.node[target] == 11
        assert model.lanes.upstream_node[target] == 10
        assert model.lanes.lane_id[target] == number + renumbered
        assert model.relation[lane, target] == NEXT
        assert model.connection_length[way] == pytest.approx(35.0, abs=1.0)


def test_turns_into_a_known_link_follow_its_geometry_without_numbers() -> None:
    model = road_model(two_nodes(second_numbers=7))
    left = model.lane_of(10, 24, 2)
    right = next(way for way in model.connections_of(left)
                 if model.lanes.connections.maneuver[way] == RIGHT)
    assert model.lanes.upstream_node[model.target[right]] == 10
    line = model.connection_line(right)
    start, end = line[1] - line[0], line[-1] - line[-2]
    assert math.atan2(start[1], start[0]) == pytest.approx(math.pi / 2, abs=0.3)
    assert math.atan2(end[1], end[0]) == pytest.approx(0.0, abs=0.3)


def test_lanes_of_one_link_lie_beside_each_other() -> None:
    relation = road_model(crossing()).relation
    assert relation[0].tolist() == [SAME, BESIDE, 0, 0, 0, 0, 0, 0]


def test_lanes_without_points_lie_beside_the_line_of_their_link() -> None:
    link = plain_link(points=[point(-20000, 0), point(-2000, 0)])
    model = road_model(maps_of_value(map_value(link)))
    assert model.lanes.lane_id.tolist() == [1, 2]
    # Eastward, so that the first lane lies to the north.
    np.testing.assert_allclose(model.stop_y, [1.75, -1.75], atol=0.02)
    assert np.isnan(model.speed_limit()).all()


def test_limits_of_a_lane_replace_those_of_its_link_by_type() -> None:
    link = plain_link(
        points=[point(-20000, 0), point(-2000, 0)],
        speedLimits=[{'type': 'vehicleMaxSpeed', 'speed': 800},
                     {'type': 'truckMaxSpeed', 'speed': 600}])
    link['lanes'][1]['speedLimits'] = [{'type': 'vehicleMaxSpeed', 'speed': 500}]
    model = road_model(maps_of_value(map_value(link)))
    np.testing.assert_allclose(model.speed_limit(), [16.0, 10.0])
    np.testing.assert_allclose(model.speed_limit(heavy=True), [12.0, 10.0])
    assert np.isnan(model.lanes.speed_limits[0, SpeedLimitType.VEHICLE_MIN_SPEED])


def test_movements_of_the_link_tell_phases_that_lanes_do_not() -> None:
    link = plain_link(
        points=[point(-20000, 0), point(-2000, 0)],
        movements=[{'remoteIntersection': {'region': 1, 'id': 8}, 'phaseId': 4}])
    link['lanes'][0]['connectsTo'] = [{'remoteIntersection': {'region': 1, 'id': 8}}]
    model = road_model(maps_of_value(map_value(link)))
    assert model.lanes.connections.phase.tolist() == [4, 4]


def test_elevation_is_optional_and_relative() -> None:
    high = point(-20000, 0)
    high['posOffset']['offsetV'] = {'offset1': 20}
    link = plain_link(points=[high, point(-2000, 0)])
    flat = road_model(maps_of_value(map_value(link)))
    assert np.isnan(flat.lanes.z).all()
    value = map_value(link)
    value['nodes'][0]['refPos']['elevation'] = 300
    np.testing.assert_allclose(
        road_model(maps_of_value(value)).lanes.z, [32.0, 30.0] * 2, atol=0.1)


def extended_link() -> dict:
    def lane(number: int, across: int, begin: int, end: int, **more) -> dict:
        return {'laneRefID': number, 'laneWidth': 350, 'st-points': [
            {'s-axis': begin, 't-axis': across}, {'s-axis': end, 't-axis': across}], **more}

    ahead = {'remoteIntersection': {'region': 1, 'id': 8}, 'phaseId': 3,
             'turn-direction': 'maneuverLeftTurn',
             'connectingLane': [{'target-section': 1, 'target-lane': -1}]}
    return {
        'upstreamNodeId': {'region': 1, 'id': 2},
        'refLine': [point(-20000, 0), point(-10000, 0), point(-2000, 0)],
        'sections': [
            {'secId': 1, 'lanes': [lane(-1, -175, 0, 800)]},
            {'secId': 2, 'lanes': [
                lane(-1, -175, 800, 1500, **{'connectsTo-ex': [ahead]}),
                lane(-2, -525, 800, 1500)]},
        ]}


def test_links_in_sections_replace_plain_ones_and_chain_their_lanes() -> None:
    value = map_value(plain_link(points=[point(-20000, 0), point(-2000, 0)]))
    value['nodes'][0]['inLinks-ex'] = [extended_link()]
    model = road_model(maps_of_value(value))
    assert model.lanes.section.tolist() == [1, 2, 2]
    assert model.lanes.ends_at_node.tolist() == [False, True, True]
    np.testing.assert_allclose(model.lanes.line(0)[:, 1], -1.75, atol=0.02)
    (inner,) = model.connections_of(0)
    assert model.target[inner] == 1
    (way,) = model.connections_of(1)
    assert model.lanes.connections.maneuver[way] == LEFT
    assert model.lanes.connections.phase[way] == 3


def test_prohibited_zones_are_polygons_of_their_node() -> None:
    corners = [point(k * 100, (k % 2) * 100)['posOffset'] for k in range(4)]
    value = map_value(plain_link(points=[point(-20000, 0), point(-2000, 0)]), prohibitedzone={
        'centralCircleProhibitedZone': corners, 'gridLineMarkingProhibitedZones': [corners] * 2})
    zones = road_model(maps_of_value(value)).lanes.zones
    assert zones.kind.tolist() == [
        ZoneKind.CENTRAL_CIRCLE, ZoneKind.GRID_MARKING, ZoneKind.GRID_MARKING]
    assert np.diff(zones.begin).tolist() == [4, 4, 4]
    assert zones.node.tolist() == [5, 5, 5]


@pytest.mark.parametrize(('change', 'reason'), [
    ({'role': SignerRole.VEHICLE}, 'not_permitted'),
    ({'age': 5 * SECOND}, 'stale'),
    ({'age': -5 * SECOND}, 'future'),
])
def test_maps_that_nobody_may_send_are_refused(change, reason) -> None:
    octets = map_octets(crossing_links(), map_frame())
    assert refused_or([octets], **change) == ([], [reason])


def test_a_map_far_away_is_refused_and_one_without_lines_too() -> None:
    value = map_value(plain_link(points=[point(-20000, 0), point(-2000, 0)]))
    value['nodes'][0]['refPos'] = {'lat': 300000000, 'long': 1165060000}
    assert maps_of_value(value) == []
    assert maps_of_value(map_value(plain_link())) == []


def store() -> RoadStore:
    return RoadStore(parameters())


def test_a_repeated_map_keeps_the_model_and_a_revised_one_replaces_it() -> None:
    roads = store()
    roads.update(crossing(), NOW)
    first = roads.model(NOW)
    roads.update([replace(crossing()[0], message_count=9, time=NOW + SECOND)], NOW + SECOND)
    assert roads.model(NOW + SECOND) is first
    roads.update([replace(crossing(arm=150.0)[0], time=NOW + 2 * SECOND)], NOW + 2 * SECOND)
    second = roads.model(NOW + 2 * SECOND)
    assert second.version > first.version
    assert second.length[0] < first.length[0]
    assert (second.identity == first.identity).all()


def test_a_map_expires_when_it_is_no_longer_heard() -> None:
    roads = store()
    roads.update(crossing(), NOW)
    limit = parameters().roads.age_maximum
    assert len(roads.model(NOW + int(0.99 * limit * SECOND)))
    assert not len(roads.model(NOW + int(1.01 * limit * SECOND)))


def test_an_older_map_does_not_replace_a_newer_one() -> None:
    roads = store()
    roads.update([replace(crossing()[0], time=NOW)], NOW)
    roads.update([replace(crossing(arm=150.0)[0], time=NOW - SECOND)], NOW)
    assert roads.model(NOW).length[0] == pytest.approx(185.0, abs=0.05)


def test_two_senders_that_contradict_each_other_do_not_alternate() -> None:
    roads = store()
    octets = [map_octets(crossing_links(arm), map_frame()) for arm in (200.0, 150.0)]
    for k in range(20):
        now = NOW + k * SECOND
        roads.update(maps_of(octets[:1], now=now, signer=7), now)
        roads.update(maps_of(octets[1:], now=now, signer=8), now)
    assert roads.model(now).length[0] == pytest.approx(185.0, abs=0.05)
    assert roads.model(now).version == 1
    later = now + 10 * SECOND
    roads.update(maps_of(octets[1:], now=later, signer=8), later)
    assert roads.model(later).length[0] == pytest.approx(135.0, abs=0.05)


def test_an_unverified_map_does_not_replace_a_verified_one() -> None:
    roads = store()
    roads.update(crossing(), NOW)
    other = maps_of([map_octets(crossing_links(150.0), map_frame())], now=NOW + SECOND,
                    verification=Verification.NOT_CHECKED)
    roads.update(other, NOW + SECOND)
    assert roads.model(NOW + SECOND).known().all()


def test_the_store_is_bounded_and_drops_what_was_heard_longest_ago() -> None:
    roads = store()
    limit = parameters().roads.nodes
    for k in range(limit + 10):
        roads.update([replace(crossing()[0], node=1000 + k)], NOW + k)
    model = roads.model(NOW + limit + 10)
    assert len(model.nodes) == limit
    assert model.nodes[:, 1].min() == 1010


def test_a_repeated_map_is_drawn_once_and_a_changed_one_anew() -> None:
    memory = MapMemory()
    batch = batch_of([Frame(NOW, NOW, b'', Verification.VERIFIED, 7, SignerRole.ROADSIDE)], NOW)

    def drawn(arm: float, count: int):
        value = message_of(decode(map_octets(crossing_links(arm), map_frame(), count=count)))[1]
        (one,), _ = node_maps_from_map(
            [(0, value)], batch, map_frame(), parameters(), memory)
        return one

    first, again, changed = drawn(200.0, 1), drawn(200.0, 2), drawn(150.0, 3)
    assert again.lanes is first.lanes
    assert again.message_count == 2
    assert changed.lanes.x[0] < 160.0


def test_a_line_longer_than_any_lane_is_left_out() -> None:
    zigzag = [point(-20000 + 4e5 * (k % 2), 0) for k in range(9)]
    good = [point(-20000, 0), point(-2000, 0)]
    link = plain_link()
    link['lanes'][0]['points'], link['lanes'][1]['points'] = zigzag, good
    assert road_model(maps_of_value(map_value(link))).lanes.lane_id.tolist() == [2]


def test_a_flood_of_revisions_does_not_make_the_model_anew_each_time() -> None:
    roads = store()
    versions = set()
    for k in range(60):
        now = NOW + k * SECOND // 20
        roads.update([replace(crossing(arm=150.0 + k)[0], time=now)], now)
        versions.add(roads.model(now).version)
    assert len(versions) == 3
    later = now + SECOND
    assert roads.model(later).length[0] == pytest.approx(194.0, abs=0.05)


def test_all_roads_together_are_bounded_in_length() -> None:
    roads = store()
    octets = [map_octets(crossing_links(4900.0, node), map_frame()) for node in range(1, 21)]
    roads.update(maps_of(octets), NOW)
    assert 200e3 < roads.model(NOW).length.sum() <= 300e3


offsets = st.integers(-40_000, 40_000)
road_points = st.lists(st.builds(point, offsets, offsets), min_size=2, max_size=5)
turns = st.sampled_from(['8000', '4000', 'E000', '0000', 'FFF0'])
ways = st.builds(
    lambda node, lane, phase, turn: {
        'remoteIntersection': {'region': 1, 'id': node}, 'phaseId': phase,
        'connectingLane': {'lane': lane, 'maneuver': {'value': turn, 'length': 12}}},
    st.integers(4, 7), st.integers(0, 4), st.integers(0, 255), turns)
lanes = st.builds(
    lambda number, width, line, over: {
        'laneID': number, 'laneWidth': width, 'points': line, 'connectsTo': over},
    st.integers(0, 3), st.integers(0, 32767), road_points,
    st.lists(ways, min_size=1, max_size=3))
links = st.builds(
    lambda node, width, several: {
        'upstreamNodeId': {'region': 1, 'id': node}, 'linkWidth': width, 'lanes': several},
    st.integers(4, 7), st.integers(0, 32767), st.lists(lanes, min_size=1, max_size=3))


@settings(max_examples=40)
@given(st.lists(links, min_size=1, max_size=3), st.lists(links, min_size=1, max_size=2))
def test_whatever_a_map_says_the_model_is_sound(first, second) -> None:
    value = map_value(*first)
    value['nodes'].append({**map_value(*second)['nodes'][0], 'id': {'region': 1, 'id': 6}})
    model = road_model(maps_of_value(value))
    assert ((model.target >= NOT_GIVEN) & (model.target < len(model))).all()
    assert (model.length > 0.0).all()
    assert np.isfinite(model.connection_length).all()
    assert (np.diff(model.lanes.connections.lane) >= 0).all()
    matches = match_lanes(model, model.stop_x, model.stop_y, np.zeros(len(model)))
    assert (matches.probability <= 1.0 + 1e-9).all()
    for lane in range(len(model)):
        route = route_ahead(model, lane, 1.0)
        assert (np.diff(route.stop) > 0.0).all()
        assert len(set(route.lane.tolist())) == len(route)
