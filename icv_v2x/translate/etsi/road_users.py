# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative awareness: what vehicles (CAM) and vulnerable road users (VAM) say of themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.etsi.envelope import Envelope, Real, bits, values
from icv_v2x.translate.refusals import Refusal, RefusalReason
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.translate.statements import Statements, reports_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.parameters import Parameters

# TrafficParticipantType (StationType) 0 to 14.
CLASSES = np.array([
    ObjectClass.UNKNOWN, ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST, ObjectClass.MOTORCYCLE,
    ObjectClass.MOTORCYCLE, ObjectClass.CAR, ObjectClass.BUS, ObjectClass.VAN,
    ObjectClass.TRUCK, ObjectClass.TRAILER, ObjectClass.SPECIAL, ObjectClass.BUS,
    ObjectClass.CYCLIST, ObjectClass.ANIMAL, ObjectClass.SPECIAL,
], dtype=np.uint8)
_ROAD_SIDE_UNIT = 15
_VEHICLE, _BACKWARD, _EMERGENCY = 0, 1, 5
# A confidence covers 95 %: two-sided 1.96 sigma of a value, 2.45 sigma of a place's longer axis.
_SIGMAS, _SIGMAS_OF_PLACE = 1.96, 2.45
_DEGREE = math.radians(1.0)


def class_of(number: int) -> int:
    """Return the kind of road user of a TrafficParticipantType."""
    return int(CLASSES[number]) if number < len(CLASSES) else int(ObjectClass.UNKNOWN)


def reports_from_cam(
    messages: Sequence[Any], envelope: Envelope, map_frame: MapFrame, parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what CAM of EN 302 637-2 (or TS 103 900) say, in the map frame.

    The reference position is the middle of the front (clause B.19); reports give the centre of
    the footprint. The heading is that of the motion: a vehicle in reverse looks the other way.
    Roadside units are no road users: `not_permitted`.

    Args:
        messages: n messages of etsi_its_cam_msgs or etsi_its_cam_ts_msgs.
        envelope: What came with them.
        map_frame: The map.
        parameters: Datums and limits of the clock.

    Returns:
        The reports, and the refused messages in their order.
    """
    kept = [
        row for row, message in enumerate(messages)
        if message.cam.cam_parameters.high_frequency_container.choice == _VEHICLE
        and message.cam.cam_parameters.basic_container.station_type.value != _ROAD_SIDE_UNIT]
    others = tuple(
        Refusal(row, RefusalReason.NOT_PERMITTED)
        for row in sorted(set(range(len(messages))) - set(kept)))
    chosen = [messages[row].cam.cam_parameters for row in kept]
    motion = [one.high_frequency_container.basic_vehicle_container_high_frequency
              for one in chosen]
    backward = np.array([one.drive_direction.value == _BACKWARD for one in motion], np.bool_)
    speed = values([one.speed.speed_value.value for one in motion], 0.01, unavailable=(16383,))
    heading = values(
        [one.heading.heading_value.value for one in motion], 0.1 * _DEGREE, unavailable=(3601,))
    length = values(
        [one.vehicle_length.vehicle_length_value.value for one in motion], 0.1,
        unavailable=(1022, 1023))
    instants = _of_all(messages, kept, envelope, lambda message: message.cam)
    stated = _statements(
        kept, [messages[row].header.station_id.value for row in kept],
        [one.basic_container.reference_position for one in chosen], instants,
        source=Source.BSM,
        speed=np.where(backward, -speed, speed),
        heading=np.where(backward, heading + math.pi, heading),
        acceleration=values(
            [_acceleration(one.longitudinal_acceleration) for one in motion], 0.1,
            unavailable=(161,)),
        # counted to the left here
        yaw_rate=-values(
            [one.yaw_rate.yaw_rate_value.value for one in motion], 0.01 * _DEGREE,
            unavailable=(32767,)),
        length=length,
        width=values(
            [one.vehicle_width.value for one in motion], 0.1, unavailable=(61, 62)),
        object_class=np.array([_class_of_cam(one) for one in chosen], np.uint8),
        speed_deviation=values(
            [one.speed.speed_confidence.value for one in motion], 0.01 / _SIGMAS,
            unavailable=(126, 127)),
        heading_deviation=values(
            [one.heading.heading_confidence.value for one in motion],
            0.1 * _DEGREE / _SIGMAS, unavailable=(126, 127)))
    reports, refusals = reports_of(stated, envelope.batch(instants), map_frame, parameters)
    emergency = np.zeros(len(messages), np.uint8)
    lights = np.zeros(len(messages), np.uint16)
    for row, one in zip(kept, chosen, strict=True):
        emergency[row], lights[row] = _duty(one), _lights(one)
    half = 0.5 * reports.length
    reports = replace(
        reports, emergency=emergency[reports.frame], lights=lights[reports.frame],
        x=reports.x - half * np.cos(reports.heading),
        y=reports.y - half * np.sin(reports.heading))
    return reports, tuple(sorted((*refusals, *others)))


def reports_from_vam(
    messages: Sequence[Any], envelope: Envelope, map_frame: MapFrame, parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what VAM of TS 103 300-3 say, in the map frame; as `reports_from_cam`.

    Args:
        messages: n messages of etsi_its_vam_ts_msgs.
        envelope: What came with them.
        map_frame: The map.
        parameters: Datums and limits of the clock.
    """
    rows = list(range(len(messages)))
    chosen = [message.vam.vam_parameters for message in messages]
    motion = [one.vru_high_frequency_container for one in chosen]
    instants = _of_all(messages, rows, envelope, lambda message: message.vam)
    none = np.full(len(rows), np.nan)
    stated = _statements(
        rows, [message.header.value.station_id.value for message in messages],
        [one.basic_container.reference_position for one in chosen], instants,
        source=Source.PSM,
        speed=values([one.speed.speed_value.value for one in motion], 0.01, unavailable=(16383,)),
        heading=values(
            [one.heading.value.value for one in motion], 0.1 * _DEGREE, unavailable=(3601,)),
        acceleration=values(
            [one.longitudinal_acceleration.longitudinal_acceleration_value.value
             for one in motion], 0.1, unavailable=(161,)),
        yaw_rate=-values(
            [one.yaw_rate.yaw_rate_value.value if one.yaw_rate_is_present else 32767
             for one in motion], 0.01 * _DEGREE, unavailable=(32767,)),
        length=none, width=none,
        object_class=np.array([_class_of_vam(one) for one in chosen], np.uint8),
        speed_deviation=values(
            [one.speed.speed_confidence.value for one in motion], 0.01 / _SIGMAS,
            unavailable=(126, 127)),
        heading_deviation=values(
            [one.heading.confidence.value for one in motion], 0.1 * _DEGREE / _SIGMAS,
            unavailable=(126, 127)))
    return reports_of(stated, envelope.batch(instants), map_frame, parameters)


def position(places: Sequence[Any]) -> tuple[Real, Real, Real, Real]:
    """Return latitudes, longitudes [deg], heights and 1 sigma [m] of reference positions."""
    latitude = values([one.latitude.value for one in places], 1e-7, unavailable=(900_000_001,))
    longitude = values(
        [one.longitude.value for one in places], 1e-7, unavailable=(1_800_000_001,))
    height = values(
        [one.altitude.altitude_value.value for one in places], 0.01, unavailable=(800_001,))
    radius = values(
        [_semi_major(one.position_confidence_ellipse) for one in places],
        0.01 / _SIGMAS_OF_PLACE, unavailable=(4094, 4095))
    return latitude, longitude, height, radius


def _semi_major(ellipse: Any) -> int:
    axis = getattr(ellipse, 'semi_major_confidence', None)
    return int((ellipse.semi_major_axis_length if axis is None else axis).value)


def _of_all(
    messages: Sequence[Any], kept: list[int], envelope: Envelope, body: Callable[[Any], Any],
) -> NDArray[np.int64]:
    """Return the instant of each message, that of its reception where it is not kept."""
    instants = envelope.reception_time.copy()
    chosen = replace(envelope, reception_time=envelope.reception_time[kept])
    instants[kept] = chosen.nearest_instants(
        [body(messages[row]).generation_delta_time.value for row in kept])
    return instants


def _statements(
    rows: list[int], stations: list[int], places: Sequence[Any],
    instants: NDArray[np.int64], *, source: Source, **columns: Any,
) -> Statements:
    latitude, longitude, height, deviation = position(places)
    count = len(rows)
    return Statements(
        frame=np.array(rows, np.int64),
        permitted=np.ones(count, np.bool_), roadside=np.zeros(count, np.bool_),
        outside=np.zeros(count, np.bool_),
        sender_id=np.array(stations, np.uint64),
        object_id=np.full(count, -1, np.int32), subject_id=np.zeros(count, np.uint64),
        source=np.full(count, int(source), np.uint16),
        message_count=np.zeros(count, np.uint8),
        second=second_of(instants[rows]), latitude=latitude, longitude=longitude,
        elevation=height, height=np.full(count, np.nan), position_deviation=deviation,
        **columns)


def second_of(instants: NDArray[np.int64]) -> Real:
    """Return the second in its minute of instants [ns since the Unix epoch]."""
    return np.asarray((instants % 60_000_000_000) / 1e9)


def _acceleration(field: Any) -> int:
    own = getattr(field, 'longitudinal_acceleration_value', None)
    return int((field.value if own is None else own).value)


def _duty(parameters: Any) -> int:
    """Return bits as in `ObjectReports.emergency`: 0 responding, 1 siren, 2 light bar."""
    if not parameters.special_vehicle_container_is_present:
        return 0
    special = parameters.special_vehicle_container
    if special.choice != _EMERGENCY:
        return 0
    used = bits(special.emergency_container.light_bar_siren_in_use)
    return bool(used) | (1 in used) << 1 | (0 in used) << 2


def _lights(parameters: Any) -> int:
    """Return bits of BSM ExteriorLights: low, high beam, left, right, hazard, ..."""
    if not parameters.low_frequency_container_is_present:
        return 0
    container = parameters.low_frequency_container
    if container.choice != 0:
        return 0
    own = bits(container.basic_vehicle_container_low_frequency.exterior_lights)
    sides = {2, 3} & own
    if len(sides) == 2:
        return 1 << 4
    return sum(1 << bit for bit in (*sides, *({0, 1} & own)))


def _class_of_cam(parameters: Any) -> int:
    if parameters.special_vehicle_container_is_present and (
        parameters.special_vehicle_container.choice == _EMERGENCY
    ):
        return int(ObjectClass.EMERGENCY)
    return class_of(int(parameters.basic_container.station_type.value))


def _class_of_vam(parameters: Any) -> int:
    if parameters.vru_low_frequency_container_is_present:
        return class_of_profile(parameters.vru_low_frequency_container.profile_and_subprofile)
    return class_of(int(parameters.basic_container.station_type.value))


def class_of_profile(profile: Any) -> int:
    """Return the kind of road user of a VruProfileAndSubprofile."""
    kinds = (
        ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST, ObjectClass.MOTORCYCLE, ObjectClass.ANIMAL)
    if profile.choice >= len(kinds):
        return int(ObjectClass.UNKNOWN)
    walking = profile.choice == 1 and profile.bicyclist_and_light_vru_vehicle.value in (2, 4)
    return int(ObjectClass.PEDESTRIAN if walking else kinds[profile.choice])
