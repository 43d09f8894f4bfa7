# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicle intention and request (VIR)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.common import (
    AccelerationConfidence,
    Accelerations,
    DateTime,
    Position,
    PositionConfidence,
    VehicleClassification,
)
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.map_extended import MovementEx
from icv_v2x.message_set.records.pam import ParkingType
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as
from icv_v2x.message_set.records.rsi import ReferenceLink, ReferencePath


@record('VehIntentionAndRequest')
@dataclass(frozen=True)
class VehicleIntentionAndRequest:
    """Vehicle intention and request: VehIntentionAndRequest of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Same id as in BSM, eight octets, big-endian.
        second: Time in its minute [s]; NaN unavailable.
        reference_position: Vehicle position at secMark, reference of offsets.
        intention: Intention.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    intention: IntentionAndRequests = field(metadata=sent_as('intAndReq'))


@record('IARData')
@dataclass(frozen=True)
class IntentionAndRequests:
    """Intention and requests: IARData of T/CSAE 157-2020.

    Attributes:
        current_position: Current position; None absent.
        planned_path: Path ahead, 1..100; empty where absent.
        current_behavior: Current behavior, bits; None absent.
        requests: What the vehicle asks for, 1..8; empty where absent.
    """

    current_position: PathPlanningPoint | None = field(metadata=sent_as('currentPos'))
    planned_path: tuple[PathPlanningPoint, ...] = field(metadata=sent_as('path-Planning'))
    current_behavior: DriveBehavior | None = field(metadata=sent_as('currentBehavior'))
    requests: tuple[DriveRequest, ...] = field(metadata=sent_as('reqs'))


@record('PathPlanningPoint')
@dataclass(frozen=True)
class PathPlanningPoint:
    """Path planning point: PathPlanningPoint of T/CSAE 157-2020.

    Attributes:
        position_in_map: Position in map; None absent.
        position: Where, from the reference position.
        position_confidence: Position confidence; None absent.
        speed: Speed [m/s]; NaN unavailable.
        speed_confidence: Speed confidence, 95 % [m/s]; NaN unavailable.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        heading_confidence: Heading confidence, 95 % [rad]; NaN unavailable.
        accelerations: Accelerations; None absent.
        acceleration_confidence: Acceleration confidence; None absent.
        estimated_time: When, after the time of the message [s]; NaN unavailable.
        time_confidence: Time confidence, 0..1; NaN unavailable.
    """

    position_in_map: ReferenceLink | None = field(metadata=sent_as('posInMap'))
    position: PositionOffset = field(metadata=sent_as('pos'))
    position_confidence: PositionConfidence | None = field(metadata=sent_as('posAccuracy'))
    speed: float = field(metadata=sent_as('speed'))
    speed_confidence: float = field(metadata=sent_as('speedCfd'))
    heading: float = field(metadata=sent_as('heading'))
    heading_confidence: float = field(metadata=sent_as('headingCfd'))
    accelerations: Accelerations | None = field(metadata=sent_as('accelSet'))
    acceleration_confidence: AccelerationConfidence | None = field(
        metadata=sent_as('acc4WayConfidence'))
    estimated_time: float = field(metadata=sent_as('estimatedTime'))
    time_confidence: float = field(metadata=sent_as('timeConfidence'))


@flags('DriveBehavior')
class DriveBehavior(IntFlag):
    """DriveBehavior of VIR."""

    GO_STRAIGHT_FORWARD = 1 << 0
    LANE_CHANGING_TO_LEFT = 1 << 1
    LANE_CHANGING_TO_RIGHT = 1 << 2
    RAMP_IN = 1 << 3
    RAMP_OUT = 1 << 4
    INTERSECTION_STRAIGHT_THROUGH = 1 << 5
    INTERSECTION_TURN_LEFT = 1 << 6
    INTERSECTION_TURN_RIGHT = 1 << 7
    INTERSECTION_U_TURN = 1 << 8
    STOP_AND_GO = 1 << 9
    STOP = 1 << 10
    SLOW_DOWN = 1 << 11
    SPEED_UP = 1 << 12
    PARKING = 1 << 13


@record('DriveRequest')
@dataclass(frozen=True)
class DriveRequest:
    """Drive request: DriveRequest of T/CSAE 157-2020.

    Attributes:
        request_id: Number of the request, the same while it is followed up.
        status: Status.
        priority: Priority, 0..7, the larger the more urgent; None absent.
        target_vehicle: Vehicle that is asked, eight octets, big-endian; None absent.
        target_roadside_unit: Roadside unit that is asked, eight octets, big-endian; None absent.
        information: What is asked for, one of them; None absent.
        life_time: How long it holds after the time of the message [s]; NaN unavailable.
    """

    request_id: int = field(metadata=sent_as('reqID'))
    status: RequestStatus = field(metadata=sent_as('status'))
    priority: int | None = field(metadata=sent_as('reqPriority'))
    target_vehicle: int | None = field(metadata=sent_as('targetVeh'))
    target_roadside_unit: int | None = field(metadata=sent_as('targetRSU'))
    information: (
        LaneChangeRequest | ClearTheWayRequest | SignalPriorityRequest |
        SensorSharingRequest | ParkingAreaRequest | None
    ) = field(metadata=sent_as('info'))
    life_time: float = field(metadata=sent_as('lifeTime'))


@enumeration('ReqStatus')
class RequestStatus(IntEnum):
    """ReqStatus of VIR."""

    UNKNOWN = 0
    REQUEST = 1
    CONFIRMED = 2
    CANCEL = 3
    COMPLETE = 4


@record('Req-LaneChange')
@dataclass(frozen=True)
class LaneChangeRequest:
    """Lane change request: Req-LaneChange of T/CSAE 157-2020.

    Attributes:
        upstream_node: Upstream node.
        downstream_node: Downstream node.
        target_lane: Target lane; None unknown.
    """

    upstream_node: NodeReference = field(metadata=sent_as('upstreamNode'))
    downstream_node: NodeReference = field(metadata=sent_as('downstreamNode'))
    target_lane: int | None = field(metadata=sent_as('targetLane'))


@record('Req-ClearTheWay')
@dataclass(frozen=True)
class ClearTheWayRequest:
    """Clear the way request: Req-ClearTheWay of T/CSAE 157-2020.

    Attributes:
        upstream_node: Upstream node.
        downstream_node: Downstream node.
        target_lane: Target lane; None unknown.
        related_path: Related path; None absent.
        begin: Begin; None absent.
        end: End; None absent.
    """

    upstream_node: NodeReference = field(metadata=sent_as('upstreamNode'))
    downstream_node: NodeReference = field(metadata=sent_as('downstreamNode'))
    target_lane: int | None = field(metadata=sent_as('targetLane'))
    related_path: ReferencePath | None = field(metadata=sent_as('relatedPath'))
    begin: DateTime | None = field(metadata=sent_as('tBegin'))
    end: DateTime | None = field(metadata=sent_as('tEnd'))


@record('Req-SignalPriority')
@dataclass(frozen=True)
class SignalPriorityRequest:
    """Signal priority request: Req-SignalPriority of T/CSAE 157-2020.

    Attributes:
        intersection_id: Intersection id.
        required_movement: Required movement.
        estimated_arrival_time: Estimated arrival time [s]; NaN unavailable.
        distance_to_intersection: Distance to intersection [m]; NaN unavailable.
    """

    intersection_id: NodeReference = field(metadata=sent_as('intersectionId'))
    required_movement: MovementEx = field(metadata=sent_as('requiredMov'))
    estimated_arrival_time: float = field(metadata=sent_as('estimatedArrivalTime'))
    distance_to_intersection: float = field(metadata=sent_as('distance2Intersection'))


@record('Req-SensorSharing')
@dataclass(frozen=True)
class SensorSharingRequest:
    """Sensor sharing request: Req-SensorSharing of T/CSAE 157-2020.

    Attributes:
        areas: Areas, 1..8.
    """

    areas: tuple[ReferencePath, ...] = field(metadata=sent_as('detectArea'))


@flags('ParkingRequest')
class ParkingRequest(IntFlag):
    """ParkingRequest of VIR."""

    ENTER = 1 << 0
    EXIT = 1 << 1
    PARK = 1 << 2
    PAY = 1 << 3
    UNLOAD_PASSENGER = 1 << 4
    PICKUP_PASSENGER = 1 << 5
    UNLOAD_CARGO = 1 << 6
    LOAD_CARGO = 1 << 7
    RESERVED1 = 1 << 8
    RESERVED_2 = 1 << 9
    RESERVED3 = 1 << 10
    RESERVED_4 = 1 << 11


@record('Req-ParkingArea')
@dataclass(frozen=True)
class ParkingAreaRequest:
    """Parking area request: Req-ParkingArea of T/CSAE 157-2020.

    Attributes:
        vehicle_class: Vehicle class.
        req: Req, bits.
        parking_type: Parking type, bits; None absent.
        expected_parking_slot_id: Expected parking slot id; None absent.
    """

    vehicle_class: VehicleClassification = field(metadata=sent_as('vehicleClass'))
    req: ParkingRequest = field(metadata=sent_as('req'))
    parking_type: ParkingType | None = field(metadata=sent_as('parkingType'))
    expected_parking_slot_id: int | None = field(metadata=sent_as('expectedParkingSlotID'))
