# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Objects that roadside units and vehicles perceive, as reports: who, what, where, and refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from strategies.radio_frames import (
    GENERATED,
    ORIGIN,
    batch,
    obstacle,
    parameters,
    participant,
    rsm,
    ssm,
)

from icv_v2x.frames import MapFrame, wgs84_to_gcj02
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import Parameters
from icv_v2x.translate.csae_participants import (
    OBSTACLE_NUMBERS,
    reports_from_rsm,
    reports_from_ssm,
)
from icv_v2x.translate.refusals import Refusal, RefusalReason
from icv_v2x.translate.reports import ObjectReports, Source

UNIT = 0x5253553030303031
SHARER = 0x5353553030303031


def translated(
    *frames: bytes, settings: Parameters | None = None, **columns: Any
) -> tuple[ObjectReports, list[Refusal]]:
    """Return what the adapters make of frames, those of RSM first."""
    settings = settings or parameters()
    radio = batch(*frames, **columns)
    decoded = decode_frames(radio.payload, radio.length)
    assert not decoded.rejected
    frame = MapFrame(*ORIGIN)
    roadside, refused = reports_from_rsm(decoded.rsm, radio, frame, settings)
    shared, refused_too = reports_from_ssm(decoded.ssm, radio, frame, settings)
    return (roadside if len(decoded.rsm) else shared), [*refused, *refused_too]


def one(**changes: Any) -> ObjectReports:
    reports, refused = translated(rsm(participant(**changes)))
    assert refused == []
    return reports


def test_a_participant_keeps_its_number_its_unit_and_its_state() -> None:
    reports, refused = translated(
        rsm(participant(9, north=30.0, id='00000000000000FF'), participant(4)))
    assert refused == []
    assert reports.sender_id.tolist() == [UNIT, UNIT]
    assert reports.object_id.tolist() == [9, 4]
    assert reports.subject_id.tolist() == [255, 0]
    assert reports.source.tolist() == [Source.RSM | Source.SENSOR] * 2
    assert reports.message_count.tolist() == [5, 5]
    assert reports.time.tolist() == [GENERATED] * 2
    assert reports.signer.tolist() == [100, 100]
    np.testing.assert_allclose(reports.y, [30.0, 0.0], atol=0.1)
    np.testing.assert_allclose(reports.x, 0.0, atol=1e-6)
    np.testing.assert_allclose(reports.heading, 0.0, atol=1e-9)
    assert reports.speed.tolist() == [10.0, 10.0]
    assert (reports.length[0], reports.width[0], reports.height[0]) == (4.6, 1.8, 1.5)


def test_reverse_gear_drives_against_the_heading_and_clockwise_becomes_counter_clockwise() -> None:
    report = one(
        transmission='reverseGears', accelSet={'long': 100, 'lat': 0, 'vert': 0, 'yaw': 1000})
    assert report.speed[0] == -10.0
    assert report.acceleration[0] == pytest.approx(1.0)
    assert report.yaw_rate[0] == pytest.approx(-math.radians(10.0))


@pytest.mark.parametrize(('source', 'sensor'), [
    ('unknown', False), ('selfinfo', False), ('v2x', False), ('video', True),
    ('microwaveRadar', True), ('loop', True), ('lidar', True), ('integrated', False)])
def test_only_sensors_count_as_such(source: str, sensor: bool) -> None:
    assert bool(one(source=source).source[0] & Source.SENSOR) == sensor


@pytest.mark.parametrize(('sort', 'number', 'kind'), [
    ('motor', None, ObjectClass.CAR), ('motor', 50, ObjectClass.BUS),
    ('motor', 85, ObjectClass.CAR), ('non-motor', None, ObjectClass.CYCLIST),
    ('non-motor', 10, ObjectClass.CYCLIST), ('non-motor', 40, ObjectClass.MOTORCYCLE),
    ('pedestrian', 10, ObjectClass.PEDESTRIAN), ('unknown', 25, ObjectClass.TRUCK),
    ('unknown', None, ObjectClass.UNKNOWN)])
def test_the_type_of_a_participant_outweighs_its_class(
    sort: str, number: int | None, kind: ObjectClass
) -> None:
    changes = {} if number is None else {'vehicleClass': {'classification': number}}
    reports, _ = translated(
        rsm(participant(ptcType=sort, **changes)),
        settings=parameters(vehicle_class_numbering='j2735'))
    assert reports.object_class[0] == kind


def test_a_size_that_is_not_given_is_that_of_the_class() -> None:
    report = one(ptcType='pedestrian', size={'width': 0, 'length': 0})
    assert (report.length[0], report.width[0]) == (0.6, 0.6)


def test_the_unit_itself_is_no_road_user() -> None:
    reports, refused = translated(rsm(participant(0, ptcType='rsu', source='selfinfo')))
    assert (len(reports), refused) == (0, [])


@pytest.mark.parametrize(('changes', 'reason'), [
    ({'speed': 8191}, RefusalReason.NO_SPEED),
    ({'heading': 28800}, RefusalReason.NO_HEADING),
    ({'speed': 5100}, RefusalReason.IMPLAUSIBLE_SPEED),
    ({'pos': {'offsetLL': {'position-LatLon': {'lon': 1800000001, 'lat': 900000001}}}},
     RefusalReason.NO_POSITION),
    ({'pos': {'offsetLL': {'position-LatLon': {'lon': 399000000, 'lat': 899000000}}}},
     RefusalReason.OUT_OF_AREA),
    ({'secMark': 57_000}, RefusalReason.STALE),
])
def test_a_bad_participant_costs_itself_only(
    changes: dict[str, Any], reason: RefusalReason
) -> None:
    reports, refused = translated(rsm(participant(1), participant(2, **changes), participant(3)))
    assert reports.object_id.tolist() == [1, 3]
    assert refused == [Refusal(0, reason)]


def test_a_number_that_stands_for_two_objects_names_neither() -> None:
    reports, refused = translated(
        rsm(participant(1), participant(1, north=20.0), participant(2)), rsm(participant(1)))
    assert [*zip(reports.frame, reports.object_id, strict=True)] == [(0, 2), (1, 1)]
    assert refused == [Refusal(0, RefusalReason.AMBIGUOUS_NUMBER)] * 2


@pytest.mark.parametrize(('role', 'permitted'), [
    (SignerRole.UNKNOWN, True), (SignerRole.ROADSIDE, True), (SignerRole.VEHICLE, False),
    (SignerRole.EMERGENCY, False)])
def test_vehicles_may_share_what_they_sense_but_not_speak_for_the_roadside(
    role: SignerRole, permitted: bool
) -> None:
    reports, refused = translated(rsm(participant()), signer_role=role)
    assert len(reports) == permitted
    assert [refusal.reason for refusal in refused] == (
        [] if permitted else [RefusalReason.NOT_PERMITTED])
    shared, _ = translated(ssm({'ptc': participant()}), signer_role=role)
    assert len(shared) == 1


def test_what_is_not_verified_keeps_saying_so_and_what_failed_is_refused() -> None:
    reports, _ = translated(rsm(participant()), verification=Verification.NOT_CHECKED)
    assert reports.verification[0] == Verification.NOT_CHECKED
    _, refused = translated(rsm(participant()), verification=Verification.REVOKED)
    assert refused == [Refusal(0, RefusalReason.CERTIFICATE_REVOKED)]


def test_shared_participants_and_obstacles_are_numbered_apart() -> None:
    reports, refused = translated(ssm(
        {'ptc': participant(1), 'detectedPTCType': 'truck'}, {'ptc': participant(2)},
        obstacles=(obstacle(1), obstacle(2, obsType='animal-intrusion', source='v2x'))))
    assert refused == []
    assert reports.sender_id.tolist() == [SHARER] * 4
    assert reports.object_id.tolist() == [1, 2, OBSTACLE_NUMBERS + 1, OBSTACLE_NUMBERS + 2]
    assert reports.object_class.tolist() == [
        ObjectClass.TRUCK, ObjectClass.CAR, ObjectClass.OBSTACLE, ObjectClass.ANIMAL]
    sensed = Source.SSM | Source.SENSOR
    assert reports.source.tolist() == [sensed, sensed, sensed, Source.SSM]
    assert (reports.length[2], reports.width[2], reports.height[2]) == (1.5, 0.8, 1.0)


def test_an_object_without_time_has_that_of_its_message() -> None:
    reports, _ = translated(ssm({'ptc': participant(secMark=65535)}), generation_time=0)
    assert reports.time.tolist() == [GENERATED]


def test_a_message_without_objects_tells_of_none() -> None:
    reports, refused = translated(ssm())
    assert (len(reports), refused) == (0, [])


@pytest.mark.parametrize(('equipment', 'datum'), [('rsu', 'roadside'), ('obu', 'vehicle')])
def test_each_kind_of_sender_has_its_own_datum(equipment: str, datum: str) -> None:
    latitude, longitude = wgs84_to_gcj02(ORIGIN[0], ORIGIN[1])
    place = {'lat': round(float(latitude) * 1e7), 'long': round(float(longitude) * 1e7)}
    frame = ssm({'ptc': participant()}, equipmentType=equipment, sensorPos=place)
    at_home, _ = translated(frame, settings=parameters(**{f'datum__{datum}': 'gcj02'}))
    assert math.hypot(at_home.x[0], at_home.y[0]) < 0.1
    away, _ = translated(frame)
    assert math.hypot(away.x[0], away.y[0]) > 300.0
