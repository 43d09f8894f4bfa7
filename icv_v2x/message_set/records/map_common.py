# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What links and lanes of both forms are described with (MAP)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as


@record('NodeReferenceID')
@dataclass(frozen=True)
class NodeReference:
    """Node reference: NodeReferenceID of T/CSAE 53-2020.

    Attributes:
        region: Region that numbers the node; None absent.
        id: Number of the node, unique in its region.
    """

    region: int | None = field(metadata=sent_as('region'))
    id: int = field(metadata=sent_as('id'))


@flags('AllowedManeuvers')
class AllowedManeuver(IntFlag):
    """AllowedManeuvers of Map."""

    MANEUVER_STRAIGHT_ALLOWED = 1 << 0
    MANEUVER_LEFT_ALLOWED = 1 << 1
    MANEUVER_RIGHT_ALLOWED = 1 << 2
    MANEUVER_U_TURN_ALLOWED = 1 << 3
    MANEUVER_LEFT_TURN_ON_RED_ALLOWED = 1 << 4
    MANEUVER_RIGHT_TURN_ON_RED_ALLOWED = 1 << 5
    MANEUVER_LANE_CHANGE_ALLOWED = 1 << 6
    MANEUVER_NO_STOPPING_ALLOWED = 1 << 7
    YIELD_ALWAYS_REQUIRED = 1 << 8
    GO_WITH_HALT = 1 << 9
    CAUTION = 1 << 10
    RESERVED1 = 1 << 11


@record('LaneAttributes')
@dataclass(frozen=True)
class LaneAttributes:
    """Lane attributes: LaneAttributes of T/CSAE 53-2020.

    Attributes:
        share_with: Share with, bits; None absent.
        lane_type: Lane type, one of them.
    """

    share_with: LaneSharing | None = field(metadata=sent_as('shareWith'))
    lane_type: (
        VehicleLaneAttribute | CrosswalkAttribute | BikeLaneAttribute | SidewalkAttribute |
        BarrierAttribute | StripingAttribute | TrackAttribute | ParkingLaneAttribute
    ) = field(metadata=sent_as('laneType'))


@flags('LaneSharing')
class LaneSharing(IntFlag):
    """LaneSharing of Map."""

    OVERLAPPING_LANE_DESCRIPTION_PROVIDED = 1 << 0
    MULTIPLE_LANES_TREATED_AS_ONE_LANE = 1 << 1
    OTHER_NON_MOTORIZED_TRAFFIC_TYPES = 1 << 2
    INDIVIDUAL_MOTORIZED_VEHICLE_TRAFFIC = 1 << 3
    BUS_VEHICLE_TRAFFIC = 1 << 4
    TAXI_VEHICLE_TRAFFIC = 1 << 5
    PEDESTRIANS_TRAFFIC = 1 << 6
    CYCLIST_VEHICLE_TRAFFIC = 1 << 7
    TRACKED_VEHICLE_TRAFFIC = 1 << 8
    PEDESTRIAN_TRAFFIC = 1 << 9


@flags('LaneAttributes-Vehicle')
class VehicleLaneAttribute(IntFlag):
    """LaneAttributes-Vehicle of Map."""

    IS_VEHICLE_REVOCABLE_LANE = 1 << 0
    IS_RAMP_LANE = 1 << 1
    HOV_LANE_USE_ONLY = 1 << 2
    RESTRICTED_TO_BUS_USE = 1 << 3
    RESTRICTED_TO_TAXI_USE = 1 << 4
    RESTRICTED_FROM_PUBLIC_USE = 1 << 5
    EMERGENCY_LANE = 1 << 6
    PERMISSION_ON_REQUEST = 1 << 7


@flags('LaneAttributes-Crosswalk')
class CrosswalkAttribute(IntFlag):
    """LaneAttributes-Crosswalk of Map."""

    CROSSWALK_REVOCABLE_LANE = 1 << 0
    BICYCLE_USE_ALLOWED = 1 << 1
    IS_XWALK_FLY_OVER_LANE = 1 << 2
    FIXED_CYCLE_TIME = 1 << 3
    BI_DIRECTIONAL_CYCLE_TIMES = 1 << 4
    HAS_PUSH_TO_WALK_BUTTON = 1 << 5
    AUDIO_SUPPORT = 1 << 6
    RF_SIGNAL_REQUEST_PRESENT = 1 << 7
    UNSIGNALIZED_SEGMENTS_PRESENT = 1 << 8


@flags('LaneAttributes-Bike')
class BikeLaneAttribute(IntFlag):
    """LaneAttributes-Bike of Map."""

    BIKE_REVOCABLE_LANE = 1 << 0
    PEDESTRIAN_USE_ALLOWED = 1 << 1
    IS_BIKE_FLY_OVER_LANE = 1 << 2
    FIXED_CYCLE_TIME = 1 << 3
    BI_DIRECTIONAL_CYCLE_TIMES = 1 << 4
    ISOLATED_BY_BARRIER = 1 << 5
    UNSIGNALIZED_SEGMENTS_PRESENT = 1 << 6


@flags('LaneAttributes-Sidewalk')
class SidewalkAttribute(IntFlag):
    """LaneAttributes-Sidewalk of Map."""

    SIDEWALK_REVOCABLE_LANE = 1 << 0
    BICYCLE_USE_ALLOWED = 1 << 1
    IS_SIDEWALK_FLY_OVER_LANE = 1 << 2
    WALK_BIKES = 1 << 3


@flags('LaneAttributes-Barrier')
class BarrierAttribute(IntFlag):
    """LaneAttributes-Barrier of Map."""

    MEDIAN_REVOCABLE_LANE = 1 << 0
    MEDIAN = 1 << 1
    WHITE_LINE_HASHING = 1 << 2
    STRIPED_LINES = 1 << 3
    DOUBLE_STRIPED_LINES = 1 << 4
    TRAFFIC_CONES = 1 << 5
    CONSTRUCTION_BARRIER = 1 << 6
    TRAFFIC_CHANNELS = 1 << 7
    LOW_CURBS = 1 << 8
    HIGH_CURBS = 1 << 9


@flags('LaneAttributes-Striping')
class StripingAttribute(IntFlag):
    """LaneAttributes-Striping of Map."""

    STRIPE_TO_CONNECTING_LANES_REVOCABLE_LANE = 1 << 0
    STRIPE_DRAW_ON_LEFT = 1 << 1
    STRIPE_DRAW_ON_RIGHT = 1 << 2
    STRIPE_TO_CONNECTING_LANES_LEFT = 1 << 3
    STRIPE_TO_CONNECTING_LANES_RIGHT = 1 << 4
    STRIPE_TO_CONNECTING_LANES_AHEAD = 1 << 5


@flags('LaneAttributes-TrackedVehicle')
class TrackAttribute(IntFlag):
    """LaneAttributes-TrackedVehicle of Map."""

    SPEC_REVOCABLE_LANE = 1 << 0
    SPEC_COMMUTER_RAIL_ROAD_TRACK = 1 << 1
    SPEC_LIGHT_RAIL_ROAD_TRACK = 1 << 2
    SPEC_HEAVY_RAIL_ROAD_TRACK = 1 << 3
    SPEC_OTHER_RAIL_TYPE = 1 << 4


@flags('LaneAttributes-Parking')
class ParkingLaneAttribute(IntFlag):
    """LaneAttributes-Parking of Map."""

    PARKING_REVOCABLE_LANE = 1 << 0
    PARALLEL_PARKING_IN_USE = 1 << 1
    HEAD_IN_PARKING_IN_USE = 1 << 2
    DO_NOT_PARK_ZONE = 1 << 3
    PARKING_FOR_BUS_USE = 1 << 4
    PARKING_FOR_TAXI_USE = 1 << 5
    NO_PUBLIC_PARKING_USE = 1 << 6


@record('RegulatorySpeedLimit')
@dataclass(frozen=True)
class RegulatorySpeedLimit:
    """Regulatory speed limit: RegulatorySpeedLimit of T/CSAE 53-2020.

    Attributes:
        type: Type.
        speed: Speed [m/s]; NaN unavailable.
    """

    type: SpeedLimitType = field(metadata=sent_as('type'))
    speed: float = field(metadata=sent_as('speed'))


@enumeration('SpeedLimitType')
class SpeedLimitType(IntEnum):
    """SpeedLimitType of Map."""

    UNKNOWN = 0
    MAX_SPEED_IN_SCHOOL_ZONE = 1
    MAX_SPEED_IN_SCHOOL_ZONE_WHEN_CHILDREN_ARE_PRESENT = 2
    MAX_SPEED_IN_CONSTRUCTION_ZONE = 3
    VEHICLE_MIN_SPEED = 4
    VEHICLE_MAX_SPEED = 5
    VEHICLE_NIGHT_MAX_SPEED = 6
    TRUCK_MIN_SPEED = 7
    TRUCK_MAX_SPEED = 8
    TRUCK_NIGHT_MAX_SPEED = 9
    VEHICLES_WITH_TRAILERS_MIN_SPEED = 10
    VEHICLES_WITH_TRAILERS_MAX_SPEED = 11
    VEHICLES_WITH_TRAILERS_NIGHT_MAX_SPEED = 12


@record('RoadPoint')
@dataclass(frozen=True)
class RoadPoint:
    """Road point: RoadPoint of T/CSAE 53-2020.

    Attributes:
        position: Position.
    """

    position: PositionOffset = field(metadata=sent_as('posOffset'))


@enumeration('Maneuver')
class Maneuver(IntEnum):
    """Maneuver of Map."""

    MANEUVER_STRAIGHT = 0
    MANEUVER_LEFT_TURN = 1
    MANEUVER_RIGHT_TURN = 2
    MANEUVER_U_TURN = 3


@enumeration('Dotted-SolidMarkingLineType')
class LaneLineMarking(IntEnum):
    """Dotted-SolidMarkingLineType of Map."""

    WHITE_DOTTED_LINE = 0
    WHITE_SOLID_LINE = 1
    YELLOW_DOTTED_LINE = 2
    YELLOW_SOLID_LINE = 3
    WHITE_DOTTED_SOLID_LINE = 4
    WHITE_SOLID_DOTTED_LINE = 5
    YELLOW_DOTTED_SOLID_LINE = 6
    YELLOW_SOLID_DOTTED_LINE = 7
