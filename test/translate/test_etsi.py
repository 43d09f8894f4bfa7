# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""European messages: known positions and headings, codes for nothing, times, refusals."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyproj
import pytest
from strategies import etsi
from strategies.etsi import GENERATED, ORIGIN, RECEPTION, TIMESTAMP

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Verification
from icv_v2x.interchange import MessageEncoder, from_message, typestore
from icv_v2x.interchange.signal_message import signal_reports
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline.perception import Perception
from icv_v2x.roads import road_model
from icv_v2x.translate.etsi import (
    Envelope,
    EventBoard,
    maps_from_mapem,
    reports_from_cam,
    reports_from_cpm,
    reports_from_spatem,
    reports_from_vam,
)
from icv_v2x.translate.reports import Source
from icv_v2x.translate.signal_reports import Light

TYPES = {
    'cam': 'etsi_its_cam_msgs/msg/CAM',
    'denm': 'etsi_its_denm_msgs/msg/DENM',
    'cpm': 'etsi_its_cpm_ts_msgs/msg/CollectivePerceptionMessage',
    'spatem': 'etsi_its_spatem_ts_msgs/msg/SPATEM',
    'mapem': 'etsi_its_mapem_ts_msgs/msg/MAPEM',
    'vam': 'etsi_its_vam_ts_msgs/msg/VAM',
}
# A place 100 m from the messages, in another direction than the axes of the grid.
NEAR = pyproj.Geod(ellps='WGS84').fwd(ORIGIN[1], ORIGIN[0], 37.0, 100.0)

Make = Callable[[str, dict[str, Any]], Any]


@pytest.fixture(params=['loose', 'real'])
def make(request: pytest.FixtureRequest) -> Make:
    """Returns what makes messages: plain objects, and those of the packages where they are."""
    if request.param == 'loose':
        return lambda kind, content: etsi.loose(content)

    def real(kind: str, content: dict[str, Any]) -> Any:
        package = TYPES[kind].split('/')[0]
        if importlib.util.find_spec(package) is None:
            pytest.skip(f'{package} is not installed here')
        return etsi.real(TYPES[kind], content)

    return real


def settings(projection: str = 'utm') -> Parameters:
    return build(Parameters, {
        'map_origin.latitude': NEAR[1], 'map_origin.longitude': NEAR[0],
        'map_projection': projection,
        'vehicle.length': 4.8, 'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4})


def frame(projection: str = 'utm') -> MapFrame:
    return MapFrame(NEAR[1], NEAR[0], 0.0, projection)


def envelope(count: int = 1, **changes: Any) -> Envelope:
    made = Envelope(np.full(count, RECEPTION), Verification.VERIFIED)
    return replace(made, **changes)


def utm(longitude: float, latitude: float) -> tuple[float, float]:
    """Returns a place in the UTM grid relative to the origin of the map, by pyproj alone."""
    grid = pyproj.Transformer.from_crs('EPSG:4326', 'EPSG:32632', always_xy=True)
    x, y = grid.transform(longitude, latitude)
    x0, y0 = grid.transform(NEAR[0], NEAR[1])
    return x - x0, y - y0


def grid_yaw(azimuth: float) -> float:
    """Returns the yaw in the grid of a course over ground at the place of the messages [rad]."""
    ahead = pyproj.Geod(ellps='WGS84').fwd(ORIGIN[1], ORIGIN[0], azimuth, 10.0)
    x, y = utm(ahead[0], ahead[1])
    x0, y0 = utm(ORIGIN[1], ORIGIN[0])
    return math.atan2(y - y0, x - x0)


def one(reports: Any, refusals: Any) -> Any:
    assert (len(reports), refusals) == (1, ())
    return reports


def test_a_car_is_the_centre_of_its_footprint_behind_the_sent_front(make: Make) -> None:
    heard = one(*reports_from_cam([make('cam', etsi.cam())], envelope(), frame(), settings()))
    yaw = grid_yaw(90.0)
    x, y = utm(ORIGIN[1], ORIGIN[0])
    np.testing.assert_allclose(heard.heading, yaw, atol=1e-4)
    np.testing.assert_allclose(heard.x, x - 2.0 * math.cos(yaw), atol=0.1)
    np.testing.assert_allclose(heard.y, y - 2.0 * math.sin(yaw), atol=0.1)
    np.testing.assert_allclose(
        np.stack([heard.speed, heard.acceleration, heard.yaw_rate, heard.length, heard.width])[
            :, 0], [10.0, -1.5, math.radians(5.0), 4.0, 1.8], rtol=1e-9)
    np.testing.assert_allclose(heard.variance_xx, 1.0, rtol=1e-6)
    assert heard.sender_id == 17
    assert heard.object_id == -1
    assert heard.source == Source.BSM
    assert heard.time == GENERATED


def test_convergence_of_the_grid_is_more_than_a_degree_here() -> None:
    assert abs(grid_yaw(90.0)) > math.radians(1.0)


def test_a_vehicle_in_reverse_looks_against_its_motion(make: Make) -> None:
    heard = one(*reports_from_cam(
        [make('cam', etsi.cam(direction=1))], envelope(), frame(), settings()))
    assert heard.speed == -10.0
    np.testing.assert_allclose(abs(heard.heading), math.pi - abs(grid_yaw(90.0)), atol=1e-4)


def test_emergency_vehicles_and_their_lights_are_known(make: Make) -> None:
    heard = one(*reports_from_cam(
        [make('cam', etsi.cam(siren=(0, 1), lights=(2,)))], envelope(), frame(), settings()))
    assert heard.object_class == ObjectClass.EMERGENCY
    assert heard.emergency == 0b111
    assert heard.lights == 1 << 2


@pytest.mark.parametrize(('changes', 'reason'), [
    ({'speed': 16383}, 'no_speed'),
    ({'heading': 3601}, 'no_heading'),
    ({'position': etsi.place(90.0000001, 180.0000001)}, 'no_position'),
    ({'delta': (TIMESTAMP - 5000) % 65536}, 'stale'),
    ({'delta': (TIMESTAMP + 5000) % 65536}, 'future'),
    ({'station_type': 15}, 'not_permitted'),
])
def test_a_car_of_no_use_is_refused_with_its_reason(
    make: Make, changes: dict[str, Any], reason: str,
) -> None:
    good, bad = make('cam', etsi.cam()), make('cam', etsi.cam(**changes))
    reports, refusals = reports_from_cam([bad, good], envelope(2), frame(), settings())
    assert [(refusal.frame, refusal.reason.value) for refusal in refusals] == [(0, reason)]
    assert reports.frame.tolist() == [1]


def test_codes_for_nothing_never_become_numbers(make: Make) -> None:
    heard = one(*reports_from_cam([make('cam', etsi.cam(
        acceleration=161, yaw_rate=32767, length=1023, width=62,
        position=etsi.place(altitude=800_001, axis=4095)))], envelope(), frame(), settings()))
    assert np.isnan(np.stack([heard.acceleration, heard.yaw_rate, heard.z])).all()
    # the usual sizes of a car, and the accuracy that senders have to keep
    assert (heard.length, heard.width) == (4.8, 1.9)
    assert 0.5 < heard.variance_xx < 2.0


def test_the_time_is_the_nearest_one_of_the_65_seconds(make: Make) -> None:
    for received in (RECEPTION, RECEPTION + 200_000_000, GENERATED - 30_000_000):
        heard, _ = reports_from_cam(
            [make('cam', etsi.cam())], envelope(reception_time=np.array([received])), frame(),
            settings())
        assert heard.time == GENERATED


def test_a_cyclist_says_where_she_is(make: Make) -> None:
    heard = one(*reports_from_vam([make('vam', etsi.vam())], envelope(), frame(), settings()))
    x, y = utm(ORIGIN[1], ORIGIN[0])
    np.testing.assert_allclose([heard.x[0], heard.y[0]], [x, y], atol=0.1)
    assert heard.object_class == ObjectClass.CYCLIST
    assert heard.speed == 5.0
    assert heard.source == Source.PSM


@pytest.mark.parametrize('projection', ['utm', 'local_tangent_plane'])
def test_perceived_objects_lie_where_pyproj_puts_them(make: Make, projection: str) -> None:
    places = [(100.0, 0.0), (-60.0, 80.0), (900.0, -800.0)]
    message = make('cpm', etsi.cpm(
        *(etsi.seen(number, *place) for number, place in enumerate(places))))
    reports, refusals = reports_from_cpm(
        [message], envelope(), frame(projection), settings(projection))
    assert refusals == ()
    topocentric = pyproj.Transformer.from_pipeline(
        '+proj=pipeline +step +inv +proj=topocentric +ellps=WGS84 '
        f'+lat_0={ORIGIN[0]!r} +lon_0={ORIGIN[1]!r} +h_0=170 +step +inv +proj=cart '
        '+ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg')
    for row, (east, north) in enumerate(places):
        longitude, latitude, _ = topocentric.transform(east, north, 0.0)
        placed = frame(projection).to_map(latitude, longitude, 170.0)
        x, y = float(placed[0][0]), float(placed[1][0])
        if projection == 'utm':
            x, y = utm(longitude, latitude)
        np.testing.assert_allclose(
            [reports.x[row], reports.y[row]], [x, y], atol=0.1)
    assert reports.object_id.tolist() == [0, 1, 2]


def test_perceived_objects_move_and_turn_as_the_sensor_says(make: Make) -> None:
    heard = one(*reports_from_cpm(
        [make('cpm', etsi.cpm(etsi.seen()))], envelope(), frame(), settings()))
    np.testing.assert_allclose(heard.heading, grid_yaw(0.0), atol=1e-4)
    np.testing.assert_allclose(heard.speed, 8.0)
    np.testing.assert_allclose(heard.acceleration, -1.0)
    np.testing.assert_allclose(heard.yaw_rate, math.radians(3.0))
    assert (heard.length, heard.width) == (9.0, 2.5)
    assert heard.object_class == ObjectClass.TRUCK
    assert heard.source == Source.RSM | Source.SENSOR
    assert heard.time == GENERATED - 20_000_000


def test_an_object_without_number_or_speed_is_refused_alone(make: Make) -> None:
    reports, refusals = reports_from_cpm([make('cpm', etsi.cpm(
        etsi.seen(1, object_id_is_present=False), etsi.seen(2, velocity_is_present=False),
        etsi.seen(3), roadside=False))], envelope(), frame(), settings())
    assert reports.object_id.tolist() == [3]
    assert reports.source == Source.SSM | Source.SENSOR
    assert sorted(refusal.reason.value for refusal in refusals) == [
        'ambiguous_number', 'no_speed']


def test_an_event_is_told_until_it_ends_with_the_way_that_leads_to_it(make: Make) -> None:
    board = EventBoard()
    assert board.take([make('denm', etsi.denm())], envelope(), frame(), settings()) == ()
    told = board.snapshot(RECEPTION)
    assert (told.sender_id, told.event_id, told.code) == (20, 3, 903)
    np.testing.assert_allclose([told.x[0], told.y[0]], utm(ORIGIN[1], ORIGIN[0]), atol=0.1)
    assert (told.radius, told.confidence) == (500.0, 1.0)
    way = told.path(0)
    np.testing.assert_allclose(way[-1], [told.x[0], told.y[0]], atol=1e-6)
    assert np.hypot(*(way[-1] - way[0])) == pytest.approx(100.0, abs=0.5)
    assert len(board.snapshot(GENERATED + 59 * 10**9)) == 1
    assert len(board.snapshot(GENERATED + 61 * 10**9)) == 0


def test_an_event_is_withdrawn_and_an_old_message_brings_nothing_back(make: Make) -> None:
    board = EventBoard()
    board.take([make('denm', etsi.denm())], envelope(), frame(), settings())
    late = board.take(
        [make('denm', etsi.denm(told=TIMESTAMP - 10))], envelope(), frame(), settings())
    assert [refusal.reason.value for refusal in late] == ['stale']
    board.take([make('denm', etsi.denm(terminated=True))], envelope(), frame(), settings())
    assert len(board.snapshot(RECEPTION)) == 0
    over = board.take([make('denm', etsi.denm(
        detected=TIMESTAMP - 90_000, validity=60))], envelope(), frame(), settings())
    assert [refusal.reason.value for refusal in over] == ['stale']


def test_the_number_of_events_is_bounded() -> None:
    board = EventBoard()
    board.take([etsi.loose(etsi.denm(number)) for number in range(300)], envelope(300), frame(),
               settings())
    assert board.snapshot(RECEPTION).event_id.tolist() == list(range(44, 300))


def test_a_signal_shows_its_light_and_when_it_changes(make: Make) -> None:
    reports, refusals = reports_from_spatem(
        [make('spatem', etsi.spatem())], envelope(), settings())
    assert refusals == ()
    assert (reports.region, reports.intersection_id, reports.phase_id) == (7, 1234, 3)
    assert reports.light[0, :2].tolist() == [Light.RED, Light.PROTECTED_GREEN]
    np.testing.assert_allclose(reports.likely_end[0, :2], [7.0, 27.0], atol=0.1)
    assert reports.status == 1 << 5


def test_statements_survive_their_message() -> None:
    reports, _ = reports_from_spatem([etsi.loose(etsi.spatem())], envelope(), settings())
    encoder = MessageEncoder(typestore().types.__getitem__)
    again = signal_reports(encoder.signal_reports(reports, RECEPTION + 10**9))
    assert again.time == reports.time
    np.testing.assert_array_equal(again.light, reports.light)
    np.testing.assert_allclose(again.likely_end, reports.likely_end, atol=1e-6)


def test_lanes_lead_to_the_stop_line_and_on(make: Make) -> None:
    maps, refusals = maps_from_mapem(
        [make('mapem', etsi.mapem())], envelope(), frame(), settings())
    assert refusals == ()
    road = road_model(maps.maps)
    assert len(road) == 1
    x0, y0 = utm(ORIGIN[1], ORIGIN[0])
    yaw = grid_yaw(90.0)

    def at(east: float, north: float) -> list[float]:
        return [x0 + east * math.cos(yaw) - north * math.sin(yaw),
                y0 + east * math.sin(yaw) + north * math.cos(yaw)]

    np.testing.assert_allclose(
        road.lanes.line(0), [at(-90.0, -2.0), at(-10.0, -2.0)], atol=0.1)
    assert (road.lanes.region, road.lanes.node, road.lanes.lane_id) == (7, 1234, 1)
    assert road.lanes.width == 3.25
    assert road.speed_limit()[0] == pytest.approx(13.88)
    ways = road.lanes.connections
    assert (ways.phase, ways.lane_id, ways.maneuver) == (3, 2, 0)
    np.testing.assert_allclose(
        np.column_stack([ways.x, ways.y]), [at(10.0, -2.0), at(60.0, -2.0)], atol=0.1)


def test_everything_together_becomes_one_world() -> None:
    """A crossing of both kinds of message: the tracks of CAM and CPM, in one pipeline."""
    encoder = MessageEncoder(typestore().types.__getitem__)
    made = Perception(settings())
    for reports, _ in (
        reports_from_cam([etsi.loose(etsi.cam())], envelope(), frame(), settings()),
        reports_from_cpm(
            [etsi.loose(etsi.cpm(etsi.seen(9, 40.0, 10.0)))], envelope(), frame(), settings()),
    ):
        made.receive(from_message.decoded_reports(
            encoder.decoded_objects(reports, RECEPTION), RECEPTION))
    tracks, _ = made.world(RECEPTION)
    assert sorted(tracks.sender_id.tolist()) == [17, 19]
    assert (made.counters.received, made.counters.accepted) == (2, 2)
