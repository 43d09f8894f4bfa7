# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle says in SI arrives in SI."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from icv_v2x.message_set import (
    BasicSafetyMessages,
    BsmContent,
    MessageError,
    PathPoint,
    decode,
    decode_frames,
    encode_bsm,
)
from icv_v2x.message_set.enumerations import (
    AuxiliaryBrakes,
    BrakedWheel,
    ControlState,
    ExteriorLight,
    GnssStatus,
    LightBar,
    PedalState,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)

FULL = BsmContent(
    temporary_id=0xFEDCBA9876543210, message_count=127, second=60.999, latitude=31.1234567,
    longitude=-121.7654321, elevation=-12.3, semi_major=1.5, semi_minor=0.05,
    semi_major_orientation=1.0, time_confidence=0.01, position_confidence=1.0,
    elevation_confidence=2.0, transmission=Transmission.REVERSE_GEARS, speed=13.88,
    heading=math.radians(225), steering_wheel_angle=math.radians(-1.5), speed_confidence=0.1,
    heading_confidence=math.radians(1), steering_wheel_angle_confidence=math.radians(2),
    longitudinal_acceleration=-6.5, lateral_acceleration=0.07,
    vertical_acceleration=0.02 * 9.80665,
    yaw_rate=math.radians(-12.34), brake_pedal=PedalState.ON,
    wheel_brakes=BrakedWheel.LEFT_FRONT | BrakedWheel.RIGHT_REAR, traction=ControlState.ENGAGED,
    abs=ControlState.ON, stability=ControlState.OFF, brake_boost=PedalState.OFF,
    auxiliary_brakes=AuxiliaryBrakes.ON, width=1.91, length=5.02, height=1.45, vehicle_class=63,
    fuel_type=4, events=VehicleEvent.HARD_BRAKING | VehicleEvent.HAZARD_LIGHTS,
    gnss_status=GnssStatus.IS_HEALTHY, path_history=(
        PathPoint(-1e-5, 2e-5, 0.5, -0.3, 12.0, math.radians(3)), PathPoint(0.0123, -0.5, 655.34)),
    path_radius=-321.7, path_confidence=0.605, lights=ExteriorLight.PARKING_LIGHTS,
    response_type=ResponseType.EMERGENCY, siren=Siren.IN_USE, light_bar=LightBar.FREQUENT_STOPS)


def heard(content: BsmContent, *, profile: bool = True) -> BasicSafetyMessages:
    octets = encode_bsm(content, profile=profile)
    return decode_frames(octets, np.array([len(octets)], dtype=np.uint32)).bsm


def test_every_field_arrives() -> None:
    message = heard(FULL)
    for entry in fields(BsmContent):
        sent = getattr(FULL, entry.name)
        if entry.name != 'path_history':
            got = getattr(message, entry.name)[0]
            assert got == pytest.approx(float(sent), abs=5e-5) if isinstance(sent, float) \
                else got == sent, entry.name
    history = message.path_history
    assert history.latitude.tolist() == pytest.approx([-1e-5, 0.0123])
    assert history.longitude.tolist() == pytest.approx([2e-5, -0.5])
    assert history.time_offset.tolist() == [0.5, 655.34]
    assert history.elevation[0] == pytest.approx(-0.3)
    assert history.speed[0] == pytest.approx(12.0)
    assert history.heading[0] == pytest.approx(math.radians(3))
    assert np.isnan([history.elevation[1], history.speed[1], history.heading[1]]).all()


@pytest.mark.parametrize('profile', [True, False])
def test_unavailable_arrives_as_unavailable(profile: bool) -> None:
    message = heard(BsmContent(temporary_id=1), profile=profile)
    for entry in fields(BsmContent):
        sent = getattr(BsmContent(temporary_id=1), entry.name)
        if isinstance(sent, float) and math.isnan(sent):
            assert np.isnan(getattr(message, entry.name)[0]), entry.name
    for name in ('events', 'lights', 'wheel_brakes', 'gnss_status', 'response_type'):
        assert not getattr(message, f'{name}_available')[0], name


def test_profile_sends_what_is_mandatory() -> None:
    value = decode(encode_bsm(BsmContent(temporary_id=1)))['bsmFrame']
    assert value['angle'] == 127
    assert value['posAccuracy'] == {'semiMajor': 255, 'semiMinor': 255, 'orientation': 65535}
    assert value['brakes'] == {
        'brakePadel': 'unavailable', 'wheelBrakes': {'value': '80', 'length': 5},
        'traction': 'unavailable'}


def test_heading_wraps_instead_of_turning_unavailable() -> None:
    just_below_north = replace(FULL, heading=2 * math.pi - 1e-9)
    assert heard(just_below_north).heading[0] == 0.0
    assert heard(replace(FULL, heading=-math.pi / 2)).heading[0] == pytest.approx(1.5 * math.pi)


def test_values_beyond_the_wire_saturate() -> None:
    message = heard(replace(FULL, longitudinal_acceleration=-50.0, speed=500.0, semi_major=99.0))
    assert message.longitudinal_acceleration[0] == -20.0
    assert message.speed[0] == pytest.approx(163.8)
    assert message.semi_major[0] == pytest.approx(12.7)


@pytest.mark.parametrize('change', [
    {'speed': -1.0}, {'yaw_rate': math.nan}, {'path_history': (PathPoint(1.0, 0.0, 1.0),)},
    {'path_history': (PathPoint(0.0, 0.0, 1.0),) * 24}, {'vehicle_class': 256},
])
def test_what_has_no_encoding_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MessageError):
        encode_bsm(replace(FULL, **change))
