# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""European messages for tests, every field sensible unless changed, of any maker of classes."""

from __future__ import annotations

import importlib
import math
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

ORIGIN = (50.7866, 6.0466)
"""Latitude and longitude of the messages' places [deg]."""
RECEPTION = 1_763_798_400_050_000_000
GENERATED = RECEPTION - 50_000_000
BEGIN = 1_072_915_200_000
LEAP_SECONDS = 5
TIMESTAMP = GENERATED // 1_000_000 - BEGIN + 1000 * LEAP_SECONDS
"""TimestampIts of GENERATED."""

EAST = 900
"""Code of the heading east."""


def loose(content: Any) -> Any:
    """Returns content as an object with its fields and no others."""
    if isinstance(content, dict):
        return SimpleNamespace(**{name: loose(value) for name, value in content.items()})
    if isinstance(content, list):
        return [loose(value) for value in content]
    return content


def real(type_name: str, content: dict[str, Any]) -> Any:
    """Returns content as a message of an installed package; it must have all the fields."""
    package, kind, name = type_name.split('/')
    message = getattr(importlib.import_module(f'{package}.{kind}'), name)()
    _fill(message, content)
    return message


def _fill(message: Any, content: dict[str, Any]) -> None:
    types = message.get_fields_and_field_types()
    for name, value in content.items():
        if isinstance(value, dict):
            _fill(getattr(message, name), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            package, kind = types[name].removeprefix('sequence<').split('>')[0].split('/')
            setattr(message, name, [real(f'{package}/msg/{kind}', one) for one in value])
        else:
            setattr(message, name, value)


def coded(value: int) -> dict[str, int]:
    return {'value': value}


def bit_string(*bits: int, size: int = 8) -> dict[str, Any]:
    octets = [0] * ((size + 7) // 8)
    for bit in bits:
        octets[bit // 8] |= 0x80 >> bit % 8
    return {'value': octets}


def place(
    latitude: float = ORIGIN[0], longitude: float = ORIGIN[1], *, altitude: int = 17_000,
    axis: int = 245, new: bool = False,
) -> dict[str, Any]:
    """Returns a reference position; `axis` is the confidence [cm]."""
    ellipse = (
        {'semi_major_axis_length': coded(axis)} if new else
        {'semi_major_confidence': coded(axis)})
    return {
        'latitude': coded(round(latitude * 1e7)), 'longitude': coded(round(longitude * 1e7)),
        'altitude': {'altitude_value': coded(altitude)}, 'position_confidence_ellipse': ellipse}


def cam(station: int = 17, **changes: Any) -> dict[str, Any]:
    """Returns a CAM of a car of 4 m that drives east at 10 m/s."""
    values: dict[str, Any] = {
        'position': place(), 'heading': EAST, 'speed': 1000, 'direction': 0, 'length': 40,
        'width': 18, 'acceleration': -15, 'yaw_rate': 500, 'station_type': 5,
        'delta': TIMESTAMP % 65536, 'lights': (), 'siren': None, **changes}
    special: dict[str, Any] = {'special_vehicle_container_is_present': values['siren'] is not None}
    if values['siren'] is not None:
        special['special_vehicle_container'] = {'choice': 5, 'emergency_container': {
            'light_bar_siren_in_use': bit_string(*values['siren'])}}
    return {'header': {'station_id': coded(station)}, 'cam': {
        'generation_delta_time': coded(values['delta']),
        'cam_parameters': {
            'basic_container': {
                'station_type': coded(values['station_type']),
                'reference_position': values['position']},
            'high_frequency_container': {
                'choice': 0, 'basic_vehicle_container_high_frequency': {
                    'heading': {'heading_value': coded(values['heading']),
                                'heading_confidence': coded(20)},
                    'speed': {'speed_value': coded(values['speed']),
                              'speed_confidence': coded(50)},
                    'drive_direction': coded(values['direction']),
                    'vehicle_length': {'vehicle_length_value': coded(values['length'])},
                    'vehicle_width': coded(values['width']),
                    'longitudinal_acceleration': {
                        'longitudinal_acceleration_value': coded(values['acceleration'])},
                    'yaw_rate': {'yaw_rate_value': coded(values['yaw_rate'])}}},
            'low_frequency_container_is_present': True,
            'low_frequency_container': {'choice': 0, 'basic_vehicle_container_low_frequency': {
                'exterior_lights': bit_string(*values['lights'])}},
            **special}}}


def vam(station: int = 18, **changes: Any) -> dict[str, Any]:
    """Returns a VAM of a cyclist who rides east at 5 m/s."""
    values: dict[str, Any] = {
        'position': place(new=True), 'heading': EAST, 'speed': 500,
        'delta': TIMESTAMP % 65536, **changes}
    return {'header': {'value': {'station_id': coded(station)}}, 'vam': {
        'generation_delta_time': coded(values['delta']),
        'vam_parameters': {
            'basic_container': {
                'station_type': coded(2), 'reference_position': values['position']},
            'vru_high_frequency_container': {
                'heading': {'value': coded(values['heading']), 'confidence': coded(20)},
                'speed': {'speed_value': coded(values['speed']),
                          'speed_confidence': coded(127)},
                'longitudinal_acceleration': {
                    'longitudinal_acceleration_value': coded(161)},
                'yaw_rate_is_present': False},
            'vru_low_frequency_container_is_present': True,
            'vru_low_frequency_container': {'profile_and_subprofile': {
                'choice': 1, 'bicyclist_and_light_vru_vehicle': coded(1)}}}}}


def seen(number: int = 1, east: float = 0.0, north: float = 0.0, **changes: Any) -> dict[str, Any]:
    """Returns a perceived object: a truck that drives north at 8 m/s."""
    made: dict[str, Any] = {
        'object_id_is_present': True, 'object_id': coded(number),
        'measurement_delta_time': coded(-20),
        'position': {
            'x_coordinate': {'value': coded(round(100 * east)), 'confidence': coded(50)},
            'y_coordinate': {'value': coded(round(100 * north)), 'confidence': coded(50)},
            'z_coordinate_is_present': False},
        'velocity_is_present': True,
        'velocity': {'choice': 1, 'cartesian_velocity': {
            'x_velocity': {'value': coded(0)}, 'y_velocity': {'value': coded(800)}}},
        'acceleration_is_present': True,
        'acceleration': {'choice': 0, 'polar_acceleration': {
            'acceleration_magnitude': {'acceleration_magnitude_value': coded(10)},
            'acceleration_direction': {'value': coded(2700)}}},
        'angles_is_present': True, 'angles': {'z_angle': {'value': coded(900)}},
        'z_angular_velocity_is_present': True, 'z_angular_velocity': {'value': coded(3)},
        'object_dimension_x_is_present': True, 'object_dimension_x': {'value': coded(90)},
        'object_dimension_y_is_present': True, 'object_dimension_y': {'value': coded(25)},
        'object_dimension_z_is_present': False,
        'classification_is_present': True, 'classification': {'array': [
            {'object_class': {'choice': 0, 'vehicle_sub_class': coded(5)},
             'confidence': coded(101)},
            {'object_class': {'choice': 0, 'vehicle_sub_class': coded(8)},
             'confidence': coded(80)}]}}
    return {**made, **changes}


def cpm(*objects: dict[str, Any], station: int = 19, roadside: bool = True) -> dict[str, Any]:
    """Returns a CPM with some objects."""
    containers: list[dict[str, Any]] = [{
        'container_id': coded(5), 'container_data_perceived_object_container': {
            'perceived_objects': {'array': list(objects)}}}]
    if roadside:
        containers.insert(0, {'container_id': coded(2)})
    return {'header': {'station_id': coded(station)}, 'payload': {
        'management_container': {
            'reference_time': coded(TIMESTAMP), 'reference_position': place()},
        'cpm_containers': {'value': {'array': containers}}}}


def denm(number: int = 3, cause: int = 94, **changes: Any) -> dict[str, Any]:
    """Returns a DENM of a standing vehicle, 100 m of trace leading to it from the west."""
    values: dict[str, Any] = {
        'detected': TIMESTAMP, 'told': TIMESTAMP, 'validity': 60, 'terminated': False, **changes}
    step = -round(50.0 / (111_320.0 * math.cos(math.radians(ORIGIN[0]))) * 1e7)
    trace = [{'path_position': {
        'delta_latitude': coded(0), 'delta_longitude': coded(step)}}] * 2
    return {'header': {'station_id': coded(20)}, 'denm': {
        'management': {
            'action_id': {'originating_station_id': coded(20), 'sequence_number': coded(number)},
            'detection_time': coded(values['detected']), 'reference_time': coded(values['told']),
            'termination_is_present': values['terminated'], 'event_position': place(),
            'relevance_distance_is_present': True, 'relevance_distance': coded(3),
            'validity_duration': coded(values['validity'])},
        'situation_is_present': True, 'situation': {
            'information_quality': coded(7),
            'event_type': {'cause_code': coded(cause)}},
        'location_is_present': True, 'location': {'traces': {'array': [{'array': trace}]}}}}


def spatem(**changes: Any) -> dict[str, Any]:
    """Returns a SPATEM: group 3 red for 7 s more, then green."""
    second = GENERATED // 1_000_000 % 60_000
    begin = datetime(
        datetime.fromtimestamp(GENERATED / 1e9, timezone.utc).year, 1, 1, tzinfo=timezone.utc)
    minute = (GENERATED // 60_000_000_000) - int(begin.timestamp()) // 60
    now = GENERATED // 100_000_000 % 36_000

    def timing(end: float) -> dict[str, Any]:
        mark = coded((now + round(10 * end)) % 36_000)
        return {
            'start_time_is_present': False, 'min_end_time': mark,
            'max_end_time_is_present': True, 'max_end_time': mark,
            'likely_time_is_present': True, 'likely_time': mark, 'next_time_is_present': False}

    state: dict[str, Any] = {
        'id': {'region_is_present': True, 'region': coded(7), 'id': coded(1234)},
        'status': {'value': [0x04, 0x00]}, 'moy_is_present': True, 'moy': coded(minute),
        'time_stamp_is_present': True, 'time_stamp': coded(second),
        'states': {'array': [{'signal_group': coded(3), 'state_time_speed': {'array': [
            {'event_state': coded(3), 'timing_is_present': True, 'timing': timing(7.0)},
            {'event_state': coded(6), 'timing_is_present': True, 'timing': timing(27.0)}]}}]}}
    return {'spat': {
        'time_stamp_is_present': False, 'intersections': {'array': [{**state, **changes}]}}}


def node(choice: int, x: int, y: int) -> dict[str, Any]:
    return {'delta': {'choice': choice, f'node_xy{choice + 1}': {'x': coded(x), 'y': coded(y)}}}


def lane(number: int, nodes: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Returns a lane; its nodes lead away from the intersection."""
    made: dict[str, Any] = {
        'lane_id': coded(number), 'ingress_approach_is_present': False,
        'lane_attributes': {
            'directional_use': bit_string(1, size=2), 'shared_with': bit_string(size=10),
            'lane_type': {'choice': 0, 'vehicle': bit_string()}},
        'maneuvers_is_present': False, 'connects_to_is_present': False,
        'node_list': {'choice': 0, 'nodes': {'array': nodes}}}
    return {**made, **changes}


def mapem() -> dict[str, Any]:
    """Returns a MAPEM: a lane from the west, 10 m to 90 m away, straight on to the east."""
    inwards = lane(
        1, [node(5, -1000, -200), node(5, -8000, 0)],
        ingress_approach_is_present=True, ingress_approach=coded(4),
        lane_attributes={
            'directional_use': bit_string(0, size=2), 'shared_with': bit_string(size=10),
            'lane_type': {'choice': 0, 'vehicle': bit_string()}},
        maneuvers_is_present=True, maneuvers=bit_string(0, size=12),
        connects_to_is_present=True, connects_to={'array': [{
            'connecting_lane': {'lane': coded(2), 'maneuver_is_present': False},
            'remote_intersection_is_present': False,
            'signal_group_is_present': True, 'signal_group': coded(3)}]})
    outwards = lane(2, [node(5, 1000, -200), node(5, 5000, 0)])
    return {'map': {'intersections_is_present': True, 'intersections': {'array': [{
        'id': {'region_is_present': True, 'region': coded(7), 'id': coded(1234)},
        'revision': coded(2), 'ref_point': {
            'lat': coded(round(ORIGIN[0] * 1e7)), 'lon': coded(round(ORIGIN[1] * 1e7)),
            'elevation_is_present': True, 'elevation': coded(1700)},
        'lane_width_is_present': True, 'lane_width': coded(325),
        'speed_limits_is_present': True,
        'speed_limits': {'array': [{'type': coded(5), 'speed': coded(694)}]},
        'lane_set': {'array': [inwards, outwards]}}]}}}
