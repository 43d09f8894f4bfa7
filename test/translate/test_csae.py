# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Basic safety messages as reports: axes, fallbacks, and what is refused under which reason."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.frames import MapFrame, wgs84_to_gcj02, wrap_angle
from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.bsm_encoder import BsmContent, encode_bsm
from icv_v2x.message_set.enumerations import (
    LightBar,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import Parameters, build
from icv_v2x.translate.csae import (
    EMERGENCY_LIGHT_BAR,
    EMERGENCY_RESPONDING,
    EMERGENCY_SIREN,
    reports_from_bsm,
)
from icv_v2x.translate.refusals import Refusal, RefusalReason, refused
from icv_v2x.translate.reports import ObjectReports, Source

_ORIGIN = (29.563, 106.5516)
_RECEPTION = 1_763_798_400_050_000_000
_SECOND = _RECEPTION // 1_000_000 % 60_000 / 1000 - 0.05
_CONTENT = BsmContent(
    temporary_id=0x0102030405060708, message_count=7, second=_SECOND, latitude=_ORIGIN[0],
    longitude=_ORIGIN[1], speed=10.0, heading=0.0, transmission=Transmission.FORWARD_GEARS,
    longitudinal_acceleration=-1.5, yaw_rate=0.0, width=1.8, length=4.6, height=1.5,
    vehicle_class=10,
)


def _parameters(**values: Any) -> Parameters:
    return build(Parameters, {
        'map_origin.latitude': _ORIGIN[0], 'map_origin.longitude': _ORIGIN[1],
        'vehicle.length': 4.8, 'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4,
        **{name.replace('__', '.'): value for name, value in values.items()},
    })


def _batch(frames: list[bytes], **columns: Any) -> FrameBatch:
    count = len(frames)
    batch = FrameBatch(
        stamp=_RECEPTION, standard=1, encoding=0,
        reception_time=np.full(count, _RECEPTION, dtype=np.int64),
        length=np.array([len(frame) for frame in frames], dtype=np.uint32),
        payload=np.frombuffer(b''.join(frames), dtype=np.uint8),
        verification=np.full(count, Verification.VERIFIED, dtype=np.uint8),
        signer=np.arange(count, dtype=np.uint64) + 100,
        aid=np.zeros(count, dtype=np.uint32),
        rssi=np.full(count, np.nan, dtype=np.float32),
        generation_time=np.zeros(count, dtype=np.int64),
        signer_role=np.zeros(count, dtype=np.uint8),
    )
    return replace(batch, **{
        name: np.asarray(value, dtype=getattr(batch, name).dtype)
        for name, value in columns.items()})


def _translate(
    *changes: dict[str, Any],
    projection: str = 'local_tangent_plane',
    parameters: Parameters | None = None,
    **columns: Any,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    batch = _batch([encode_bsm(replace(_CONTENT, **change)) for change in changes], **columns)
    decoded = decode_frames(batch.payload, batch.length)
    assert not decoded.rejected
    return reports_from_bsm(
        decoded.bsm, batch, MapFrame(*_ORIGIN, 0.0, projection), parameters or _parameters())


def _report(**change: Any) -> ObjectReports:
    reports, refusals = _translate(change)
    assert refusals == ()
    return reports


def _reason(**change: Any) -> RefusalReason:
    reports, refusals = _translate(change)
    assert len(reports) == 0
    return refusals[0].reason


def test_a_message_keeps_its_identity_and_its_time() -> None:
    reports, refusals = _translate({}, {'temporary_id': 2**64 - 1, 'message_count': 127})
    assert refusals == ()
    assert reports.sender_id.tolist() == [0x0102030405060708, 2**64 - 1]
    assert reports.message_count.tolist() == [7, 127]
    assert reports.object_id.tolist() == [-1, -1]
    assert reports.source.tolist() == [Source.BSM, Source.BSM]
    assert reports.frame.tolist() == [0, 1]
    assert reports.signer.tolist() == [100, 101]
    assert reports.time.tolist() == [_RECEPTION - 50_000_000] * 2
    assert reports.reception_time.tolist() == [_RECEPTION] * 2


@pytest.mark.parametrize(('compass', 'yaw'), [(0, 90), (90, 0), (180, -90), (270, -180)])
def test_headings_turn_from_the_compass_to_the_map(compass: float, yaw: float) -> None:
    heading = _report(heading=math.radians(compass)).heading[0]
    assert wrap_angle(heading - math.radians(yaw)) == pytest.approx(0.0, abs=1e-9)


def test_headings_in_a_grid_take_its_convergence() -> None:
    reports, _ = _translate({}, projection='utm')
    expected = math.atan(math.tan(math.radians(1.5516)) * math.sin(math.radians(29.563)))
    assert reports.heading[0] - math.pi / 2 == pytest.approx(expected, rel=1e-3)


def test_clockwise_becomes_counter_clockwise() -> None:
    report = _report(yaw_rate=0.2, path_radius=150.0, path_confidence=0.8)
    assert report.yaw_rate[0] == pytest.approx(-0.2, abs=1e-4)
    assert report.path_radius[0] == pytest.approx(-150.0)
    assert report.path_confidence[0] == pytest.approx(0.8)


def test_a_straight_path_is_positive_infinity() -> None:
    assert _report(path_radius=math.inf, path_confidence=1.0).path_radius[0] == math.inf


def test_reverse_gear_drives_against_the_heading() -> None:
    report = _report(transmission=Transmission.REVERSE_GEARS, speed=2.0)
    assert report.speed[0] == pytest.approx(-2.0)
    assert report.heading[0] == pytest.approx(math.pi / 2)
    assert _report(transmission=Transmission.UNAVAILABLE, speed=2.0).speed[0] == 2.0


def test_what_no_vehicle_does_is_unavailable() -> None:
    report = _report(yaw_rate=3.0, longitudinal_acceleration=-20.0)
    assert np.isnan(report.yaw_rate[0])
    assert np.isnan(report.acceleration[0])
    assert np.isnan(_report(longitudinal_acceleration=math.nan).acceleration[0])
    assert _report().acceleration[0] == pytest.approx(-1.5)


@pytest.mark.parametrize(('number', 'kind', 'length'), [
    (0, ObjectClass.UNKNOWN, 4.8), (10, ObjectClass.CAR, 4.8), (23, ObjectClass.TRUCK, 12.0),
])
def test_unknown_sizes_are_those_of_the_class(
    number: int, kind: ObjectClass, length: float
) -> None:
    report = _report(vehicle_class=number, width=math.nan, length=math.nan, height=math.nan)
    assert report.object_class[0] == kind
    assert report.length[0] == length
    assert np.isfinite([report.width[0], report.height[0]]).all()
    assert _report(vehicle_class=number).length[0] == pytest.approx(4.6)


@pytest.mark.parametrize(('change', 'reason'), [
    ({'latitude': math.nan}, 'no_position'),
    ({'longitude': math.nan}, 'no_position'),
    ({'latitude': 43.8, 'longitude': 87.6}, 'out_of_area'),
    ({'latitude': 0.0, 'longitude': 0.0}, 'out_of_area'),
    ({'speed': math.nan}, 'no_speed'),
    ({'speed': 163.8}, 'implausible_speed'),
    ({'heading': math.nan}, 'no_heading'),
    ({'width': 10.23, 'length': 40.95}, 'implausible_size'),
    ({'width': 4.6, 'length': 1.8}, 'implausible_size'),
    ({'second': (_SECOND - 1.0) % 60.0}, 'stale'),
    ({'second': (_SECOND - 20.0) % 60.0}, 'stale'),
    ({'second': (_SECOND + 0.3) % 60.0}, 'future'),
])
def test_a_message_that_cannot_be_used_is_refused_with_the_reason(
    change: dict[str, float], reason: str
) -> None:
    assert _reason(**change) == reason


def test_the_limits_of_age_are_inclusive_and_come_from_the_parameters() -> None:
    assert len(_report(second=(_SECOND - 0.95) % 60.0)) == 1
    assert len(_report(second=(_SECOND + 0.24) % 60.0)) == 1
    reports, refusals = _translate({}, parameters=_parameters(clock__age_maximum=0.1))
    assert (len(reports), refusals) == (1, ())
    reports, refusals = _translate(
        {'second': (_SECOND - 0.1) % 60.0}, parameters=_parameters(clock__age_maximum=0.1))
    assert refusals == (Refusal(0, RefusalReason.STALE),)


def test_a_standing_vehicle_without_heading_is_taken() -> None:
    report = _report(speed=0.0, heading=math.nan)
    assert np.isnan(report.heading[0])


def test_a_replayed_signed_message_is_stale_after_a_whole_minute() -> None:
    old = _RECEPTION - 60_000_000_000 - 30_000_000
    _, refusals = _translate({}, generation_time=[old])
    assert refusals == (Refusal(0, RefusalReason.STALE),)


@pytest.mark.parametrize(('verdict', 'reason'), [
    (Verification.FAILED, 'signature_failed'), (Verification.EXPIRED, 'certificate_expired'),
    (Verification.REVOKED, 'certificate_revoked'),
    (Verification.UNKNOWN_ISSUER, 'unknown_issuer'), (200, 'unknown_verification'),
])
def test_the_verdict_of_the_unit_refuses_before_and_after_decoding(
    verdict: int, reason: str
) -> None:
    mask, refusals = refused(np.array([1, verdict, 0], dtype=np.uint8))
    assert mask.tolist() == [False, True, False]
    assert refusals == (Refusal(1, RefusalReason(reason)),)
    reports, refusals = _translate({}, {}, {}, verification=[1, verdict, 0])
    assert refusals == (Refusal(1, RefusalReason(reason)),)
    assert reports.verification.tolist() == [1, 0]


def test_a_road_side_unit_may_not_send_as_a_vehicle() -> None:
    _, refusals = _translate({}, signer_role=[SignerRole.ROADSIDE])
    assert refusals == (Refusal(0, RefusalReason.NOT_PERMITTED),)


def test_every_message_ends_in_exactly_one_place() -> None:
    changes: list[dict[str, Any]] = [
        {}, {'speed': math.nan, 'latitude': math.nan}, {'temporary_id': 3}, {'width': 9.0},
        {'second': (_SECOND - 5.0) % 60.0, 'heading': math.nan}, {'temporary_id': 4},
    ]
    reports, refusals = _translate(*changes)
    frames = sorted([*reports.frame.tolist(), *(refusal.frame for refusal in refusals)])
    assert frames == list(range(len(changes)))


def test_no_messages_give_no_reports() -> None:
    for projection in ('local_tangent_plane', 'utm'):
        reports, refusals = _translate(projection=projection)
        assert (len(reports), refusals) == (0, ())


def test_the_datum_of_vehicles_is_taken_out() -> None:
    latitude, longitude = wgs84_to_gcj02(*_ORIGIN)
    reports, _ = _translate(
        {'latitude': float(latitude), 'longitude': float(longitude)},
        parameters=_parameters(datum__vehicle='gcj02'))
    # A step of the message is 1.1 cm.
    assert math.hypot(reports.x[0], reports.y[0]) < 0.02


def test_the_error_ellipse_turns_into_the_map() -> None:
    report = _report(
        semi_major=2.0, semi_minor=0.5, semi_major_orientation=math.radians(90.0))
    assert report.variance_xx[0] == pytest.approx(4.0, rel=1e-3)
    assert report.variance_yy[0] == pytest.approx(0.25, rel=1e-3)
    north_east = _report(
        semi_major=2.0, semi_minor=0.5, semi_major_orientation=math.radians(45.0))
    assert north_east.variance_xy[0] == pytest.approx((4.0 - 0.25) / 2, rel=1e-3)


def test_accuracy_falls_back_from_ellipse_to_confidence_to_the_standard() -> None:
    assert _report(semi_major=2.0).variance_yy[0] == pytest.approx(4.0)
    # 5 m with 95 % is 2.448 sigma of a round distribution.
    confident = _report(position_confidence=5.0)
    assert confident.variance_xx[0] == pytest.approx((5 / 2.4477) ** 2, rel=1e-3)
    standard = _report()
    inside = 1 - math.exp(-(1.5**2) / (2 * standard.variance_xx[0]))
    assert inside == pytest.approx(0.68)
    assert standard.variance_xy[0] == 0.0
    assert standard.speed_deviation[0] == pytest.approx(0.28)


@given(
    long=st.floats(0.0, 12.7), short=st.floats(0.0, 12.7), turn=st.floats(0.0, 6.28))
def test_variances_always_describe_an_ellipse(long: float, short: float, turn: float) -> None:
    report = _report(semi_major=long, semi_minor=short, semi_major_orientation=turn)
    assert report.variance_xx[0] > 0.0
    assert report.variance_yy[0] > 0.0
    determinant = report.variance_xx * report.variance_yy - report.variance_xy**2
    assert determinant[0] > 0.0


def test_confidences_become_one_sigma() -> None:
    report = _report(speed_confidence=1.0, heading_confidence=math.radians(5.0))
    assert report.speed_deviation[0] == pytest.approx(1.0 / 1.96, rel=1e-3)
    assert report.heading_deviation[0] == pytest.approx(math.radians(5.0) / 1.96, rel=1e-3)
    assert _report(speed=5.0).heading_deviation[0] == pytest.approx(math.radians(3.0))
    assert _report(speed=20.0).heading_deviation[0] == pytest.approx(math.radians(2.0))


def test_events_and_duty_pass_through() -> None:
    report = _report(
        events=VehicleEvent.HAZARD_LIGHTS | VehicleEvent.HARD_BRAKING,
        response_type=ResponseType.EMERGENCY, siren=Siren.IN_USE, light_bar=LightBar.IN_USE)
    assert report.events[0] == 0b1000_0001
    assert report.emergency[0] == EMERGENCY_RESPONDING | EMERGENCY_SIREN | EMERGENCY_LIGHT_BAR


def test_a_yellow_light_is_no_duty() -> None:
    report = _report(
        response_type=ResponseType.SLOW_MOVING, siren=Siren.NOT_IN_USE,
        light_bar=LightBar.YELLOW_CAUTION_LIGHTS)
    assert report.emergency[0] == 0
