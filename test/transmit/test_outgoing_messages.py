# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What else the vehicle sends, read again by the ASN.1 library."""

from __future__ import annotations

import math
import random
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from drives import PARAMETERS, SECOND, START, read, state

from icv_v2x.frames import MapFrame
from icv_v2x.message_set import decode_frames
from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning
from icv_v2x.message_set.records.map_common import Maneuver, NodeReference
from icv_v2x.message_set.records.map_extended import MovementEx
from icv_v2x.message_set.records.pam import ParkingType
from icv_v2x.message_set.records.psm import PersonalCrossing, PersonalUserType
from icv_v2x.message_set.records.vir import DriveBehavior, ParkingRequest, RequestStatus
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.reports import ObjectReports
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.intention import (
    Requests,
    clear_the_way,
    intention_frame,
    lane_change,
    parking,
    path_point,
    signal_priority,
)
from icv_v2x.transmit.outgoing import batch_of
from icv_v2x.transmit.own_state import OwnState, own_state
from icv_v2x.transmit.personal import Person, personal_frame
from icv_v2x.transmit.platooning import Platoon, platooning_frame
from icv_v2x.transmit.sharing import sharing_frame

ORIGIN = PARAMETERS.map_origin
MAP = MapFrame(ORIGIN.latitude, ORIGIN.longitude)
UPSTREAM, DOWNSTREAM = NodeReference(1, 10), NodeReference(1, 11)


@pytest.fixture
def identity() -> TemporaryIdentity:
    return TemporaryIdentity(random.Random(2), period=295.0, distance=2100.0)


def own(t: float = 1.234, **values: Any) -> OwnState:
    return own_state(state(t, x=100.0, y=50.0, speed=15.0, **values), MAP, 'wgs84')


def head(message: dict[str, Any]) -> tuple[int, int]:
    return int.from_bytes(message['id'], 'big'), message['secMark']


def asked(identity: TemporaryIdentity, information: Any, **options: Any) -> dict[str, Any]:
    requests = Requests()
    requests.open(information, **options)
    message = read(intention_frame(identity, own(), requests=requests.told()))
    assert head(message) == (identity.temporary_id, 1234)
    request, = message['intAndReq']['reqs']
    return dict(request)


def test_lane_change_request(identity: TemporaryIdentity) -> None:
    request = asked(identity, lane_change(UPSTREAM, DOWNSTREAM, 2), priority=3,
                    target_vehicle=0xA1, life_time=2.5)
    assert (request['status'], request['lifeTime']) == ('request', 250)
    assert request['reqPriority'] == b'\x60'
    assert request['targetVeh'] == bytes.fromhex('00000000000000A1')
    kind, content = request['info']
    assert (kind, content['targetLane']) == ('laneChange', 2)
    assert content['upstreamNode'] == {'region': 1, 'id': 10}


def test_clear_the_way_request(identity: TemporaryIdentity) -> None:
    kind, content = asked(identity, clear_the_way(UPSTREAM, DOWNSTREAM, None))['info']
    assert (kind, content['downstreamNode']['id']) == ('clearTheWay', 11)


def test_signal_priority_request(identity: TemporaryIdentity) -> None:
    movement = MovementEx(
        remote_intersection=DOWNSTREAM, phase_id=3, turn_direction=Maneuver.MANEUVER_LEFT_TURN)
    kind, content = asked(
        identity, signal_priority(UPSTREAM, movement, arrival=8.0, distance=120.0))['info']
    assert kind == 'signalPriority'
    assert (content['estimatedArrivalTime'], content['distance2Intersection']) == (800, 1200)
    assert content['requiredMov']['turn-direction'] == 'maneuverLeftTurn'


def test_parking_request(identity: TemporaryIdentity) -> None:
    kind, content = asked(identity, parking(
        9, ParkingRequest.ENTER | ParkingRequest.PARK, kind=ParkingType(1), slot=17))['info']
    assert kind == 'parking'
    assert (content['req'], content['expectedParkingSlotID']) == ((b'\xa0\x00', 12), 17)


def test_request_keeps_its_number_until_its_end_was_told(identity: TemporaryIdentity) -> None:
    requests = Requests()
    first = requests.open(lane_change(UPSTREAM, DOWNSTREAM, 1))
    second = requests.open(lane_change(UPSTREAM, DOWNSTREAM, 3))
    assert [request.request_id for request in requests.told()] == [first, second]
    requests.advance(first, RequestStatus.COMPLETE)
    told = requests.told()
    assert [(request.request_id, request.status) for request in told] == [
        (first, RequestStatus.COMPLETE), (second, RequestStatus.REQUEST)]
    assert [request.request_id for request in requests.told()] == [second]


def test_more_requests_than_a_message_holds_are_refused() -> None:
    requests = Requests()
    for lane in range(8):
        requests.open(lane_change(UPSTREAM, DOWNSTREAM, lane + 1))
    with pytest.raises(ValueError, match='8 requests are under way'):
        requests.open(lane_change(UPSTREAM, DOWNSTREAM, 9))


def test_intention_with_a_path(identity: TemporaryIdentity) -> None:
    here = own()
    points = [path_point(here, here.latitude + 1e-5 * number, here.longitude, speed=10.0,
                         heading=0.5, time=0.1 * number) for number in range(1, 121)]
    message = read(intention_frame(
        identity, here, path=points, behavior=DriveBehavior.LANE_CHANGING_TO_LEFT))
    path = message['intAndReq']['path-Planning']
    assert len(path) == 100
    assert path[9]['pos']['offsetLL'] == ('position-LL1', {'lon': 0, 'lat': 1000})
    assert (path[9]['estimatedTime'], path[9]['speed']) == (100, 500)
    assert message['intAndReq']['currentBehavior'][0][0] == 0b01000000
    assert message['refPos']['lat'] == round(here.latitude * 1e7)


def test_platooning_of_leader_and_follower(identity: TemporaryIdentity) -> None:
    name = b'LZZ5ELSD0GA000001'
    leader = read(platooning_frame(
        identity, START + SECOND, name, RoleInPlatooning.LEADER, StatusInPlatooning.NAVIGATING,
        leading=Platoon(members=(1, 2, 3), joining=(4,), capacity=5)))
    assert (leader['pid'], leader['role'], leader['status']) == (name, 'leader', 'navigating')
    members = [node['vid'][-1] for node in leader['leadingExt']['memberList']]
    assert (members, leader['leadingExt']['capacity']) == ([1, 2, 3], 5)
    assert 'leavingList' not in leader['leadingExt']
    follower = read(platooning_frame(
        identity, START, name, RoleInPlatooning.FOLLOWER, StatusInPlatooning.FOLLOWING))
    assert 'leadingExt' not in follower
    assert follower['msgCnt'] == (leader['msgCnt'] + 1) % 128


def test_platoon_id_of_another_length_is_refused(identity: TemporaryIdentity) -> None:
    with pytest.raises(ValueError, match='has 2 octets, it takes 17'):
        platooning_frame(identity, START, b'LZ', RoleInPlatooning.TAIL,
                         StatusInPlatooning.FOLLOWING)


def test_person_on_the_road(identity: TemporaryIdentity) -> None:
    message = read(personal_frame(identity, own(yaw_rate=0.1, heading=math.pi / 2), Person(
        PersonalUserType.PEDAL_CYCLIST, radius=0.9, crossing=PersonalCrossing.REQUEST)))
    assert head(message) == (identity.temporary_id, 1234)
    assert (message['speed'], message['heading'], message['overallRadius']) == (
        750, pytest.approx(0, abs=2), 9)
    assert message['accelSet']['yaw'] == -573
    assert message['non-motorData']['basicType'] == 'aPEDALCYCLIST'
    assert message['non-motorData']['personalReq'] == {'crossing': 'request'}
    assert message['posAccuracy']['semiMajor'] == 8


def test_counters_of_messages_are_independent(identity: TemporaryIdentity) -> None:
    counts = [read(personal_frame(identity, own(), Person(PersonalUserType.PEDESTRIAN)))['msgCnt']
              for _ in range(5)]
    assert all(after == (before + 1) % 128 for before, after in pairwise(counts))
    between = read(intention_frame(identity, own()))
    following = read(personal_frame(identity, own(), Person(PersonalUserType.PEDESTRIAN)))
    assert following['msgCnt'] == (counts[-1] + 1) % 128
    assert 0 <= between['msgCnt'] < 128


def detections(kinds: list[ObjectClass], **changes: Any) -> ObjectReports:
    count = len(kinds)
    columns: dict[str, Any] = {
        entry.name: np.zeros(count, dtype=np.uint64) for entry in fields(ObjectReports)}
    columns |= {name: np.full(count, np.nan) for name in (
        'x', 'y', 'z', 'heading', 'speed', 'acceleration', 'yaw_rate', 'length', 'width',
        'height', 'variance_xx', 'variance_xy', 'variance_yy', 'speed_deviation',
        'heading_deviation', 'path_radius', 'path_confidence')}
    columns |= {
        'object_id': np.arange(count, dtype=np.int32) + 7,
        'time': np.full(count, START + SECOND, dtype=np.int64),
        'x': 120.0 + 10.0 * np.arange(count), 'y': np.full(count, 55.0),
        'speed': np.full(count, 4.0), 'heading': np.full(count, 0.3),
        'object_class': np.array(kinds, dtype=np.uint8)}
    return ObjectReports(**{**columns, **changes})


def test_own_detections_are_shared(identity: TemporaryIdentity) -> None:
    seen = detections(
        [ObjectClass.CAR, ObjectClass.PEDESTRIAN, ObjectClass.OBSTACLE],
        variance_xx=np.full(3, 0.25), variance_yy=np.full(3, 0.25),
        length=np.array([4.5, np.nan, 0.8]), width=np.array([1.8, np.nan, 0.6]),
        yaw_rate=np.array([0.1, np.nan, np.nan]))
    frame = sharing_frame(identity, own(), seen, MAP, 'wgs84', most=64)
    assert frame is not None
    message = read(frame)
    assert (message['equipmentType'], *head(message)) == ('obu', identity.temporary_id, 1234)
    car, person = message['participants']
    assert (car['ptc']['ptcType'], car['ptc']['ptcId'], car['detectedPTCType']) == (
        'motor', 7, 'car')
    assert (car['ptc']['secMark'], car['ptc']['speed'], car['ptc']['size']) == (
        1000, 200, {'width': 180, 'length': 450})
    assert car['ptc']['posConfidence']['pos'] == 'a2m'
    assert 'accelSet' not in person['ptc']
    assert (person['ptc']['size'], person['detectedPTCType']) == (
        {'width': 0, 'length': 0}, 'pedestrian')
    obstacle, = message['obstacles']
    assert (obstacle['obsId'], obstacle['size']) == (9, {'width': 6, 'length': 8})


def test_receiver_finds_shared_objects_where_they_were_seen(identity: TemporaryIdentity) -> None:
    seen = detections([ObjectClass.CAR] * 3, y=np.array([55.0, -700.0, 20.0]))
    frame = sharing_frame(identity, own(), seen, MAP, 'wgs84', most=64)
    assert frame is not None
    batch = batch_of([frame], START)
    states = decode_frames(batch.payload, batch.length).ssm.participants.states
    assert states.participant_id.tolist() == [7, 9, 8]
    x, y, _ = MAP.to_map(states.latitude, states.longitude, np.zeros(3))
    rows = states.participant_id - 7
    assert x == pytest.approx(seen.x[rows], abs=0.05)
    assert y == pytest.approx(seen.y[rows], abs=0.05)


def test_old_far_and_unknown_objects_are_left_out(identity: TemporaryIdentity) -> None:
    seen = detections(
        [ObjectClass.CAR] * 4, x=np.array([120.0, 5000.0, np.nan, 120.0]),
        time=np.array([START - 5 * SECOND] + 3 * [START + SECOND], dtype=np.int64),
        speed=np.array([4.0, 4.0, 4.0, np.nan]))
    assert sharing_frame(identity, own(), seen, MAP, 'wgs84', most=64) is None


def test_only_the_nearest_objects_are_shared(identity: TemporaryIdentity) -> None:
    seen = detections([ObjectClass.CAR] * 90)
    frame = sharing_frame(identity, own(), seen, MAP, 'wgs84', most=10)
    assert frame is not None
    numbers = [entry['ptc']['ptcId'] for entry in read(frame)['participants']]
    assert numbers == list(range(7, 17))


def test_reversing_object_is_told_of_by_its_way(identity: TemporaryIdentity) -> None:
    seen = detections([ObjectClass.CAR], speed=np.array([-4.0]), heading=np.array([0.0]))
    frame = sharing_frame(identity, own(), seen, MAP, 'wgs84', most=10)
    assert frame is not None
    participant = read(frame)['participants'][0]['ptc']
    assert participant['speed'] == 200
    # its nose points east, so it moves west
    assert participant['heading'] == pytest.approx(270 / 0.0125, abs=5)
