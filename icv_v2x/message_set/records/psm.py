# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Personal safety message (PSM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.common import Accelerations, Position, PositionAccuracy
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as
from icv_v2x.message_set.records.vehicle import PathHistory
from icv_v2x.message_set.records.vir import PathPlanningPoint


@record('PersonalSafetyMessage')
@dataclass(frozen=True)
class PersonalSafetyMessage:
    """Personal safety message: PersonalSafetyMessage of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Id, eight octets, big-endian.
        second: Time in its minute [s]; NaN unavailable.
        time_confidence: Time confidence, 95 % [s]; NaN unavailable.
        position: Position.
        position_accuracy: Position accuracy.
        speed: Speed [m/s]; NaN unavailable.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        accelerations: Accelerations; None absent.
        path_history: Path history; None absent.
        planned_path: Planned path, 1..100; empty where absent.
        overall_radius: Radius of the whole group or vehicle [m].
        non_motor_data: Non motor data.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    time_confidence: float = field(metadata=sent_as('timeConfidence'))
    position: Position = field(metadata=sent_as('pos'))
    position_accuracy: PositionAccuracy = field(metadata=sent_as('posAccuracy'))
    speed: float = field(metadata=sent_as('speed'))
    heading: float = field(metadata=sent_as('heading'))
    accelerations: Accelerations | None = field(metadata=sent_as('accelSet'))
    path_history: PathHistory | None = field(metadata=sent_as('pathHistory'))
    planned_path: tuple[PathPlanningPoint, ...] = field(metadata=sent_as('path-Planning'))
    overall_radius: float = field(metadata=sent_as('overallRadius'))
    non_motor_data: NonMotorData = field(metadata=sent_as('non-motorData'))


@record('Non-motorData')
@dataclass(frozen=True)
class NonMotorData:
    """Non motor data: Non-motorData of T/CSAE 157-2020.

    Attributes:
        basic_type: Basic type.
        propulsion: Propulsion, one of them; None absent.
        cluster_size: Cluster size; None absent.
        attachment: Attachment; None absent.
        personal_ext: Personal ext; None absent.
        road_worker_ext: Road worker ext; None absent.
        personal_req: Personal req; None absent.
    """

    basic_type: PersonalUserType = field(metadata=sent_as('basicType'))
    propulsion: (
        HumanPropelledType | AnimalPropelledType | MotorizedPropelledType | None
    ) = field(metadata=sent_as('propulsion'))
    cluster_size: NumberOfParticipantsInCluster | None = field(metadata=sent_as('clusterSize'))
    attachment: Attachment | None = field(metadata=sent_as('attachment'))
    personal_ext: PersonalExtensions | None = field(metadata=sent_as('personalExt'))
    road_worker_ext: RoadWorkerExtensions | None = field(metadata=sent_as('roadWorkerExt'))
    personal_req: PersonalRequest | None = field(metadata=sent_as('personalReq'))


@enumeration('PersonalDeviceUserType')
class PersonalUserType(IntEnum):
    """PersonalDeviceUserType of PSM."""

    UNAVAILABLE = 0
    PEDESTRIAN = 1
    PEDAL_CYCLIST = 2
    ROAD_WORKER = 3
    ANIMAL = 4


@enumeration('HumanPropelledType')
class HumanPropelledType(IntEnum):
    """HumanPropelledType of PSM."""

    UNAVAILABLE = 0
    OTHER_TYPES = 1
    ON_FOOT = 2
    SKATEBOARD = 3
    PUSH_OR_KICK_SCOOTER = 4
    WHEELCHAIR = 5


@enumeration('AnimalPropelledType')
class AnimalPropelledType(IntEnum):
    """AnimalPropelledType of PSM."""

    UNAVAILABLE = 0
    OTHER_TYPES = 1
    ANIMAL_MOUNTED = 2
    ANIMAL_DRAWN_CARRIAGE = 3


@enumeration('MotorizedPropelledType')
class MotorizedPropelledType(IntEnum):
    """MotorizedPropelledType of PSM."""

    UNAVAILABLE = 0
    OTHER_TYPES = 1
    WHEEL_CHAIR = 2
    BICYCLE = 3
    SCOOTER = 4
    SELF_BALANCING_DEVICE = 5


@enumeration('NumberOfParticipantsInCluster')
class NumberOfParticipantsInCluster(IntEnum):
    """NumberOfParticipantsInCluster of PSM."""

    UNAVAILABLE = 0
    SMALL = 1
    MEDIUM = 2
    LARGE = 3


@enumeration('Attachment')
class Attachment(IntEnum):
    """Attachment of PSM."""

    UNAVAILABLE = 0
    STROLLER = 1
    BICYCLE_TRAILER = 2
    CART = 3
    WHEELCHAIR = 4
    OTHER_WALK_ASSIST_ATTACHMENTS = 5
    PET = 6


@record('PersonalExtensions')
@dataclass(frozen=True)
class PersonalExtensions:
    """Personal extensions: PersonalExtensions of T/CSAE 157-2020.

    Attributes:
        use_state: Use state, bits; None absent.
        assist_type: Assist type, bits; None absent.
    """

    use_state: PersonalDeviceUsageState | None = field(metadata=sent_as('useState'))
    assist_type: PersonalAssistance | None = field(metadata=sent_as('assistType'))


@flags('PersonalDeviceUsageState')
class PersonalDeviceUsageState(IntFlag):
    """PersonalDeviceUsageState of PSM."""

    UNAVAILABLE = 1 << 0
    OTHER = 1 << 1
    IDLE = 1 << 2
    LISTENING_TO_AUDIO = 1 << 3
    TYPING = 1 << 4
    CALLING = 1 << 5
    PLAYING_GAMES = 1 << 6
    READING = 1 << 7
    VIEWING = 1 << 8


@flags('PersonalAssistive')
class PersonalAssistance(IntFlag):
    """PersonalAssistive of PSM."""

    UNAVAILABLE = 1 << 0
    OTHER_TYPE = 1 << 1
    VISION = 1 << 2
    HEARING = 1 << 3
    MOVEMENT = 1 << 4
    COGNITION = 1 << 5


@record('RoadWorkerExtensions')
@dataclass(frozen=True)
class RoadWorkerExtensions:
    """Road worker extensions: RoadWorkerExtensions of T/CSAE 157-2020.

    Attributes:
        worker_type: Worker type; None absent.
        activity_type: Activity type, bits; None absent.
    """

    worker_type: RoadWorkerType | None = field(metadata=sent_as('workerType'))
    activity_type: RoadWorkerActivityType | None = field(metadata=sent_as('activityType'))


@enumeration('RoadWorkerType')
class RoadWorkerType(IntEnum):
    """RoadWorkerType of PSM."""

    UNAVAILABLE = 0
    TRAFFIC_POLICE = 1
    CONSTRUCTION_PERSONNEL = 2
    POLICE_OFFICERS = 3
    TRAFFIC_CONTROL_PERSONS = 4
    RAILROAD_CROSSING_GUARDS = 5
    EMERGENCY_ORGANIZATION_PERSONNEL = 6


@flags('RoadWorkerActivityType')
class RoadWorkerActivityType(IntFlag):
    """RoadWorkerActivityType of PSM."""

    UNAVAILABLE = 1 << 0
    WORKING_ON_ROAD = 1 << 1
    SETTING_UP_CLOSURES = 1 << 2
    RESPONDING_TO_EVENTS = 1 << 3
    DIRECTING_TRAFFIC = 1 << 4
    OTHER_ACTIVITIES = 1 << 5


@record('PersonalRequest')
@dataclass(frozen=True)
class PersonalRequest:
    """Personal request: PersonalRequest of T/CSAE 157-2020.

    Attributes:
        crossing: Crossing; None absent.
    """

    crossing: PersonalCrossing | None = field(metadata=sent_as('crossing'))


@enumeration('PersonalCrossing')
class PersonalCrossing(IntEnum):
    """PersonalCrossing of PSM."""

    UNAVAILABLE = 0
    REQUEST = 1
    CROSSING = 2
    FINISH = 3
