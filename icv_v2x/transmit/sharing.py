# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The vehicle's own detections, shared with others (SSM)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import age
from icv_v2x.frames import from_wgs84
from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType
from icv_v2x.message_set.records.common import (
    Accelerations,
    MotionConfidenceSet,
    PositionConfidence,
    VehicleSize,
)
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.rsm import Participant
from icv_v2x.message_set.records.ssm import (
    DetectedObstacle,
    DetectedParticipant,
    DetectedParticipantType,
    EquipmentType,
    ObjectSize,
    ObstacleType,
    SensorSharingMessage,
)
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.transmit.outgoing import OutgoingFrame, frame_of_record, second_in_minute
from icv_v2x.transmit.stamp import position_of, stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.own_state import OwnState

SSM = 'SensorSharingMsg'
# Older states than this are left out, and objects that no offset reaches in its usual forms.
_OLDEST = 1.0
_FARTHEST = 1000.0
_MOST_OBSTACLES = 64
_NUMBERS = 65536
_NINETY_FIVE_PERCENT = 1.96
_RADIUS_OF_CIRCLE = 2.45

_MOTOR, _NON_MOTOR, _PEDESTRIAN = (
    ParticipantType.MOTOR, ParticipantType.NON_MOTOR, ParticipantType.PEDESTRIAN)
_KINDS = {
    ObjectClass.UNKNOWN: (ParticipantType.UNKNOWN, DetectedParticipantType.UNKNOWN),
    ObjectClass.CAR: (_MOTOR, DetectedParticipantType.CAR),
    ObjectClass.VAN: (_MOTOR, DetectedParticipantType.VAN),
    ObjectClass.TRUCK: (_MOTOR, DetectedParticipantType.TRUCK),
    ObjectClass.BUS: (_MOTOR, DetectedParticipantType.BUS),
    ObjectClass.MOTORCYCLE: (_MOTOR, DetectedParticipantType.MOTORCYCLIST),
    ObjectClass.CYCLIST: (_NON_MOTOR, DetectedParticipantType.CYCLIST),
    ObjectClass.PEDESTRIAN: (_PEDESTRIAN, DetectedParticipantType.PEDESTRIAN),
    ObjectClass.EMERGENCY: (_MOTOR, DetectedParticipantType.CAR),
    ObjectClass.SPECIAL: (_MOTOR, DetectedParticipantType.TRUCK),
    ObjectClass.TRICYCLE: (_NON_MOTOR, DetectedParticipantType.TRICYCLIST),
    ObjectClass.TRAILER: (_MOTOR, DetectedParticipantType.UNKNOWN_MOVABLE),
}
_OBSTACLES = {
    ObjectClass.ANIMAL: ObstacleType.ANIMAL_INTRUSION, ObjectClass.OBSTACLE: ObstacleType.UNKNOWN}


def sharing_frame(
    identity: TemporaryIdentity, state: OwnState, detections: ObjectReports,
    map_frame: MapFrame, datum: str, *, most: int, aid: int = 0,
) -> OutgoingFrame | None:
    """Tell others what the own sensors see.

    Objects are told of in the state they were measured in, each with its own time. Those without
    position or speed, and those measured more than a second ago, are left out.

    Args:
        identity: Of the sender.
        state: Of the own vehicle; its position is what the others count from.
        detections: The own detections, in the map.
        map_frame: The map.
        datum: Of positions in messages.
        most: Objects at most, the nearest first.
        aid: Application id; no standard names one for this message.

    Returns:
        The frame, None where there is nothing to tell of.

    Raises:
        MessageError: A value has no encoding, or the frame grows too long.
    """
    latitude, longitude, _ = map_frame.to_geodetic(detections.x, detections.y, detections.z)
    heading = map_frame.yaw_to_heading(detections.heading, latitude, longitude)
    latitude, longitude = from_wgs84(latitude, longitude, datum)
    rows = _chosen(state, detections, latitude, longitude, most)
    if not rows.size:
        return None
    head = stamp(identity, SSM, state.time)
    participants: list[DetectedParticipant] = []
    obstacles: list[DetectedObstacle] = []
    for row in rows.tolist():
        place = PositionOffset(
            float(latitude[row]) - state.latitude, float(longitude[row]) - state.longitude)
        if ObjectClass(detections.object_class[row]) not in _OBSTACLES:
            participants.append(_participant(detections, row, place, float(heading[row])))
        elif len(obstacles) < _MOST_OBSTACLES:
            obstacles.append(_obstacle(detections, row, place, float(heading[row])))
    record = SensorSharingMessage(
        message_count=head.message_count, id=head.id, equipment_type=EquipmentType.OBU,
        second=head.second, sensor_position=position_of(state), detected_region=(),
        participants=tuple(participants), obstacles=tuple(obstacles), events=())
    return frame_of_record(record, head.time, aid=aid)


def _chosen(
    state: OwnState, detections: ObjectReports, latitude: NDArray[np.float64],
    longitude: NDArray[np.float64], most: int,
) -> NDArray[np.intp]:
    """Return the rows to tell of, the nearest first."""
    north = (latitude - state.latitude) * 111_000.0
    east = (longitude - state.longitude) * 111_000.0 * math.cos(math.radians(state.latitude))
    distance = np.hypot(north, east)
    usable = np.isfinite(distance) & (distance <= _FARTHEST) & np.isfinite(detections.speed)
    usable &= np.abs(age(detections.time, state.time)) <= _OLDEST
    rows = np.flatnonzero(usable)
    return rows[np.argsort(distance[rows], kind='stable')][:most]


def _participant(
    detections: ObjectReports, row: int, place: PositionOffset, heading: float,
) -> DetectedParticipant:
    kind, detected = _KINDS[ObjectClass(detections.object_class[row])]
    return DetectedParticipant(
        participant=Participant(
            participant_type=kind,
            participant_id=int(detections.object_id[row]) % _NUMBERS,
            source=DetectionSource.INTEGRATED,
            id=None,
            second=second_in_minute(int(detections.time[row])),
            position=place,
            position_confidence=_position_confidence(detections, row),
            transmission=None,
            speed=abs(float(detections.speed[row])),
            heading=_direction(float(detections.speed[row]), heading),
            steering_wheel_angle=math.nan,
            motion_confidence=MotionConfidenceSet(
                _NINETY_FIVE_PERCENT * float(detections.speed_deviation[row]),
                _NINETY_FIVE_PERCENT * float(detections.heading_deviation[row]), math.nan),
            accelerations=_accelerations(detections, row),
            size=VehicleSize(
                float(detections.width[row]), float(detections.length[row]),
                float(detections.height[row])),
            vehicle_class=None),
        size_confidence=None, detected_type=detected, type_confidence=math.nan,
        acceleration_confidence=None, status_duration=math.nan, path_history=None,
        planning_list=(), tracking=math.nan, polygon=(), extension=None)


def _obstacle(
    detections: ObjectReports, row: int, place: PositionOffset, heading: float,
) -> DetectedObstacle:
    return DetectedObstacle(
        obstacle_type=_OBSTACLES[ObjectClass(detections.object_class[row])],
        type_confidence=math.nan,
        obstacle_id=int(detections.object_id[row]) % _NUMBERS,
        source=DetectionSource.INTEGRATED,
        second=second_in_minute(int(detections.time[row])),
        position=place,
        position_confidence=_position_confidence(detections, row),
        speed=abs(float(detections.speed[row])), speed_confidence=math.nan,
        heading=_direction(float(detections.speed[row]), heading), heading_confidence=math.nan,
        vertical_speed=math.nan, vertical_speed_confidence=math.nan,
        accelerations=_accelerations(detections, row),
        size=ObjectSize(
            _or_zero(detections.width[row]), _or_zero(detections.length[row]),
            float(detections.height[row])),
        size_confidence=None, tracking=math.nan, polygon=())


def _direction(speed: float, heading: float) -> float:
    """Return the heading to send: a message without gear takes it for the way of motion."""
    return (heading + math.pi) % (2.0 * math.pi) if speed < 0.0 else heading


def _position_confidence(detections: ObjectReports, row: int) -> PositionConfidence:
    variance = (float(detections.variance_xx[row]) + float(detections.variance_yy[row])) / 2.0
    known = variance >= 0.0
    return PositionConfidence(
        _RADIUS_OF_CIRCLE * math.sqrt(variance) if known else math.nan, math.nan)


def _accelerations(detections: ObjectReports, row: int) -> Accelerations | None:
    yaw_rate = float(detections.yaw_rate[row])
    if math.isnan(yaw_rate):
        # the wire has no code for an unavailable yaw rate
        return None
    return Accelerations(float(detections.acceleration[row]), math.nan, math.nan, -yaw_rate)


def _or_zero(size: float) -> float:
    """Return a size; the wire of obstacles has no code for an unavailable one."""
    return 0.0 if math.isnan(size) else float(size)
