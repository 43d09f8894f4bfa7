# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: road users that others perceive (RSM, SSM), to reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType, Transmission
from icv_v2x.message_set.records.ssm import EquipmentType, ObstacleType
from icv_v2x.message_set.vehicle_class import ObjectClass, object_class
from icv_v2x.translate import plausibility
from icv_v2x.translate.certificate_scope import outside_region
from icv_v2x.translate.refusals import Refusal
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.translate.statements import Statements, joined, reports_of

if TYPE_CHECKING:
    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.participants import Participants, RoadsideSafetyMessages
    from icv_v2x.message_set.records.sensor_sharing import (
        DetectedObstacles,
        SensorSharingMessages,
    )
    from icv_v2x.parameters import Parameters

OBSTACLE_NUMBERS = 1 << 16
"""Added to the number of an obstacle, as participants and obstacles are numbered apart."""

SENSORS = (
    DetectionSource.VIDEO, DetectionSource.MICROWAVE_RADAR, DetectionSource.LOOP,
    DetectionSource.LIDAR,
)
"""What sees an object itself; `integrated` may be nothing but the object's own messages."""

_NON_MOTOR = (
    ObjectClass.MOTORCYCLE, ObjectClass.CYCLIST, ObjectClass.TRICYCLE, ObjectClass.ANIMAL)
_NO_MOTOR_VEHICLE = (
    ObjectClass.UNKNOWN, ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST, ObjectClass.ANIMAL,
    ObjectClass.OBSTACLE)
# By `DetectedParticipantType`; unknown where its own fields are to tell.
_DETECTED_CLASSES = np.array([
    ObjectClass.UNKNOWN, ObjectClass.UNKNOWN, ObjectClass.OBSTACLE, ObjectClass.CAR,
    ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.CYCLIST,
    ObjectClass.MOTORCYCLE, ObjectClass.TRICYCLE, ObjectClass.PEDESTRIAN,
], dtype=np.uint8)


@dataclass(frozen=True)
class _Senders:
    """Who states each of m participants.

    Attributes:
        frame: (m,) int64, index of the frame in its batch.
        sender_id: (m,) uint64.
        message_count: (m,) uint8.
        source: `Source` bit of the message.
        permitted: (m,) the certificate may sign such a message.
        roadside: (m,) the sender is a roadside unit.
        outside: (m,) it claims to be outside the region of its certificate.
    """

    frame: NDArray[np.int64]
    sender_id: NDArray[np.uint64]
    message_count: NDArray[np.uint8]
    source: Source
    permitted: NDArray[np.bool_]
    roadside: NDArray[np.bool_]
    outside: NDArray[np.bool_]


def reports_from_rsm(
    messages: RoadsideSafetyMessages,
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return the participants of roadside safety messages in the map frame.

    Certificates of vehicles may not sign such a message. The unit's entry of itself is no road
    user and is left out.

    Args:
        messages: Decoded messages, their `frame` pointing into the batch.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of roadside units, limits of the clock, numbering of classes.

    Returns:
        The reports, and one refusal for every other participant, in the order of the frames.
    """
    participants = messages.participants
    rows = np.repeat(np.arange(len(messages)), np.diff(messages.offsets))
    frame = np.asarray(messages.frame, dtype=np.int64)[rows]
    role = batch.signer_role[frame]
    senders = _Senders(
        frame, messages.roadside_id[rows], messages.message_count[rows], Source.RSM,
        permitted=(role != int(SignerRole.VEHICLE)) & (role != int(SignerRole.EMERGENCY)),
        roadside=np.ones(len(frame), dtype=np.bool_),
        outside=outside_region(
            batch, messages.frame, messages.latitude, messages.longitude,
            parameters.datum.roadside)[rows])
    stated = _statements(
        participants, senders, _classes(participants, parameters), participants.second)
    return reports_of(stated, batch, map_frame, parameters)


def reports_from_ssm(
    messages: SensorSharingMessages,
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return participants and obstacles of sensor sharing messages in the map frame.

    Vehicles, roadside units and persons may send them.

    Args:
        messages: Decoded messages, their `frame` pointing into the batch.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datums, limits of the clock, numbering of classes.

    Returns:
        The reports, and one refusal for every other object, in the order of the frames.
    """
    seen, obstacles = messages.participants, messages.obstacles
    told = _DETECTED_CLASSES[np.minimum(seen.detected_type, len(_DETECTED_CLASSES) - 1)]
    kind = np.where(told == int(ObjectClass.UNKNOWN), _classes(seen.states, parameters), told)
    outside = _ssm_outside(messages, batch, parameters)
    rows = np.repeat(np.arange(len(messages)), np.diff(messages.offsets))
    participants = _statements(
        seen.states, _ssm_senders(messages, rows, outside), kind.astype(np.uint8),
        _else(seen.states.second, messages.second[rows]))
    rows = np.repeat(np.arange(len(messages)), np.diff(messages.obstacle_offsets))
    every = _obstacles(
        obstacles, _ssm_senders(messages, rows, outside),
        _else(obstacles.second, messages.second[rows]))
    return reports_of(joined(participants, every), batch, map_frame, parameters)


def _ssm_outside(
    messages: SensorSharingMessages, batch: FrameBatch, parameters: Parameters
) -> NDArray[np.bool_]:
    """Return which messages come from outside the region of their certificate, (n,)."""
    datum = parameters.datum
    unit, vehicle = (
        outside_region(batch, messages.frame, messages.latitude, messages.longitude, one)
        for one in (datum.roadside, datum.vehicle))
    return np.where(messages.equipment_type == EquipmentType.RSU, unit, vehicle)


def _ssm_senders(
    messages: SensorSharingMessages, rows: NDArray[np.intp], outside: NDArray[np.bool_]
) -> _Senders:
    return _Senders(
        np.asarray(messages.frame, dtype=np.int64)[rows], messages.sender_id[rows],
        messages.message_count[rows], Source.SSM,
        permitted=np.ones(len(rows), dtype=np.bool_),
        roadside=messages.equipment_type[rows] == EquipmentType.RSU,
        outside=outside[rows])


def _statements(
    participants: Participants,
    senders: _Senders,
    kind: NDArray[np.uint8],
    second: NDArray[np.float64],
) -> Statements:
    """Return the statements of all participants but the units that speak of themselves."""
    reverse = participants.transmission == int(Transmission.REVERSE_GEARS)
    subject = np.where(participants.temporary_id_available, participants.temporary_id, 0)
    stated = Statements(
        **_of_sender(senders, participants.source),
        object_id=participants.participant_id.astype(np.int32),
        subject_id=subject.astype(np.uint64),
        second=second,
        latitude=participants.latitude,
        longitude=participants.longitude,
        elevation=participants.elevation,
        speed=np.where(reverse, -participants.speed, participants.speed),
        heading=participants.heading,
        acceleration=participants.longitudinal_acceleration,
        yaw_rate=participants.yaw_rate,
        length=participants.length,
        width=participants.width,
        height=participants.height,
        object_class=kind,
        position_deviation=plausibility.deviation_of_radius(participants.position_confidence),
        speed_deviation=plausibility.deviation_of_interval(participants.speed_confidence),
        heading_deviation=plausibility.deviation_of_interval(participants.heading_confidence),
    )
    return stated.take(participants.participant_type != ParticipantType.RSU)


def _obstacles(
    obstacles: DetectedObstacles, senders: _Senders, second: NDArray[np.float64]
) -> Statements:
    kind = np.where(
        obstacles.obstacle_type == int(ObstacleType.ANIMAL_INTRUSION), int(ObjectClass.ANIMAL),
        ObjectClass.OBSTACLE)
    return Statements(
        **_of_sender(senders, obstacles.source),
        object_id=obstacles.obstacle_id.astype(np.int32) + OBSTACLE_NUMBERS,
        subject_id=np.zeros(len(second), dtype=np.uint64),
        second=second,
        latitude=obstacles.latitude,
        longitude=obstacles.longitude,
        elevation=obstacles.elevation,
        speed=obstacles.speed,
        heading=obstacles.heading,
        acceleration=obstacles.longitudinal_acceleration,
        yaw_rate=obstacles.yaw_rate,
        length=obstacles.length,
        width=obstacles.width,
        height=obstacles.height,
        object_class=kind.astype(np.uint8),
        position_deviation=plausibility.deviation_of_radius(obstacles.position_confidence),
        speed_deviation=plausibility.deviation_of_interval(obstacles.speed_confidence),
        heading_deviation=plausibility.deviation_of_interval(obstacles.heading_confidence),
    )


def _of_sender(senders: _Senders, seen_with: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the columns of statements that the sender and its sensors decide."""
    sensed = np.where(np.isin(seen_with, SENSORS), int(Source.SENSOR), 0)
    return {
        'frame': senders.frame,
        'sender_id': senders.sender_id,
        'message_count': senders.message_count,
        'permitted': senders.permitted,
        'roadside': senders.roadside,
        'outside': senders.outside,
        'source': (sensed | int(senders.source)).astype(np.uint16),
    }


def _else(
    second: NDArray[np.float64], otherwise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the seconds, those of the message where the object has none of its own."""
    return np.where(np.isfinite(second), second, otherwise)


def _classes(participants: Participants, parameters: Parameters) -> NDArray[np.uint8]:
    """Return what participants are; their type outweighs a class number that contradicts it."""
    kind = object_class(
        participants.vehicle_class, numbering=parameters.vehicle_class_numbering)
    sort = participants.participant_type
    kind = np.where(sort == int(ParticipantType.PEDESTRIAN), int(ObjectClass.PEDESTRIAN), kind)
    kind = np.where(
        (sort == ParticipantType.NON_MOTOR) & ~np.isin(kind, _NON_MOTOR),
        ObjectClass.CYCLIST, kind)
    return np.where(
        (sort == ParticipantType.MOTOR) & np.isin(kind, _NO_MOTOR_VEHICLE),
        ObjectClass.CAR, kind).astype(np.uint8)
