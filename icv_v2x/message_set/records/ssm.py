# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Sensor sharing message (SSM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from icv_v2x.message_set.enumerations import DetectionSource, ExteriorLight
from icv_v2x.message_set.records.common import (
    AccelerationConfidence,
    Accelerations,
    Position,
    PositionConfidence,
)
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.psm import NonMotorData
from icv_v2x.message_set.records.registry import enumeration, record, sent_as
from icv_v2x.message_set.records.rsi import RoadTrafficEvent
from icv_v2x.message_set.records.rsm import Participant
from icv_v2x.message_set.records.vehicle import PathHistory
from icv_v2x.message_set.records.vir import DriveBehavior, PathPlanningPoint


@record('SensorSharingMsg')
@dataclass(frozen=True)
class SensorSharingMessage:
    """Sensor sharing message: SensorSharingMsg of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Sender id, eight octets, big-endian.
        equipment_type: Equipment type.
        second: Time in its minute [s]; NaN unavailable.
        sensor_position: Position that offsets count from.
        detected_region: Areas that the sensors cover, polygons, 1..8; empty where absent.
        participants: Participants, 1..512; empty where absent.
        obstacles: Obstacles, 1..64; empty where absent.
        events: Events, 1..8; empty where absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    equipment_type: EquipmentType = field(metadata=sent_as('equipmentType'))
    second: float = field(metadata=sent_as('secMark'))
    sensor_position: Position = field(metadata=sent_as('sensorPos'))
    detected_region: tuple[tuple[PositionOffset, ...], ...] = field(
        metadata=sent_as('detectedRegion'))
    participants: tuple[DetectedParticipant, ...] = field(metadata=sent_as('participants'))
    obstacles: tuple[DetectedObstacle, ...] = field(metadata=sent_as('obstacles'))
    events: tuple[RoadTrafficEvent, ...] = field(metadata=sent_as('rtes'))


@enumeration('EquipmentType')
class EquipmentType(IntEnum):
    """EquipmentType of SensorSharing."""

    UNKNOWN = 0
    RSU = 1
    OBU = 2
    VRU = 3


@record('DetectedPTCData')
@dataclass(frozen=True)
class DetectedParticipant:
    """Detected participant: DetectedPTCData of T/CSAE 157-2020.

    Attributes:
        participant: Participant.
        size_confidence: Size confidence; None absent.
        detected_type: Detected type; None absent.
        type_confidence: Type confidence, 0..1; NaN unavailable.
        acceleration_confidence: Acceleration confidence; None absent.
        status_duration: Status duration [s]; NaN unavailable.
        path_history: Path history; None absent.
        planning_list: Planning list, 1..8; empty where absent.
        tracking: S tracked [s]; NaN unavailable.
        polygon: Polygon, 4..32; empty where absent.
        extension: Extension, one of them; None absent.
    """

    participant: Participant = field(metadata=sent_as('ptc'))
    size_confidence: ObjectSizeConfidence | None = field(metadata=sent_as('objSizeConfidence'))
    detected_type: DetectedParticipantType | None = field(metadata=sent_as('detectedPTCType'))
    type_confidence: float = field(metadata=sent_as('typeConfidence'))
    acceleration_confidence: AccelerationConfidence | None = field(
        metadata=sent_as('acc4WayConfidence'))
    status_duration: float = field(metadata=sent_as('statusDuration'))
    path_history: PathHistory | None = field(metadata=sent_as('pathHistory'))
    planning_list: tuple[Planning, ...] = field(metadata=sent_as('planningList'))
    tracking: float = field(metadata=sent_as('tracking'))
    polygon: tuple[PositionOffset, ...] = field(metadata=sent_as('polygon'))
    extension: MotorDataExtension | NonMotorDataExtension | None = field(
        metadata=sent_as('type-relatedExt'))


@record('Planning')
@dataclass(frozen=True)
class Planning:
    """Planning: Planning of T/CSAE 157-2020.

    Attributes:
        duration: How long the plan reaches [s]; NaN unavailable.
        plan_confidence: Plan confidence, 0..1; NaN unavailable.
        driving_behavior: Driving behavior, bits; None absent.
        planned_path: Planned path, 1..100; empty where absent.
    """

    duration: float = field(metadata=sent_as('duration'))
    plan_confidence: float = field(metadata=sent_as('planConfidence'))
    driving_behavior: DriveBehavior | None = field(metadata=sent_as('drivingBehavior'))
    planned_path: tuple[PathPlanningPoint, ...] = field(metadata=sent_as('pathPlanning'))


@enumeration('DetectedPTCType')
class DetectedParticipantType(IntEnum):
    """DetectedPTCType of SensorSharing."""

    UNKNOWN = 0
    UNKNOWN_MOVABLE = 1
    UNKNOWN_UNMOVABLE = 2
    CAR = 3
    VAN = 4
    TRUCK = 5
    BUS = 6
    CYCLIST = 7
    MOTORCYCLIST = 8
    TRICYCLIST = 9
    PEDESTRIAN = 10


@record('MotorDataExtension')
@dataclass(frozen=True)
class MotorDataExtension:
    """Motor data extension: MotorDataExtension of T/CSAE 157-2020.

    Attributes:
        lights: Lights, bits; None absent.
        attitude: Attitude; None absent.
        attitude_confidence: Attitude confidence; None absent.
        angular_velocity: Angular velocity; None absent.
        angular_velocity_confidence: Angular velocity confidence; None absent.
    """

    lights: ExteriorLight | None = field(metadata=sent_as('lights'))
    attitude: Attitude | None = field(metadata=sent_as('vehAttitude'))
    attitude_confidence: AttitudeConfidence | None = field(
        metadata=sent_as('vehAttitudeConfidence'))
    angular_velocity: AngularVelocity | None = field(metadata=sent_as('vehAngVel'))
    angular_velocity_confidence: AngularVelocityConfidence | None = field(
        metadata=sent_as('vehAngVelConfidence'))


@record('Attitude')
@dataclass(frozen=True)
class Attitude:
    """Attitude: Attitude of T/CSAE 157-2020.

    Attributes:
        pitch: Pitch [rad].
        roll: Roll [rad].
        yaw: Yaw [rad].
    """

    pitch: float = field(metadata=sent_as('pitch'))
    roll: float = field(metadata=sent_as('roll'))
    yaw: float = field(metadata=sent_as('yaw'))


@record('AttitudeConfidence')
@dataclass(frozen=True)
class AttitudeConfidence:
    """Attitude confidence: AttitudeConfidence of T/CSAE 157-2020.

    Attributes:
        pitch: Pitch, 95 % [rad]; NaN unavailable.
        roll: Roll, 95 % [rad]; NaN unavailable.
        yaw: Yaw, 95 % [rad]; NaN unavailable.
    """

    pitch: float = field(metadata=sent_as('pitchConfidence'))
    roll: float = field(metadata=sent_as('rollRateConfidence'))
    yaw: float = field(metadata=sent_as('yawRate'))


@record('AngularVelocity')
@dataclass(frozen=True)
class AngularVelocity:
    """Angular velocity: AngularVelocity of T/CSAE 157-2020.

    Attributes:
        pitch_rate: Pitch rate [rad/s].
        roll_rate: Roll rate [rad/s].
        yaw_rate: Yaw rate, clockwise positive [rad/s].
    """

    pitch_rate: float = field(metadata=sent_as('pitchRate'))
    roll_rate: float = field(metadata=sent_as('rollRate'))
    yaw_rate: float = field(metadata=sent_as('yawRate'))


@record('AngularVelocityConfidence')
@dataclass(frozen=True)
class AngularVelocityConfidence:
    """Angular velocity confidence: AngularVelocityConfidence of T/CSAE 157-2020.

    Attributes:
        pitch_rate: Pitch rate, 95 % [rad/s]; NaN unavailable.
        roll_rate: Roll rate, 95 % [rad/s]; NaN unavailable.
        yaw_rate: Yaw rate, 95 % [rad/s]; NaN unavailable.
    """

    pitch_rate: float = field(metadata=sent_as('pitchRate'))
    roll_rate: float = field(metadata=sent_as('rollRate'))
    yaw_rate: float = field(metadata=sent_as('yawRate'))


@record('Non-motorDataExtension')
@dataclass(frozen=True)
class NonMotorDataExtension:
    """Non motor data extension: Non-motorDataExtension of T/CSAE 157-2020.

    Attributes:
        overall_radius: Overall radius [m].
        non_motor_data: Non motor data.
    """

    overall_radius: float = field(metadata=sent_as('overallRadius'))
    non_motor_data: NonMotorData = field(metadata=sent_as('non-motorData'))


@record('DetectedObstacleData')
@dataclass(frozen=True)
class DetectedObstacle:
    """Detected obstacle: DetectedObstacleData of T/CSAE 157-2020.

    Attributes:
        obstacle_type: Obstacle type.
        type_confidence: Type confidence, 0..1; NaN unavailable.
        obstacle_id: Obstacle id.
        source: Source.
        second: Time in its minute [s]; NaN unavailable.
        position: Where it is, from the reference position.
        position_confidence: Position confidence.
        speed: Speed [m/s]; NaN unavailable.
        speed_confidence: Speed confidence, 95 % [m/s]; NaN unavailable.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        heading_confidence: Heading confidence, 95 % [rad]; NaN unavailable.
        vertical_speed: Vertical speed [m/s]; NaN unavailable.
        vertical_speed_confidence: Vertical speed confidence, 95 % [m/s]; NaN unavailable.
        accelerations: Accelerations; None absent.
        size: Size.
        size_confidence: Size confidence; None absent.
        tracking: S tracked [s]; NaN unavailable.
        polygon: Polygon, 4..32; empty where absent.
    """

    obstacle_type: ObstacleType = field(metadata=sent_as('obsType'))
    type_confidence: float = field(metadata=sent_as('objTypeConfidence'))
    obstacle_id: int = field(metadata=sent_as('obsId'))
    source: DetectionSource = field(metadata=sent_as('source'))
    second: float = field(metadata=sent_as('secMark'))
    position: PositionOffset = field(metadata=sent_as('pos'))
    position_confidence: PositionConfidence = field(metadata=sent_as('posConfidence'))
    speed: float = field(metadata=sent_as('speed'))
    speed_confidence: float = field(metadata=sent_as('speedCfd'))
    heading: float = field(metadata=sent_as('heading'))
    heading_confidence: float = field(metadata=sent_as('headingCfd'))
    vertical_speed: float = field(metadata=sent_as('verSpeed'))
    vertical_speed_confidence: float = field(metadata=sent_as('verSpeedConfidence'))
    accelerations: Accelerations | None = field(metadata=sent_as('accelSet'))
    size: ObjectSize = field(metadata=sent_as('size'))
    size_confidence: ObjectSizeConfidence | None = field(metadata=sent_as('objSizeConfidence'))
    tracking: float = field(metadata=sent_as('tracking'))
    polygon: tuple[PositionOffset, ...] = field(metadata=sent_as('polygon'))


@enumeration('ObstacleType')
class ObstacleType(IntEnum):
    """ObstacleType of SensorSharing."""

    UNKNOWN = 0
    ROCKFALL = 1
    LANDSLIDE = 2
    ANIMAL_INTRUSION = 3
    LIQUID_SPILL = 4
    GOODS_SCATTERED = 5
    TRAFFICCONE = 6
    SAFETY_TRIANGLE = 7
    TRAFFIC_ROADBLOCK = 8
    INSPECTION_SHAFT_WITHOUT_COVER = 9
    UNKNOWN_FRAGMENTS = 10
    UNKNOWN_HARD_OBJECT = 11
    UNKNOWN_SOFT_OBJECT = 12


@record('ObjectSize')
@dataclass(frozen=True)
class ObjectSize:
    """Object size: ObjectSize of T/CSAE 157-2020.

    Attributes:
        width: Width [m].
        length: Length [m].
        height: Height [m]; NaN unavailable.
    """

    width: float = field(metadata=sent_as('width'))
    length: float = field(metadata=sent_as('length'))
    height: float = field(metadata=sent_as('height'))


@record('ObjectSizeConfidence')
@dataclass(frozen=True)
class ObjectSizeConfidence:
    """Object size confidence: ObjectSizeConfidence of T/CSAE 157-2020.

    Attributes:
        width: Width, 95 % [m]; NaN unavailable.
        length: Length, 95 % [m]; NaN unavailable.
        height: Height, 95 % [m]; NaN unavailable.
    """

    width: float = field(metadata=sent_as('widthConf'))
    length: float = field(metadata=sent_as('lengthConf'))
    height: float = field(metadata=sent_as('heightConf'))
