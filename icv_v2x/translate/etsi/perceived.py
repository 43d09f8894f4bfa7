# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Collective perception (CPM): what vehicles and road-side units see."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.etsi.envelope import MILLISECOND, Envelope, Real, values
from icv_v2x.translate.etsi.road_users import (
    class_of,
    class_of_profile,
    position,
    second_of,
)
from icv_v2x.translate.refusals import Refusal, RefusalReason
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.translate.statements import Statements, reports_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.parameters import Parameters

_OF_ROAD_SIDE_UNIT, _OF_OBJECTS = 2, 5
# ObjectClass: a vehicle, a vulnerable road user, a group of them, else something.
_SINGLE_USER, _GROUP = 1, 2
_DEGREE = math.radians(1.0)
_SIGMAS = 1.96
# Ends of the range of a coordinate [cm].
_FARTHEST = (-131072, 131071)
# WGS-84.
_MAJOR, _ECCENTRICITY_2 = 6_378_137.0, 6.69437999014e-3
_NO_ANGLE = (3600, 3601)


def reports_from_cpm(
    messages: Sequence[Any], envelope: Envelope, map_frame: MapFrame, parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return the objects that CPM of TS 103 324 tell of, in the map frame.

    Places are east, north and up of the reference position, velocities and angles counted from
    east to the left. An object without a number cannot be known again: `ambiguous_number`.

    Args:
        messages: n messages of etsi_its_cpm_ts_msgs.
        envelope: What came with them.
        map_frame: The map.
        parameters: Datums and limits of the clock.

    Returns:
        The reports, and a refusal for every other object, in the order of the messages.
    """
    frames: list[int] = []
    roadside: list[bool] = []
    objects: list[Any] = []
    for row, message in enumerate(messages):
        containers = message.payload.cpm_containers.value.array
        unit = any(one.container_id.value == _OF_ROAD_SIDE_UNIT for one in containers)
        for container in containers:
            if container.container_id.value == _OF_OBJECTS:
                seen = container.container_data_perceived_object_container.perceived_objects.array
                objects += seen
                frames += [row] * len(seen)
                roadside += [unit] * len(seen)
    frame = np.array(frames, np.int64)
    numbered = np.array([one.object_id_is_present for one in objects], np.bool_)
    nameless = tuple(
        Refusal(int(row), RefusalReason.AMBIGUOUS_NUMBER) for row in frame[~numbered])
    known = [one for one, kept in zip(objects, numbered, strict=True) if kept]
    frame, of_unit = frame[numbered], np.array(roadside, np.bool_)[numbered]
    reference = envelope.instants(
        [one.payload.management_container.reference_time.value for one in messages])
    stated, instants = _statements(messages, known, frame, of_unit, reference)
    # each object has an instant of its own, and so a row of the batch
    batch = Envelope(
        envelope.reception_time[frame], envelope.verification).batch(instants)
    reports, refusals = reports_of(stated, batch, map_frame, parameters)
    own = tuple(Refusal(int(frame[row]), reason) for row, reason in refusals)
    return _of_frames(reports, frame), tuple(sorted((*own, *nameless)))


def offset(latitude: Real, longitude: Real, east: Real, north: Real) -> tuple[Real, Real]:
    """Return places east and north of others, in the plane that touches the ellipsoid there.

    To the second order in distance over radius: a centimetre at 2 km.

    Args:
        latitude: (n,) [deg].
        longitude: (n,) [deg].
        east: (n,) [m].
        north: (n,) [m].

    Returns:
        Latitudes and longitudes (n,) [deg].
    """
    phi = np.radians(latitude)
    sine, cosine, tangent = np.sin(phi), np.cos(phi), np.tan(phi)
    across = _MAJOR / np.sqrt(1.0 - _ECCENTRICITY_2 * sine**2)
    along = across * (1.0 - _ECCENTRICITY_2) / (1.0 - _ECCENTRICITY_2 * sine**2)
    turned = north / along - 0.5 * east**2 * tangent / (along * across)
    moved = east / (across * cosine) * (1.0 + north * tangent / across)
    return latitude + np.degrees(turned), longitude + np.degrees(moved)


def _of_frames(reports: ObjectReports, frame: NDArray[np.int64]) -> ObjectReports:
    columns = {**vars(reports), 'frame': frame[reports.frame]}
    return ObjectReports(**columns)


def _statements(
    messages: Sequence[Any], objects: list[Any], frame: NDArray[np.int64],
    roadside: NDArray[np.bool_], reference: NDArray[np.int64],
) -> tuple[Statements, NDArray[np.int64]]:
    count = len(objects)
    places = [one.payload.management_container.reference_position for one in messages]
    latitude, longitude, height, own_deviation = (column[frame] for column in position(places))
    east, north = (
        values([getattr(one.position, f'{axis}_coordinate').value.value for one in objects],
               0.01, unavailable=_FARTHEST) for axis in 'xy')
    up = values(
        [one.position.z_coordinate.value.value if one.position.z_coordinate_is_present
         else _FARTHEST[0] for one in objects], 0.01, unavailable=_FARTHEST)
    latitude, longitude = offset(latitude, longitude, east, north)
    speed, direction = _polar(objects, 'velocity', 0.01)
    angle = values(
        [one.angles.z_angle.value.value if one.angles_is_present else _NO_ANGLE[0]
         for one in objects], 0.1 * _DEGREE, unavailable=_NO_ANGLE)
    heading = np.where(np.isfinite(angle), angle, direction)
    rate, aim = _polar(objects, 'acceleration', 0.1)
    instants = reference[frame] + MILLISECOND * np.array(
        [one.measurement_delta_time.value for one in objects], np.int64)
    deviation = np.fmax(*(
        values([getattr(one.position, f'{axis}_coordinate').confidence.value for one in objects],
               0.01 / _SIGMAS, unavailable=(4095, 4096)) for axis in 'xy'))
    return Statements(
        frame=np.arange(count, dtype=np.int64),
        permitted=np.ones(count, np.bool_), roadside=roadside,
        outside=np.zeros(count, np.bool_),
        sender_id=np.array(
            [messages[row].header.station_id.value for row in frame], np.uint64),
        object_id=np.array([one.object_id.value for one in objects], np.int32),
        subject_id=np.zeros(count, np.uint64),
        source=np.where(roadside, int(Source.RSM), int(Source.SSM)).astype(np.uint16)
        | np.uint16(Source.SENSOR),
        message_count=np.zeros(count, np.uint8),
        second=second_of(instants), latitude=latitude, longitude=longitude,
        elevation=height + np.where(np.isfinite(up), up, 0.0),
        speed=speed * np.where(np.isfinite(angle), np.cos(direction - heading), 1.0),
        heading=0.5 * math.pi - heading,
        acceleration=rate * np.cos(aim - heading),
        yaw_rate=-values(
            [one.z_angular_velocity.value.value if one.z_angular_velocity_is_present else 256
             for one in objects], _DEGREE, unavailable=(-255, 255, 256)),
        length=_size(objects, 'x'), width=_size(objects, 'y'), height=_size(objects, 'z'),
        object_class=np.array([_class(one) for one in objects], np.uint8),
        position_deviation=np.hypot(
            deviation, np.where(np.isfinite(own_deviation), own_deviation, 0.0)),
        speed_deviation=np.full(count, np.nan),
        heading_deviation=np.full(count, np.nan)), instants


def _polar(objects: list[Any], name: str, scale: float) -> tuple[Real, Real]:
    """Return size and direction [rad, from east to the left] of a velocity or acceleration."""
    sizes, directions = [], []
    for one in objects:
        size = direction = math.nan
        if getattr(one, f'{name}_is_present'):
            stated = getattr(one, name)
            size, direction = (_of_polar, _of_components)[min(int(stated.choice), 1)](
                stated, name, scale)
        sizes.append(size)
        directions.append(direction)
    return np.array(sizes, np.float64), np.array(directions, np.float64)


def _of_polar(stated: Any, name: str, scale: float) -> tuple[float, float]:
    polar = getattr(stated, f'polar_{name}')
    if name == 'velocity':
        code, none = polar.velocity_magnitude.speed_value.value, 16383
    else:
        code, none = polar.acceleration_magnitude.acceleration_magnitude_value.value, 161
    angle = getattr(polar, f'{name}_direction').value.value
    return (
        math.nan if code == none else code * scale,
        math.nan if angle in _NO_ANGLE else angle * 0.1 * _DEGREE)


def _of_components(stated: Any, name: str, scale: float) -> tuple[float, float]:
    cartesian = getattr(stated, f'cartesian_{name}')
    none = 16383 if name == 'velocity' else 161
    x, y = (getattr(cartesian, f'{axis}_{name}').value.value for axis in 'xy')
    if none in (x, y):
        return math.nan, math.nan
    return math.hypot(x, y) * scale, math.atan2(y, x)


def _size(objects: list[Any], axis: str) -> Real:
    name = f'object_dimension_{axis}'
    return values(
        [getattr(one, name).value.value if getattr(one, f'{name}_is_present') else 256
         for one in objects], 0.1, unavailable=(255, 256))


def _class(seen: Any) -> int:
    """Return the likeliest kind of an object."""
    if not seen.classification_is_present or not seen.classification.array:
        return int(ObjectClass.UNKNOWN)
    # 101 stands for unavailable
    best = max(seen.classification.array, key=lambda one: one.confidence.value % 101)
    kind = best.object_class
    if kind.choice == 0:
        return class_of(int(kind.vehicle_sub_class.value))
    if kind.choice == _SINGLE_USER:
        return class_of_profile(kind.vru_sub_class)
    return int(ObjectClass.PEDESTRIAN if kind.choice == _GROUP else ObjectClass.OBSTACLE)
