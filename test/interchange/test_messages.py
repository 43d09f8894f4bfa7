# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the one decoder and the one encoder of messages, with both makers of classes."""

from __future__ import annotations

import dataclasses
import importlib
import math
import zlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.advisory.types import Action, Advisory, Application, Level, Mode
from icv_v2x.inputs import (
    BatchError,
    CertificateScope,
    FrameBatch,
    Gear,
    Health,
    Indicator,
    ObuStatus,
    Odometry,
    PlannedPath,
    VehicleStatus,
)
from icv_v2x.interchange import ConversionError, MessageEncoder, crc32, from_message, typestore
from icv_v2x.translate.reports import Source

NAN = math.nan
STAMP = 1_748_764_800_250_000_001


def rosbags_types() -> Any:
    return typestore().types.__getitem__


def rclpy_types() -> Any:
    for package in ('icv_v2x_msgs', 'nav_msgs', 'std_msgs', 'geometry_msgs', 'builtin_interfaces'):
        module = pytest.importorskip(f'{package}.msg', reason=f'{package} is not built here')
        # The sources of a package that is not built import too, as an empty namespace.
        if module.__file__ is None:
            pytest.skip(f'{package} is not built here')

    def find(name: str) -> type:
        package, _, kind = name.split('/')
        found: type = getattr(importlib.import_module(f'{package}.msg'), kind)
        return found

    return find


@pytest.fixture(params=[rosbags_types, rclpy_types], ids=['rosbags', 'rclpy'])
def encoder(request: pytest.FixtureRequest) -> MessageEncoder:
    return MessageEncoder(request.param())


def scope(count: int) -> CertificateScope:
    return CertificateScope(
        begin=np.arange(count, dtype=np.int64) + STAMP, end=np.zeros(count, np.int64),
        latitude=np.full(count, 39.9), longitude=np.full(count, 116.4),
        radius=np.full(count, 2500.0, np.float32))


def batch(lengths: list[int]) -> FrameBatch:
    count = len(lengths)
    return FrameBatch(
        stamp=STAMP, standard=1, encoding=0,
        reception_time=np.arange(count, dtype=np.int64) + STAMP,
        length=np.array(lengths, np.uint32),
        payload=np.arange(sum(lengths), dtype=np.uint8),
        verification=np.full(count, 1, np.uint8),
        signer=np.full(count, 2**64 - 1, np.uint64),
        aid=np.full(count, 111, np.uint32),
        rssi=np.full(count, np.nan, np.float32),
        generation_time=np.arange(count, dtype=np.int64) + STAMP - 5,
        signer_role=np.full(count, 1, np.uint8))


ADVISORY = Advisory(
    application=Application.FCW, level=Level.IMMINENT, action=Action.BRAKE,
    subject_ids=('0102030405060708', '00000000000000AB:7'), reason='Fahrzeug 5 m voraus – bremsen',
    time_to_conflict=np.float32(1.5), gap=5, required_deceleration=math.inf, lane_id=3,
    probability=0.75, verified=True, stop_profile_time=(0.0, 0.5), stop_profile_speed=(9.0, 6),
    rule='FCW.leader_braking', source_kinds=('BSM', 'EGO'), source_ages=(0.08, 0.02),
    id=17, valid_until=STAMP + 300_000_000)


def assert_same(expected: Any, actual: Any) -> None:
    for field in dataclasses.fields(expected):
        left, right = getattr(expected, field.name), getattr(actual, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype, field.name
            np.testing.assert_array_equal(left, right, err_msg=field.name)
        elif isinstance(left, float):
            assert left == pytest.approx(right, abs=1e-12, nan_ok=True), field.name
        else:
            assert left == right, field.name


@pytest.mark.parametrize('lengths', [[3], [0, 5, 2], []])
def test_frames_come_back_as_they_were(encoder: MessageEncoder, lengths: list[int]) -> None:
    assert_same(batch(lengths), from_message.frame_batch(encoder.obu_frames(batch(lengths))))


def test_when_and_where_certificates_hold_comes_back_as_it_was(encoder: MessageEncoder) -> None:
    sent = dataclasses.replace(batch([3, 2]), scope=scope(2))
    back = from_message.frame_batch(encoder.obu_frames(sent))
    assert back.scope is not None
    assert_same(scope(2), back.scope)
    assert_same(batch([3, 2]), dataclasses.replace(back, scope=None))


def test_odometry_comes_back_as_it_was(encoder: MessageEncoder) -> None:
    record = Odometry(
        STAMP, 'map', 1.0, -2.0, 3.0, -2.5, 12.0, -0.1, 0.3, 0.04, 0.01, 0.09, 0.001, 0.2)
    assert_same(record, from_message.odometry(encoder.odometry(record)))


def test_unknown_variances_stay_unknown(encoder: MessageEncoder) -> None:
    record = Odometry(STAMP, 'map', 1.0, -2.0, NAN, 0.5, 12.0, 0.0, 0.0)
    assert_same(record, from_message.odometry(encoder.odometry(record)))


@pytest.mark.parametrize('field', ['x', 'y', 'yaw', 'velocity_x', 'yaw_rate'])
def test_odometry_that_is_not_finite_is_not_published(
    encoder: MessageEncoder, field: str,
) -> None:
    record = Odometry(STAMP, 'map', 1.0, -2.0, 0.0, 0.5, 12.0, 0.0, 0.0)
    with pytest.raises(ConversionError, match=field):
        encoder.odometry(dataclasses.replace(record, **{field: math.inf}))


@pytest.mark.parametrize('brake', [None, False, True])
def test_status_comes_back_as_it_was(encoder: MessageEncoder, brake: bool | None) -> None:
    record = VehicleStatus(STAMP, Indicator.RIGHT, Gear.REVERSE, brake, -1.5, NAN, 65)
    assert_same(record, from_message.vehicle_status(encoder.vehicle_status(record)))


def test_the_health_of_the_unit_comes_back_as_it_was_and_an_unknown_one_is_refused(
    encoder: MessageEncoder,
) -> None:
    record = ObuStatus(STAMP, Health.GOOD, Health.BAD, 12)
    message = encoder.obu_status(record)
    assert_same(record, from_message.obu_status(message))
    message.security_module = 3
    with pytest.raises(ConversionError, match='unit'):
        from_message.obu_status(message)


def test_path_comes_back_as_it_was(encoder: MessageEncoder) -> None:
    record = PlannedPath(
        STAMP, np.array([STAMP, STAMP + 10]), np.array([0.0, 1.0]), np.array([2.0, 3.0]),
        np.array([-3.0, 3.0]))
    actual = from_message.planned_path(encoder.path(record))
    np.testing.assert_array_equal(record.time, actual.time)
    np.testing.assert_allclose(record.yaw, actual.yaw, atol=1e-12)


def test_objects_come_back_as_they_were(encoder: MessageEncoder) -> None:
    message = SimpleNamespace(
        header=SimpleNamespace(
            frame_id='map', stamp=SimpleNamespace(sec=STAMP // 10**9, nanosec=STAMP % 10**9)),
        x=[1.0, 2.0], y=[3.0, 4.0], heading=[0.1, 0.2], speed=[5.0, 6.0],
        **{name: [] for name in (
            'sender_id', 'object_id', 'source', 'z', 'acceleration', 'yaw_rate', 'length', 'width',
            'height', 'object_class', 'variance_xx', 'variance_xy', 'variance_yy',
            'speed_deviation', 'heading_deviation', 'verification', 'signer', 'events', 'lights',
            'emergency', 'path_radius', 'path_confidence')})
    reports = from_message.object_reports(message, STAMP + 3)
    assert reports.source.tolist() == [Source.OWN_DETECTION] * 2
    assert reports.object_id.tolist() == [0, 1]
    assert np.isnan(reports.length).all()
    again = from_message.object_reports(encoder.object_array(reports, STAMP), STAMP + 3)
    assert_same(reports, again)


def test_an_advisory_has_the_right_types_and_no_infinity(encoder: MessageEncoder) -> None:
    message = encoder.advisory_array(STAMP, 5, Mode.ACTIVE, '', [ADVISORY])
    advisory = message.advisories[0]
    assert type(advisory.time_to_conflict) is float
    assert type(advisory.gap) is float
    assert math.isnan(advisory.required_deceleration)
    assert advisory.scenario == 4
    assert advisory.valid_until.sec * 10**9 + advisory.valid_until.nanosec == ADVISORY.valid_until
    assert list(advisory.stop_profile_speed) == [9.0, 6.0]


def packed(value: Any, kind: str) -> bytes:
    """Packs a field by the definition of its type, as the document says."""
    fields = typestore().fielddefs
    out = b''
    for name, (form, detail) in fields[kind][1]:
        if name == 'crc32':
            continue
        field = getattr(value, name)
        if int(form) == 1:
            out += scalar(field, str(detail[0]))
        elif int(form) == 2:
            out += packed(field, str(detail))
        else:
            out += np.uint32(len(field)).tobytes()
            inner_form, inner = detail[0]
            for item in field:
                out += packed(item, inner) if int(inner_form) == 2 else scalar(item, inner[0])
    return out


def scalar(value: Any, kind: str) -> bytes:
    if kind == 'string':
        octets = value.encode()
        return np.uint32(len(octets)).tobytes() + bytes(octets)
    return np.array(value, np.dtype(kind).newbyteorder('<')).tobytes()


@pytest.mark.parametrize('advisories', [[], [ADVISORY], [ADVISORY, ADVISORY]])
def test_the_checksum_is_what_the_document_says(
    encoder: MessageEncoder, advisories: list[Advisory],
) -> None:
    message = encoder.advisory_array(
        STAMP, 2**40, Mode.DEGRADED, 'pose is old', advisories, limits_hash=0xFEDCBA98)
    assert message.limits_hash == 0xFEDCBA98
    octets = packed(message, 'icv_v2x_msgs/msg/AdvisoryArray')
    assert message.crc32 == zlib.crc32(octets)
    assert crc32(message) == message.crc32


def test_the_checksum_sees_a_change_of_any_number() -> None:
    encoder = MessageEncoder(rosbags_types())
    message = encoder.advisory_array(STAMP, 5, Mode.ACTIVE, '', [ADVISORY])
    sums = {crc32(message)}
    message.advisories[0].gap += 1e-9
    sums.add(crc32(message))
    message.advisories[0].source_ages[1] += 1e-9
    sums.add(crc32(message))
    message.advisories[0].rule = 'FCW.oncoming_time'
    sums.add(crc32(message))
    message.advisories[0].source_kinds[0] = 'RSM'
    sums.add(crc32(message))
    message.limits_hash += 1
    sums.add(crc32(message))
    assert len(sums) == 6


def raw_frames(**changes: Any) -> SimpleNamespace:
    fields: dict[str, Any] = {
        'header': SimpleNamespace(frame_id='', stamp=SimpleNamespace(sec=1, nanosec=2)),
        'standard': 1, 'encoding': 0, 'reception_time': [1, 2], 'length': [2, 1],
        'payload': [1, 2, 3], 'verification': [], 'signer': [], 'aid': [], 'rssi': [],
        'generation_time': [], 'signer_role': [],
    }
    return SimpleNamespace(**{**fields, **changes})


def test_frames_of_before_certificates_told_and_frames_that_do_not_tell_are_alike() -> None:
    none: dict[str, Any] = {name: [] for name in (
        'certificate_begin', 'certificate_end', 'region_latitude', 'region_longitude',
        'region_radius')}
    assert from_message.frame_batch(raw_frames()).scope is None
    assert from_message.frame_batch(raw_frames(**none)).scope is None
    found = from_message.frame_batch(raw_frames(**{**none, 'certificate_end': [0, 7]})).scope
    assert found is not None
    assert (found.begin.tolist(), found.end.tolist()) == ([0, 0], [0, 7])
    assert not found.has_region.any()


def test_empty_optional_arrays_are_filled() -> None:
    frames = from_message.frame_batch(raw_frames())
    assert frames.verification.tolist() == [0, 0]
    assert np.isnan(frames.rssi).all()
    assert frames.stamp == 1_000_000_002


@pytest.mark.parametrize(('changes', 'said', 'frames'), [
    ({'length': [2, 1, 0]}, 'length has 3', 3),
    ({'payload': [1, 2]}, 'payload has 2', 2),
    ({'length': [2**32 - 1, 2**32 - 1]}, 'lengths add up to 8589934590', 2),
    ({'verification': [1]}, 'verification has 1', 2),
    ({'signer_role': [1, 1, 1]}, 'signer_role has 3', 2),
    ({'certificate_end': [1]}, 'certificate_end has 1', 2),
    ({'region_latitude': [39.9, 39.9]}, 'region_longitude has 0', 2),
    ({'region_latitude': [1.0], 'region_longitude': [1.0], 'region_radius': [1.0]},
     'region_latitude has 1', 2),
    ({'reception_time': [], 'length': []}, 'payload has 3', 1),
])
def test_arrays_that_disagree_name_themselves_and_the_frames_lost(
    changes: dict[str, Any], said: str, frames: int,
) -> None:
    with pytest.raises(BatchError, match=said) as caught:
        from_message.frame_batch(raw_frames(**changes))
    assert caught.value.frames == frames


@given(st.floats(-math.pi, math.pi))
def test_yaw_is_read_back_from_its_quaternion(yaw: float) -> None:
    quaternion = SimpleNamespace(x=0.0, y=0.0, z=math.sin(yaw / 2), w=math.cos(yaw / 2))
    assert math.remainder(from_message.yaw_of(quaternion) - yaw, 2 * math.pi) == pytest.approx(
        0.0, abs=1e-9)


@pytest.mark.parametrize('parts', [(0, 0, 0, 0), (0, 0, 2, 2), (NAN, 0, 0, 1)])
def test_a_quaternion_of_no_unit_length_gives_no_yaw(parts: tuple[float, ...]) -> None:
    x, y, z, w = parts
    assert math.isnan(from_message.yaw_of(SimpleNamespace(x=x, y=y, z=z, w=w)))
