# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of Autoware: fields, constants and units, and what comes from there."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyproj
import pytest
from strategies.autoware import fake_types, real_types
from strategies.radio_frames import batch, parameters, participant, rsm

from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.consumer import SpeedCap
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Gear, Indicator
from icv_v2x.interchange import ConversionError
from icv_v2x.interchange.autoware import (
    CLEAR_COMMANDS,
    RELEASED,
    VELOCITY_LIMITS,
    AutowareEncoder,
    signal_table,
)
from icv_v2x.interchange.autoware_inputs import (
    AutowareStatus,
    distance_between,
    gear_of,
    middle_of_square,
    projection_parameters,
)
from icv_v2x.parameters import ParameterError
from icv_v2x.pipeline.perception import Perception
from icv_v2x.translate.signal_reports import Light

STAMP = 1_763_798_400_050_000_007
NAN = math.nan


@pytest.fixture(params=['fake', 'real'])
def encoder(request: pytest.FixtureRequest) -> AutowareEncoder:
    """Returns the encoder for classes made up here, and for those of the packages."""
    return AutowareEncoder(fake_types() if request.param == 'fake' else real_types())


def advisory(**changes: Any) -> Advisory:
    return Advisory(**{
        'application': Application.FCW, 'level': Level.WARNING, 'action': Action.SLOW_DOWN,
        'subject_ids': ('0102030405060708',), 'reason': 'leader 20 m ahead brakes',
        'conflict_x': 30.0, 'conflict_y': -2.0, 'conflict_z': NAN, 'distance': 27.0,
        'time_to_conflict': 2.5, 'time_to_conflict_end': 4.0, 'id': 7, 'valid_until': STAMP,
        **changes})


@pytest.mark.parametrize('type_name', VELOCITY_LIMITS)
def test_a_cap_is_a_limit_with_its_constraints(encoder: AutowareEncoder, type_name: str) -> None:
    made = encoder.velocity_limit(
        type_name, SpeedCap(8.5, 2.5, advisory()), STAMP, sender='icv_v2x', jerk=1.5)
    assert (made.max_velocity, made.use_constraints, made.sender) == (8.5, True, 'icv_v2x')
    assert made.constraints.min_acceleration == -2.5
    assert (made.constraints.min_jerk, made.constraints.max_jerk) == (-1.5, 1.5)
    assert (made.stamp.sec, made.stamp.nanosec) == divmod(STAMP, 10**9)
    plain = encoder.velocity_limit(
        type_name, SpeedCap(8.5, NAN, advisory()), STAMP, sender='icv_v2x', jerk=1.5)
    assert not plain.use_constraints


@pytest.mark.parametrize(('limit', 'clear'), list(zip(
    VELOCITY_LIMITS, CLEAR_COMMANDS, strict=True)))
def test_without_a_cap_the_limit_limits_nothing_and_is_cleared(
    encoder: AutowareEncoder, limit: str, clear: str,
) -> None:
    released = encoder.velocity_limit(limit, None, STAMP, sender='icv_v2x', jerk=1.5)
    assert (released.max_velocity, released.use_constraints) == (RELEASED, False)
    command = encoder.clear_command(clear, STAMP, 'icv_v2x')
    assert (command.command, command.sender) == (True, 'icv_v2x')


def test_objects_keep_place_motion_size_and_kind(encoder: AutowareEncoder) -> None:
    perceived = Perception(parameters())
    perceived.receive(batch(rsm(participant(1))))
    tracks, _ = perceived.world(STAMP)
    made = encoder.detected_objects(tracks)
    assert made.header.frame_id == 'map'
    one = made.objects[0]
    place = one.kinematics.pose_with_covariance.pose
    assert (place.position.x, place.position.y) == (tracks.x[0], tracks.y[0])
    assert 2.0 * math.atan2(place.orientation.z, place.orientation.w) == pytest.approx(
        tracks.heading[0])
    assert one.kinematics.twist_with_covariance.twist.linear.x == pytest.approx(10.0, abs=0.1)
    assert one.kinematics.has_twist
    assert one.kinematics.orientation_availability == one.kinematics.AVAILABLE
    assert one.kinematics.pose_with_covariance.covariance[0] == tracks.variance_xx[0]
    assert (one.shape.dimensions.x, one.shape.dimensions.y) == (4.6, 1.8)
    assert one.classification[0].label == one.classification[0].CAR
    assert 0.0 < one.existence_probability <= 1.0


def signals(**changes: Any) -> Any:
    light = np.zeros((1, 8), np.uint8)
    light[0, :3] = Light.RED, Light.PROTECTED_GREEN, Light.YELLOW
    start = np.full((1, 8), np.inf)
    start[0, :3] = 0.0, 7.0, 27.0
    return SimpleNamespace(**{
        'stamp': STAMP, 'light': light[:, 0], 'step_light': light, 'step_start': start,
        'verification': np.array([1]), 'confidence': np.array([0.9]),
        'row': lambda region, node, phase: 0 if (node, phase) == (1234, 3) else None, **changes})


def test_a_signal_becomes_the_group_that_the_table_names(encoder: AutowareEncoder) -> None:
    table = signal_table('7:1234:3=5512:left_arrow 7:1234:9=1')
    made = encoder.traffic_signals(signals(), table, STAMP, trusted=False)
    group, = made.traffic_light_groups
    assert group.traffic_light_group_id == 5512
    element, = group.elements
    assert (element.color, element.shape, element.status) == (
        element.RED, element.LEFT_ARROW, element.SOLID_ON)
    assert [one.simultaneous_elements[0].color for one in group.predictions] == [
        element.GREEN, element.AMBER]
    assert group.predictions[0].predicted_stamp.sec == (STAMP + 7 * 10**9) // 10**9
    assert group.predictions[0].information_source == 'V2I'


def test_a_light_that_nobody_vouches_for_is_unknown(encoder: AutowareEncoder) -> None:
    table = signal_table('-:1234:3=5512')
    unchecked = signals(verification=np.array([0]))
    element = encoder.traffic_signals(
        unchecked, table, STAMP, trusted=False).traffic_light_groups[0].elements[0]
    assert element.color == element.UNKNOWN
    element = encoder.traffic_signals(
        unchecked, table, STAMP, trusted=True).traffic_light_groups[0].elements[0]
    assert element.color == element.RED


@pytest.mark.parametrize('text', ['7:1234=5', '7:1234:3', 'a:1:2=3', '7:1:2=3:star'])
def test_a_wrong_table_names_the_entry(text: str) -> None:
    with pytest.raises(ParameterError, match='signal_table') as error:
        signal_table(text)
    assert text in str(error.value)


def test_a_factor_tells_where_when_and_why(encoder: AutowareEncoder) -> None:
    made = encoder.planning_factors([advisory()], STAMP, 'icv_v2x')
    factor, = made.factors
    assert (factor.module, factor.behavior) == ('icv_v2x', factor.SLOW_DOWN)
    assert factor.detail == 'FCW: leader 20 m ahead brakes'
    point, = factor.control_points
    assert (point.pose.position.x, point.pose.position.y, point.distance) == (30.0, -2.0, 27.0)
    cause, = factor.safety_factors.factors
    assert (cause.type, cause.is_safe, cause.ttc_begin) == (cause.OBJECT, False, 2.5)


def report(value: int, stamp: int = STAMP, **changes: Any) -> Any:
    seconds, rest = divmod(stamp, 10**9)
    time = SimpleNamespace(sec=seconds, nanosec=rest)
    return SimpleNamespace(stamp=time, report=value, **changes)


def test_reports_gather_to_a_status_and_grow_old() -> None:
    status = AutowareStatus(15.0)
    status.take('gear', report(2))
    status.take('steering', report(0, steering_tire_angle=0.1))
    made = status.take('turn_indicators', report(2))
    assert (made.indicator, made.gear) == (Indicator.LEFT, Gear.FORWARD)
    assert made.steering_wheel_angle == pytest.approx(1.5)
    assert math.isnan(made.acceleration)
    assert status.take('hazard_lights', report(2)).indicator == Indicator.HAZARD
    later = status.take('gear', report(20, STAMP + 2 * 10**9))
    assert (later.indicator, later.gear) == (Indicator.NONE, Gear.REVERSE)
    assert math.isnan(later.steering_wheel_angle)


def test_every_gear_has_a_meaning() -> None:
    gears = [gear_of(float(number)) for number in range(26)]
    assert gears == [
        Gear.UNAVAILABLE, Gear.NEUTRAL, *[Gear.FORWARD] * 18, *[Gear.REVERSE] * 2, Gear.PARK,
        *[Gear.FORWARD] * 2, Gear.UNAVAILABLE]


def info(kind: str, **changes: Any) -> Any:
    return SimpleNamespace(**{
        'projector_type': kind, 'mgrs_grid': '54SUE',
        'map_origin': SimpleNamespace(latitude=35.6812, longitude=139.7671), **changes})


@pytest.mark.parametrize(('grid', 'longitude', 'latitude'), [
    ('54SUE', 139.7671, 35.6812), ('32UKB', 6.0466, 50.7866), ('50SMK', 116.506, 39.795),
    ('56HLH', 151.2, -33.87)])
def test_the_middle_of_a_square_lies_in_it(
    grid: str, longitude: float, latitude: float,
) -> None:
    """Places whose squares are well known; the other projection library knows the zone."""
    found = middle_of_square(grid)
    zone = int(grid[:-3])
    utm = pyproj.Proj(proj='utm', zone=zone, ellps='WGS84', south=latitude < 0)
    x, y = utm(longitude, latitude)
    middle_x, middle_y = utm(found[1], found[0])
    assert (x // 1e5, y // 1e5) == (middle_x // 1e5, middle_y // 1e5)


@pytest.mark.parametrize('grid', ['', '61SUE', '54IUE', '54SIE', '54SUZ', 'SUE'])
def test_a_square_that_is_none_is_named(grid: str) -> None:
    with pytest.raises(ConversionError, match='mgrs_grid'):
        middle_of_square(grid)


@pytest.mark.parametrize(('kind', 'projection'), [
    ('LocalCartesian', 'local_tangent_plane'), ('LocalCartesianUTM', 'utm'),
    ('TransverseMercator', 'transverse_mercator'), ('MGRS', 'mgrs')])
def test_a_map_of_autoware_is_told_from_another(kind: str, projection: str) -> None:
    wanted = projection_parameters(info(kind))
    assert wanted['map_projection'] == projection
    same = MapFrame(35.6812, 139.7671, 0.0, projection)
    other = MapFrame(35.6822, 139.7671, 0.0, 'local_tangent_plane')
    assert distance_between(same, wanted) < 0.01
    assert distance_between(other, wanted) > 50.0


def test_a_map_without_a_place_on_earth_is_refused() -> None:
    with pytest.raises(ConversionError, match="projector_type = 'Local'"):
        projection_parameters(info('Local'))
