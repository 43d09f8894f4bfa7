# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roadside safety message (RSM), one at a time; `participants` reads many."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType, Transmission
from icv_v2x.message_set.records.common import (
    Accelerations,
    MotionConfidenceSet,
    Position,
    PositionConfidence,
    VehicleClassification,
    VehicleSize,
)
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import record, sent_as


@record('RoadsideSafetyMessage')
@dataclass(frozen=True)
class RoadsideSafetyMessage:
    """Roadside safety message: RoadsideSafetyMessage of T/CSAE 53-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: RSU id, eight octets, big-endian.
        reference_position: Position that offsets count from.
        participants: Participants, 1..16.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    participants: tuple[Participant, ...] = field(metadata=sent_as('participants'))


@record('ParticipantData')
@dataclass(frozen=True)
class Participant:
    """Participant: ParticipantData of T/CSAE 53-2020.

    Attributes:
        participant_type: Participant type.
        participant_id: Number that the roadside unit gave, 0 is the unit itself.
        source: What it was seen with.
        id: Id of its own messages, eight octets, big-endian; None absent.
        second: Time in its minute [s]; NaN unavailable.
        position: Where it is, from the reference position.
        position_confidence: Position confidence.
        transmission: Transmission; None absent.
        speed: Speed [m/s]; NaN unavailable.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        steering_wheel_angle: Steering wheel angle, right positive [rad]; NaN unavailable.
        motion_confidence: Motion confidence; None absent.
        accelerations: Accelerations; None absent.
        size: Size.
        vehicle_class: Vehicle class; None absent.
    """

    participant_type: ParticipantType = field(metadata=sent_as('ptcType'))
    participant_id: int = field(metadata=sent_as('ptcId'))
    source: DetectionSource = field(metadata=sent_as('source'))
    id: int | None = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    position: PositionOffset = field(metadata=sent_as('pos'))
    position_confidence: PositionConfidence = field(metadata=sent_as('posConfidence'))
    transmission: Transmission | None = field(metadata=sent_as('transmission'))
    speed: float = field(metadata=sent_as('speed'))
    heading: float = field(metadata=sent_as('heading'))
    steering_wheel_angle: float = field(metadata=sent_as('angle'))
    motion_confidence: MotionConfidenceSet | None = field(metadata=sent_as('motionCfd'))
    accelerations: Accelerations | None = field(metadata=sent_as('accelSet'))
    size: VehicleSize = field(metadata=sent_as('size'))
    vehicle_class: VehicleClassification | None = field(metadata=sent_as('vehicleClass'))
