# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Enumerated values and named bits of vehicles and participants, with the standard's numbers."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.registry import enumeration, flags


@enumeration('TransmissionState')
class Transmission(IntEnum):
    """TransmissionState of VehStatus."""

    NEUTRAL = 0
    PARK = 1
    FORWARD_GEARS = 2
    REVERSE_GEARS = 3
    RESERVED_1 = 4
    RESERVED_2 = 5
    RESERVED_3 = 6
    UNAVAILABLE = 7


@enumeration('BrakePedalStatus', 'BrakeBoostApplied')
class PedalState(IntEnum):
    """BrakePedalStatus and BrakeBoostApplied of VehBrake."""

    UNAVAILABLE = 0
    OFF = 1
    ON = 2


@enumeration('TractionControlStatus', 'AntiLockBrakeStatus', 'StabilityControlStatus')
class ControlState(IntEnum):
    """TractionControlStatus, AntiLockBrakeStatus, StabilityControlStatus of VehBrake."""

    UNAVAILABLE = 0
    OFF = 1
    ON = 2
    ENGAGED = 3


@enumeration('AuxiliaryBrakeStatus')
class AuxiliaryBrakes(IntEnum):
    """AuxiliaryBrakeStatus of VehBrake."""

    UNAVAILABLE = 0
    OFF = 1
    ON = 2
    RESERVED = 3


@enumeration('ResponseType')
class ResponseType(IntEnum):
    """ResponseType of VehEmgExt."""

    NOT_IN_USE_OR_NOT_EQUIPPED = 0
    EMERGENCY = 1
    NON_EMERGENCY = 2
    PURSUIT = 3
    STATIONARY = 4
    SLOW_MOVING = 5
    STOP_AND_GO_MOVEMENT = 6


@enumeration('SirenInUse')
class Siren(IntEnum):
    """SirenInUse of VehEmgExt."""

    UNAVAILABLE = 0
    NOT_IN_USE = 1
    IN_USE = 2
    RESERVED = 3


@enumeration('LightbarInUse')
class LightBar(IntEnum):
    """LightbarInUse of VehEmgExt."""

    UNAVAILABLE = 0
    NOT_IN_USE = 1
    IN_USE = 2
    YELLOW_CAUTION_LIGHTS = 3
    SCHOOL_BUS_LIGHTS = 4
    ARROW_SIGNS_ACTIVE = 5
    SLOW_MOVING_VEHICLE = 6
    FREQUENT_STOPS = 7


@flags('VehicleEventFlags')
class VehicleEvent(IntFlag):
    """VehicleEventFlags of VehStatus; the bit at position p of the standard has the value 2**p."""

    HAZARD_LIGHTS = 1 << 0
    STOP_LINE_VIOLATION = 1 << 1
    ABS_ACTIVATED = 1 << 2
    TRACTION_CONTROL_LOSS = 1 << 3
    STABILITY_CONTROL_ACTIVATED = 1 << 4
    HAZARDOUS_MATERIALS = 1 << 5
    RESERVED_1 = 1 << 6
    HARD_BRAKING = 1 << 7
    LIGHTS_CHANGED = 1 << 8
    WIPERS_CHANGED = 1 << 9
    FLAT_TIRE = 1 << 10
    DISABLED_VEHICLE = 1 << 11
    AIR_BAG_DEPLOYMENT = 1 << 12


@flags('ExteriorLights')
class ExteriorLight(IntFlag):
    """ExteriorLights of VehStatus; the bit at position p of the standard has the value 2**p."""

    LOW_BEAM_HEADLIGHTS = 1 << 0
    HIGH_BEAM_HEADLIGHTS = 1 << 1
    LEFT_TURN_SIGNAL = 1 << 2
    RIGHT_TURN_SIGNAL = 1 << 3
    HAZARD_SIGNAL = 1 << 4
    AUTOMATIC_LIGHT_CONTROL = 1 << 5
    DAYTIME_RUNNING_LIGHTS = 1 << 6
    FOG_LIGHT = 1 << 7
    PARKING_LIGHTS = 1 << 8


@flags('BrakeAppliedStatus')
class BrakedWheel(IntFlag):
    """BrakeAppliedStatus of VehBrake; the bit at position p of the standard has the value 2**p."""

    UNAVAILABLE = 1 << 0
    LEFT_FRONT = 1 << 1
    LEFT_REAR = 1 << 2
    RIGHT_FRONT = 1 << 3
    RIGHT_REAR = 1 << 4


@flags('GNSSstatus')
class GnssStatus(IntFlag):
    """GNSSstatus of VehSafetyExt; the bit at position p of the standard has the value 2**p."""

    UNAVAILABLE = 1 << 0
    IS_HEALTHY = 1 << 1
    IS_MONITORED = 1 << 2
    BASE_STATION_TYPE = 1 << 3
    PDOP_UNDER_5 = 1 << 4
    IN_VIEW_UNDER_5 = 1 << 5
    LOCAL_CORRECTIONS_PRESENT = 1 << 6
    NETWORK_CORRECTIONS_PRESENT = 1 << 7


@enumeration('ParticipantType')
class ParticipantType(IntEnum):
    """ParticipantType of RSM."""

    UNKNOWN = 0
    MOTOR = 1
    NON_MOTOR = 2
    PEDESTRIAN = 3
    RSU = 4


@enumeration('SourceType')
class DetectionSource(IntEnum):
    """SourceType of RSM: what a participant was seen with."""

    UNKNOWN = 0
    SELF_INFORMATION = 1
    V2X = 2
    VIDEO = 3
    MICROWAVE_RADAR = 4
    LOOP = 5
    LIDAR = 6
    INTEGRATED = 7
