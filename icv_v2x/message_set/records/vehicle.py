# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle tells about itself beyond its motion."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.enumerations import (
    AuxiliaryBrakes,
    BrakedWheel,
    ControlState,
    ExteriorLight,
    GnssStatus,
    LightBar,
    PedalState,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)
from icv_v2x.message_set.records.common import (
    Accelerations,
    DateTime,
    MotionConfidenceSet,
    Position,
    PositionAccuracy,
    PositionConfidence,
    VehicleClassification,
    VehicleSize,
)
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import record, sent_as


@record('BasicSafetyMessage')
@dataclass(frozen=True)
class BasicSafetyMessage:
    """Basic safety message: BasicSafetyMessage of T/CSAE 53-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Temporary vehicle id, eight octets, big-endian.
        second: Time in its minute [s]; NaN unavailable.
        time_confidence: Time confidence, 95 % [s]; NaN unavailable.
        position: Position.
        position_accuracy: Position accuracy; None absent.
        position_confidence: Position confidence; None absent.
        transmission: Transmission.
        speed: Speed [m/s]; NaN unavailable.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        steering_wheel_angle: Steering wheel angle, right positive [rad]; NaN unavailable.
        motion_confidence: Motion confidence; None absent.
        accelerations: Accelerations.
        brakes: Brakes.
        size: Size.
        vehicle_class: Vehicle class.
        safety_ext: Safety ext; None absent.
        emergency_ext: Emergency ext; None absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    time_confidence: float = field(metadata=sent_as('timeConfidence'))
    position: Position = field(metadata=sent_as('pos'))
    position_accuracy: PositionAccuracy | None = field(metadata=sent_as('posAccuracy'))
    position_confidence: PositionConfidence | None = field(metadata=sent_as('posConfidence'))
    transmission: Transmission = field(metadata=sent_as('transmission'))
    speed: float = field(metadata=sent_as('speed'))
    heading: float = field(metadata=sent_as('heading'))
    steering_wheel_angle: float = field(metadata=sent_as('angle'))
    motion_confidence: MotionConfidenceSet | None = field(metadata=sent_as('motionCfd'))
    accelerations: Accelerations = field(metadata=sent_as('accelSet'))
    brakes: BrakeSystemStatus = field(metadata=sent_as('brakes'))
    size: VehicleSize = field(metadata=sent_as('size'))
    vehicle_class: VehicleClassification = field(metadata=sent_as('vehicleClass'))
    safety_ext: VehicleSafetyExtensions | None = field(metadata=sent_as('safetyExt'))
    emergency_ext: VehicleEmergencyExtensions | None = field(metadata=sent_as('emergencyExt'))


@record('BrakeSystemStatus')
@dataclass(frozen=True)
class BrakeSystemStatus:
    """Brake system status: BrakeSystemStatus of T/CSAE 53-2020.

    Attributes:
        brake_pedal: Brake pedal; None absent.
        wheel_brakes: Wheel brakes, bits; None absent.
        traction: Traction; None absent.
        abs: Abs; None absent.
        stability: Stability; None absent.
        brake_boost: Brake boost; None absent.
        auxiliary_brakes: Auxiliary brakes; None absent.
    """

    brake_pedal: PedalState | None = field(metadata=sent_as('brakePadel'))
    wheel_brakes: BrakedWheel | None = field(metadata=sent_as('wheelBrakes'))
    traction: ControlState | None = field(metadata=sent_as('traction'))
    abs: ControlState | None = field(metadata=sent_as('abs'))
    stability: ControlState | None = field(metadata=sent_as('scs'))
    brake_boost: PedalState | None = field(metadata=sent_as('brakeBoost'))
    auxiliary_brakes: AuxiliaryBrakes | None = field(metadata=sent_as('auxBrakes'))


@record('VehicleSafetyExtensions')
@dataclass(frozen=True)
class VehicleSafetyExtensions:
    """Vehicle safety extensions: VehicleSafetyExtensions of T/CSAE 53-2020.

    Attributes:
        events: Events, bits; None absent.
        path_history: Path history; None absent.
        path_prediction: Path prediction; None absent.
        lights: Lights, bits; None absent.
    """

    events: VehicleEvent | None = field(metadata=sent_as('events'))
    path_history: PathHistory | None = field(metadata=sent_as('pathHistory'))
    path_prediction: PathPrediction | None = field(metadata=sent_as('pathPrediction'))
    lights: ExteriorLight | None = field(metadata=sent_as('lights'))


@record('PathHistory')
@dataclass(frozen=True)
class PathHistory:
    """Path history: PathHistory of T/CSAE 53-2020.

    Attributes:
        initial_position: What the points count from, where not from the message; None absent.
        gnss_status: Gnss status, bits; None absent.
        points: Points, newest first, 1..23.
    """

    initial_position: FullPositionVector | None = field(metadata=sent_as('initialPosition'))
    gnss_status: GnssStatus | None = field(metadata=sent_as('currGNSSstatus'))
    points: tuple[PathHistoryPoint, ...] = field(metadata=sent_as('crumbData'))


@record('FullPositionVector')
@dataclass(frozen=True)
class FullPositionVector:
    """Full position vector: FullPositionVector of T/CSAE 53-2020.

    Attributes:
        utc_time: When; None absent.
        position: Position.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
        transmission: Transmission; None absent.
        speed: Speed [m/s]; NaN unavailable.
        position_confidence: Position confidence; None absent.
        time_confidence: Time confidence, 95 % [s]; NaN unavailable.
        motion_confidence: Motion confidence; None absent.
    """

    utc_time: DateTime | None = field(metadata=sent_as('utcTime'))
    position: Position = field(metadata=sent_as('pos'))
    heading: float = field(metadata=sent_as('heading'))
    transmission: Transmission | None = field(metadata=sent_as('transmission'))
    speed: float = field(metadata=sent_as('speed'))
    position_confidence: PositionConfidence | None = field(metadata=sent_as('posAccuracy'))
    time_confidence: float = field(metadata=sent_as('timeConfidence'))
    motion_confidence: MotionConfidenceSet | None = field(metadata=sent_as('motionCfd'))


@record('PathHistoryPoint')
@dataclass(frozen=True)
class PathHistoryPoint:
    """Path history point: PathHistoryPoint of T/CSAE 53-2020.

    Attributes:
        position: Where, from the reference.
        time_offset: How long before the message [s]; NaN unavailable.
        speed: Speed [m/s]; NaN unavailable.
        position_confidence: Position confidence; None absent.
        heading: Heading, clockwise from north [rad]; NaN unavailable.
    """

    position: PositionOffset = field(metadata=sent_as('llvOffset'))
    time_offset: float = field(metadata=sent_as('timeOffset'))
    speed: float = field(metadata=sent_as('speed'))
    position_confidence: PositionConfidence | None = field(metadata=sent_as('posAccuracy'))
    heading: float = field(metadata=sent_as('heading'))


@record('PathPrediction')
@dataclass(frozen=True)
class PathPrediction:
    """Path prediction: PathPrediction of T/CSAE 53-2020.

    Attributes:
        radius: Radius of the curve ahead [m]; inf straight.
        confidence: Confidence, 0..1.
    """

    radius: float = field(metadata=sent_as('radiusOfCurve'))
    confidence: float = field(metadata=sent_as('confidence'))


@record('VehicleEmergencyExtensions')
@dataclass(frozen=True)
class VehicleEmergencyExtensions:
    """Vehicle emergency extensions: VehicleEmergencyExtensions of T/CSAE 53-2020.

    Attributes:
        response_type: Response type; None absent.
        siren_use: Siren use; None absent.
        lights_use: Lights use; None absent.
    """

    response_type: ResponseType | None = field(metadata=sent_as('responseType'))
    siren_use: Siren | None = field(metadata=sent_as('sirenUse'))
    lights_use: LightBar | None = field(metadata=sent_as('lightsUse'))
